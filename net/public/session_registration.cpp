// Clients that register and manage themselves. (DCR-*) @see RFC 7591 §3, RFC 7592 §2
#include "net/admin/json.hpp"
#include "net/public/session.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/came.hpp"
#include "oauth/request/percent.hpp"
#include "oauth/request/response.hpp"
#include "oauth/request/text.hpp"

namespace mintage::net {
namespace {

using oauth::errc;

/// The true reason of a refusal that the registry has worded for the client.
oauth::denial_reason reason_of(errc code, bool is_management) noexcept {
  if (code == errc::invalid_token) {
    if (is_management) return "the registration access token is missing or wrong";
    return "the initial access token is missing or wrong";
  }
  if (code == errc::invalid_redirect_uri) return "a redirect URI of a registration is not allowed";
  if (code == errc::unapproved_software_statement) return "software statements are not accepted";
  if (code == errc::access_denied) return "a suspended client may not manage itself";
  if (code == errc::slow_down) return "the limit of registrations is reached";
  if (code == errc::invalid_client_metadata) return "the metadata of a registration is not allowed";
  return "the change of a registration could not be stored";
}

bool is_json(std::string_view content_type) noexcept {
  auto given = content_type.substr(0, content_type.find(';'));
  while (given.ends_with(' ') || given.ends_with('\t')) given.remove_suffix(1);
  return oauth::equals_lower(given, "application/json");
}

}  // namespace

/// @returns nothing when it has refused the request.
std::optional<oauth::registration_request> session::read_registration() {
  if (head().content_type_repeated || !is_json(head().content_type.value_or(""))) {
    refuse_request({errc::invalid_client_metadata, "the Content-Type must be application/json",
                    "the body of a registration is not JSON"});
    return std::nullopt;
  }
  auto request = admin_json{}.read_registration({body().data(), body().size()});
  if (request) return std::move(*request);
  auto& service = where().service();
  const auto id = service.next_request_id();
  const auto error = oauth::admin_error{errc::invalid_client_metadata, request.error().description};
  service.note_refusal(oauth::label_of(*endpoint_), id,
                       {error.code, {}, "the JSON of a registration is not valid"},
                       oauth::escape_for_people(error.description));
  refuse_registration(error, id);
  return std::nullopt;
}

/// The token of `Authorization: Bearer`; empty without one.
crypto::secret_string session::bearer() const {
  const auto value = rules_head().authorization.value_or("");
  constexpr auto scheme = std::string_view{"bearer "};
  if (value.size() < scheme.size() || !oauth::equals_lower(value.substr(0, scheme.size()), scheme))
    return {};
  const auto begin = value.find_first_not_of(' ', scheme.size());
  return crypto::secret_string{begin == value.npos ? std::string{}
                                                   : std::string{value.substr(begin)}};
}

void session::submit_registration(oauth::admin_call call, unsigned status) {
  auto& service = where().service();
  auto x = service::admin_handle{
      new service::admin_exchange{shared_from_this(), service.next_request_id(), service.now()}};
  x->call = std::move(call);
  x->tag = status;
  x->source = peer().source();
  service.submit(std::move(x));
}

void session::register_client() {
  if (!is_admitted()) return;
  auto request = read_registration();
  if (request) submit_registration(oauth::register_client_call{std::move(*request), bearer()}, 201);
}

void session::manage_client() {
  if (!is_admitted()) return;
  const auto path = head().path;
  auto id = oauth::decode_percent(path.substr(path.rfind('/') + 1)).value_or("");
  switch (head().method) {
    case http_method::put:
      if (auto request = read_registration())
        submit_registration(
            oauth::update_registered_call{std::move(id), bearer(), std::move(*request)}, 200);
      return;
    case http_method::delete_:
      return submit_registration(oauth::remove_registered{std::move(id), bearer()}, 204);
    case http_method::get:
    case http_method::head:
    case http_method::post:
    case http_method::options:
    case http_method::patch:
    case http_method::other:
      break;
  }
  submit_registration(oauth::show_registered{std::move(id), bearer()}, 200);
}

void session::answered_registration(service::admin_exchange& x) {
  if (x.error || !x.answer) {
    auto& service = where().service();
    const auto lost = oauth::lost();
    const auto error =
        x.error.value_or(oauth::admin_error{lost.code, std::string{lost.description}});
    const auto is_management = endpoint_ == oauth::endpoint::registered_client;
    service.note_refusal(oauth::label_of(*endpoint_), x.id(),
                         {error.code, {}, reason_of(error.code, is_management)},
                         oauth::escape_for_people(error.description));
    return refuse_registration(error, x.id());
  }
  const auto* const client = std::get_if<oauth::registered_client>(&*x.answer);
  if (client == nullptr) return send({.status = 204}, x.id());
  text() = render_registration(*client, site_.registration_base);
  send({.status = static_cast<unsigned>(x.tag), .body = text()}, x.id());
}

void session::refuse_registration(const oauth::admin_error& error, const service::request_id& id) {
  const auto special = oauth::head_of(error.code, true, id.view());
  text().clear();
  oauth::append_error(text(), error.code, error.description);
  challenge_.clear();
  if (special.status == 401) {
    challenge_ = site_.bearer_challenge;
    // A request without a token is not told more. @see RFC 6750 §3.1
    if (!bearer().empty()) challenge_.append(", error=\"invalid_token\"");
  }
  send({.status = special.status,
        .body = text(),
        .challenge = challenge_,
        .retry_after = special.retry_after},
       id);
}

}  // namespace mintage::net
