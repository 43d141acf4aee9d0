#include "net/admin/session.hpp"

#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "net/address.hpp"
#include "net/admin/endpoint_rules.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/came.hpp"
#include "oauth/request/percent.hpp"
#include "oauth/request/response.hpp"

namespace mintage::net {
namespace {

/// Whether a Content-Type names this media type. Parameters are ignored.
bool is_media_type(std::string_view content_type, std::string_view type) noexcept {
  auto given = content_type.substr(0, content_type.find(';'));
  while (given.ends_with(' ') || given.ends_with('\t')) given.remove_suffix(1);
  return iequals(given, type);
}

/// Whether the mint token is enough. It may mint, and learns of nothing else at that path.
bool is_for_minters(admin_endpoint e, http_method m) noexcept {
  const auto& rules = rules_of(e);
  return rules.is_of_login_page && (e != admin_endpoint::codes || rules.takes(m));
}

constexpr auto bad_json = oauth::denial_reason{"the JSON of an admin call is not valid"};

/// @returns nothing for a query other than `last=N`.
std::optional<oauth::list_refusals> read_refusals_query(std::string_view query) noexcept {
  constexpr auto name = std::string_view{"last="};
  auto call = oauth::list_refusals{};
  if (query.empty()) return call;
  if (!query.starts_with(name)) return std::nullopt;
  query.remove_prefix(name.size());
  const auto* const end = query.data() + query.size();
  const auto [stopped, error] = std::from_chars(query.data(), end, call.last);
  const auto is_in_range = call.last >= 1 && call.last <= oauth::list_refusals::most;
  if (error != std::errc{} || stopped != end || !is_in_range) return std::nullopt;
  return call;
}

}  // namespace

void admin_session::on_head() {
  if (refuse_by_origin()) return;
  const auto target = find_admin(head().path);
  endpoint_ = target.endpoint;
  if (peer().gets_probes_only() && target.is_guarded) {
    return refuse(503, "The connections for admin calls are all in use.",
                  oauth::errc::temporarily_unavailable);
  }
  if (refuse_by_token(target) || refuse_by_target(target)) return;
  if (endpoint_ == admin_endpoint::codes && !head().content_type_repeated &&
      is_media_type(head().content_type.value_or(""), "application/x-ndjson")) {
    if (!refuse_by_head(std::numeric_limits<std::size_t>::max())) start_bulk();
    return;
  }
  const auto limit = endpoint_ == admin_endpoint::codes ? mint_body_limit : body_limit;
  if (refuse_by_head(limit) || refuse_by_content_type()) return;
  receive_body(limit);
}

// Any web page can make a browser send requests to loopback, and a name of its own domain can
// resolve to it (DNS rebinding). Operators' tools do not send such requests.
bool admin_session::refuse_by_origin() {
  if (head().origin || head().has_fetch_site) {
    refuse(403, "Browsers may not use the admin listener.", oauth::errc::access_denied);
    return true;
  }
  const auto is_meant = [](std::string_view host) { return host.empty() || names_loopback(host); };
  if (peer().is_secure() || (is_meant(head().host.value_or("")) && is_meant(head().authority))) {
    return false;
  }
  refuse(421, "Without TLS the admin listener answers to localhost and loopback addresses only.");
  return true;
}

bool admin_session::refuse_by_token(const admin_target& target) {
  if (!target.is_guarded) return false;
  const auto role = head().authorization_repeated
                        ? oauth::admin_role::nobody
                        : oauth::role_of(head().authorization.value_or(""), tokens_);
  if (role == oauth::admin_role::nobody) {
    send_error({.status = 401, .challenge = "Bearer realm=\"mintage-admin\""},
               oauth::errc::access_denied, "A valid admin token is needed.");
    return true;
  }
  if (role != oauth::admin_role::admin && !is_for_minters(endpoint_, head().method)) {
    send_error({.status = 403}, oauth::errc::access_denied, "This token is for login pages only.");
    return true;
  }
  return false;
}

bool admin_session::refuse_by_target(const admin_target& target) {
  auto id = oauth::decode_percent(target.id);
  if (endpoint_ == admin_endpoint::unknown || !id) {
    send_error({.status = 404}, oauth::errc::not_found, "There is nothing at this path.");
    return true;
  }
  const auto& rules = rules_of(endpoint_);
  if (!rules.takes(head().method)) {
    send_error({.status = 405, .allow = rules.allow}, oauth::errc::invalid_request,
               "This path is not used with that method.");
    return true;
  }
  id_ = std::move(*id);
  number_ = target.number;
  return false;
}

bool admin_session::refuse_by_content_type() {
  if (head().method != http_method::post && head().method != http_method::patch) return false;
  if (rules_of(endpoint_).body_may_be_empty && !head().content_type && declared_length() == 0)
    return false;
  if (!head().content_type_repeated &&
      is_media_type(head().content_type.value_or(""), "application/json")) {
    return false;
  }
  send_error({.status = 415}, oauth::errc::invalid_request,
             "The Content-Type must be application/json.");
  return true;
}

void admin_session::start_bulk() {
  const auto length = declared_length();
  const auto is_version_11 = head().is_version_11;
  begin_stream();
  if (is_closed()) return;
  const auto bulk = std::make_shared<bulk_mint>(shared_from_this(), length, is_version_11);
  bulk_ = bulk;
  bulk->start();
}

void admin_session::on_stream_expired() {
  if (const auto bulk = bulk_) bulk->expire();
}

void admin_session::on_stream_drained() {
  if (const auto bulk = bulk_) bulk->drain();
}

void admin_session::release_stream() noexcept {
  bulk_.reset();
}

void admin_session::on_body() {
  const auto method = head().method;
  switch (endpoint_) {
    case admin_endpoint::livez:
      return send_probe(true);
    case admin_endpoint::readyz:
      return send_probe(where().is_ready());
    case admin_endpoint::metrics:
      text() = where().service().metrics();
      return send({.body = text(), .content_type = "text/plain; version=0.0.4; charset=utf-8"});
    case admin_endpoint::keys:
      return submit_call(oauth::list_keys{}, 200);
    case admin_endpoint::key_rotation:
      return rotate_keys();
    case admin_endpoint::key:
      return submit_call(oauth::remove_key{id_}, 204);
    case admin_endpoint::codes:
      return mint();
    case admin_endpoint::clients:
      if (method == http_method::get) return submit_call(oauth::list_clients{}, 200);
      return create_or_patch();
    case admin_endpoint::client:
      if (method == http_method::get) return submit_call(oauth::show_client{id_}, 200);
      if (method == http_method::delete_) return submit_call(oauth::remove_client{id_}, 204);
      return create_or_patch();
    case admin_endpoint::secrets:
      return add_secret();
    case admin_endpoint::secret:
      return submit_call(oauth::end_secret{id_, number_}, 204);
    case admin_endpoint::resources:
      if (method == http_method::get) return submit_call(oauth::list_resources{}, 200);
      return put_resource();
    case admin_endpoint::resource:
      return submit_call(oauth::remove_resource{id_}, 204);
    case admin_endpoint::revoke_subject:
      return submit_call(oauth::cut_off{oauth::cutoff_kind::subject, id_}, 204);
    case admin_endpoint::end_session:
      return submit_call(oauth::cut_off{oauth::cutoff_kind::session, id_}, 204);
    case admin_endpoint::clock_confirmation:
      return submit_call(oauth::confirm_clock{}, 200);
    case admin_endpoint::reload:
      return submit_call(oauth::reload_config{}, 200);
    case admin_endpoint::backups:
      return back_up();
    case admin_endpoint::seal:
      return submit_call(oauth::show_seal{}, 200);
    case admin_endpoint::seal_rotation:
      return submit_call(oauth::rotate_seal{}, 200);
    case admin_endpoint::seal_retirement:
      return submit_call(oauth::retire_seal{}, 200);
    case admin_endpoint::refusals:
      return list_refusals();
    case admin_endpoint::refusal:
      return submit_call(oauth::show_refusal{id_}, 200);
    case admin_endpoint::authorization:
      return show_authorization();
    case admin_endpoint::authorization_accept:
      return accept_authorization();
    case admin_endpoint::authorization_deny:
      return deny_authorization();
    case admin_endpoint::registration_tokens:
      if (method == http_method::get) return submit_call(oauth::list_registration_tokens{}, 200);
      return add_registration_token();
    case admin_endpoint::registration_token:
      return submit_call(oauth::remove_registration_token{id_}, 204);
    case admin_endpoint::logout:
      return ask_about_logout(oauth::authorization_purpose::show_logout);
    case admin_endpoint::logout_accept:
      return ask_about_logout(oauth::authorization_purpose::accept_logout);
    case admin_endpoint::logout_deny:
      return ask_about_logout(oauth::authorization_purpose::deny_logout);
    case admin_endpoint::unknown:
      break;  // answered in `on_head`
  }
}

void admin_session::create_or_patch() {
  auto metadata = json_.read_client({body().data(), body().size()});
  if (!metadata) return send_failure(metadata.error(), bad_json);
  if (endpoint_ == admin_endpoint::clients) {
    return submit_call(oauth::create_client{std::move(*metadata)}, 201);
  }
  submit_call(oauth::patch_client{id_, std::move(*metadata)}, 200);
}

void admin_session::add_secret() {
  auto secret = json_.read_secret({body().data(), body().size()});
  if (!secret) return send_failure(secret.error(), bad_json);
  submit_call(oauth::add_secret{id_, std::move(*secret)}, 201);
}

void admin_session::put_resource() {
  auto resource = json_.read_resource({body().data(), body().size()});
  if (!resource) return send_failure(resource.error(), bad_json);
  submit_call(oauth::put_resource{std::move(*resource)}, 200);
}

void admin_session::add_registration_token() {
  auto wanted = json_.read_registration_token({body().data(), body().size()});
  if (!wanted) return send_failure(wanted.error(), bad_json);
  submit_call(oauth::add_registration_token{std::move(*wanted)}, 201);
}

void admin_session::rotate_keys() {
  auto call = json_.read_rotation({body().data(), body().size()});
  if (!call) return send_failure(call.error(), bad_json);
  submit_call(*call, 200);
}

void admin_session::back_up() {
  auto call = json_.read_backup({body().data(), body().size()});
  if (!call) return send_failure(call.error(), bad_json);
  submit_call(*std::move(call), 201);
}

void admin_session::list_refusals() {
  const auto call = read_refusals_query(head().query);
  if (!call) {
    return send_failure({oauth::errc::invalid_request, "the query must be last=1 to last=1000"},
                        "the query of an admin call is not valid");
  }
  submit_call(*call, 200);
}

void admin_session::submit_call(oauth::admin_call call, unsigned status) {
  auto& service = where().service();
  auto x = service::admin_handle{
      new service::admin_exchange{shared_from_this(), service.next_request_id(), service.now()}};
  x->call = std::move(call);
  x->tag = status;
  service.submit(std::move(x));
}

void admin_session::mint() {
  auto request = json_.read_mint({body().data(), body().size()});
  if (!request) return send_failure(request.error(), bad_json);
  auto& service = where().service();
  auto x = service::mint_handle{
      new service::mint_exchange{shared_from_this(), service.next_request_id(), service.now()}};
  x->request = std::move(*request);
  x->tag = 201;
  service.submit(std::move(x));
}

void admin_session::answered(service::exchange& x) noexcept {
  if (is_closed()) return;
  if (x.kind() == service::exchange_kind::authorization) {
    return answered_authorization(service::exchange_as<service::authorization_exchange>(x));
  }
  auto error = std::optional<oauth::admin_error>{};
  text().clear();
  if (endpoint_ == admin_endpoint::codes) {
    auto& done = service::exchange_as<service::mint_exchange>(x);
    error = std::move(done.error);
    if (done.minted) text() = render_minted(done.text.reveal(), done.expires_in);
  } else {
    auto& done = service::exchange_as<service::admin_exchange>(x);
    error = std::move(done.error);
    if (done.answer) text() = render(*done.answer);
    if (done.answer && x.tag == 204) return send({.status = 204}, x.id());
  }
  send_answer(std::move(error), x);
}

/// Sends `text()`, or the error; if there is neither, that the exchange was lost.
void admin_session::send_answer(std::optional<oauth::admin_error> error, service::exchange& x) {
  if (!text().empty() && !error) {
    return send({.status = static_cast<unsigned>(x.tag), .body = text()}, x.id());
  }
  if (!error)
    error = oauth::admin_error{oauth::lost().code, std::string{oauth::lost().description}};
  const auto special = oauth::head_of(error->code, false, x.id().view());
  text() = render(*error);
  send({.status = status_of(error->code), .body = text(), .retry_after = special.retry_after},
       x.id());
}

void admin_session::send_probe(bool is_well) {
  text() = is_well ? R"({"status":"ok"})" : R"({"status":"unavailable"})";
  send({.status = is_well ? 200U : 503U, .body = text()});
}

void admin_session::send_failure(const oauth::admin_error& error, oauth::denial_reason why) {
  auto& service = where().service();
  const auto id = service.next_request_id();
  service.note_refusal("admin", id, {error.code, {}, why},
                       oauth::escape_for_people(error.description));
  text() = render(error);
  send({.status = status_of(error.code), .body = text()}, id);
}

}  // namespace mintage::net
