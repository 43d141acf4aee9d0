#include "net/public/session.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "net/http/certificate_header.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/came.hpp"
#include "oauth/request/form.hpp"
#include "oauth/request/response.hpp"

namespace mintage::net {
namespace {

constexpr auto post_only = std::array{http_method::post};
constexpr auto get_or_post = std::array{http_method::get, http_method::post};
constexpr auto get_only = std::array{http_method::get};
constexpr auto get_or_head = std::array{http_method::get, http_method::head};
constexpr auto managing = std::array{http_method::get, http_method::put, http_method::delete_};

/// What pages of registered origins may send: what a client needs, and what tracing tools add.
constexpr auto cors_headers = std::string_view{
    "content-type, dpop, authorization, traceparent, tracestate, baggage, sentry-trace, "
    "x-requested-with"};
constexpr std::size_t most_asked_headers = 1024;
/// What anybody may have stored as a client.
constexpr std::size_t longest_registration = 16 * 1024;

}  // namespace

/// How one endpoint is served over HTTP.
struct session::serving {
  using server = void (session::*)();
  using denier = void (session::*)(const oauth::denial&, bool by_header,
                                   const service::request_id&);

  oauth::endpoint id;
  /// The methods that it supports.
  std::span<const http_method> methods;
  /// `Allow` in answers to OPTIONS and to other methods, and the description of that refusal.
  std::string_view allow;
  oauth::denial_reason other_method;
  /// The methods that pages of other origins may use; empty = no CORS (INT-01).
  std::string_view cors_methods;
  /// Whether pages of any origin may read it (JWK-01, MET-03).
  bool for_any_origin = false;
  /// Whether pages of any origin may use it: they have none that is registered, and a browser sends
  /// no credentials of its own there (DCR-01).
  bool for_any_page = false;
  /// Whether the body must be a form, which the head tells (TOK-11).
  bool takes_form = false;
  std::size_t most_body = std::numeric_limits<std::size_t>::max();
  /// Reads the request and submits its exchange, or answers.
  server serve;
  /// Sends the refusal of a request.
  denier deny = &session::deny_client;
  /// The content type of an answer that is a JWT.
  std::string_view jwt_type = {};

  /// An endpoint for clients: a form by POST.
  static constexpr serving form(oauth::endpoint id, server serve, std::string_view cors_methods) {
    return {.id = id,
            .methods = post_only,
            .allow = "POST, OPTIONS",
            .other_method = "This endpoint is used with POST.",
            .cors_methods = cors_methods,
            .takes_form = true,
            .serve = serve};
  }
  /// A document that everybody may read.
  static constexpr serving document(oauth::endpoint id, server serve) {
    return {.id = id,
            .methods = get_or_head,
            .allow = "GET, HEAD",
            .other_method = "This document is read with GET.",
            .cors_methods = "GET",
            .for_any_origin = true,
            .serve = serve};
  }
  constexpr serving denied_by(denier how) const {
    auto out = *this;
    out.deny = how;
    return out;
  }
  constexpr serving with_jwt(std::string_view type) const {
    auto out = *this;
    out.jwt_type = type;
    return out;
  }
};

constexpr std::array<session::serving, oauth::endpoints.size()> session::table = {{
    serving::form(oauth::endpoint::token, &session::exchange_grant, "POST"),
    serving::form(oauth::endpoint::introspection, &session::introspect, {})
        .denied_by(&session::deny_caller)
        .with_jwt("application/token-introspection+jwt"),
    serving::form(oauth::endpoint::revocation, &session::revoke, "POST"),
    {.id = oauth::endpoint::userinfo,
     .methods = get_or_post,
     .allow = "GET, POST, OPTIONS",
     .other_method = "This endpoint is used with GET or POST.",
     .cors_methods = "GET, POST",
     .serve = &session::tell_userinfo,
     .deny = &session::deny_bearer,
     .jwt_type = "application/jwt"},
    serving::document(oauth::endpoint::jwks, &session::send_jwks),
    serving::document(oauth::endpoint::openid_configuration, &session::send_metadata),
    serving::document(oauth::endpoint::oauth_metadata, &session::send_metadata),
    {.id = oauth::endpoint::healthz,
     .methods = get_or_head,
     .allow = "GET, HEAD",
     .other_method = "This path is read with GET.",
     .cors_methods = {},
     .serve = &session::tell_health},
    serving::document(oauth::endpoint::openid_configuration_inserted, &session::send_metadata),
    {.id = oauth::endpoint::authorize,
     .methods = get_or_post,
     .allow = "GET, POST, OPTIONS",
     .other_method = "This endpoint is used with GET or POST.",
     .cors_methods = {},
     .serve = &session::begin_authorization,
     .deny = &session::show_error},
    {.id = oauth::endpoint::authorize_continue,
     .methods = get_only,
     .allow = "GET, OPTIONS",
     .other_method = "This path is read with GET.",
     .cors_methods = {},
     .serve = &session::continue_authorization,
     .deny = &session::show_error},
    serving::form(oauth::endpoint::pushed_authorization, &session::push_authorization, "POST"),
    {.id = oauth::endpoint::registration,
     .methods = post_only,
     .allow = "POST, OPTIONS",
     .other_method = "This endpoint is used with POST.",
     .cors_methods = "POST",
     .for_any_page = true,
     .most_body = longest_registration,
     .serve = &session::register_client,
     .deny = &session::deny_bearer},
    {.id = oauth::endpoint::registered_client,
     .methods = managing,
     .allow = "GET, PUT, DELETE, OPTIONS",
     .other_method = "This path is used with GET, PUT or DELETE.",
     .cors_methods = "GET, PUT, DELETE",
     .for_any_page = true,
     .most_body = longest_registration,
     .serve = &session::manage_client,
     .deny = &session::deny_bearer},
    {.id = oauth::endpoint::end_session,
     .methods = get_or_post,
     .allow = "GET, POST, OPTIONS",
     .other_method = "This endpoint is used with GET or POST.",
     .cors_methods = {},
     .serve = &session::begin_logout,
     .deny = &session::show_error},
}};

public_site public_site::of(const oauth::options& rules) {
  const auto realm = " realm=\"" + rules.issuer + '"';
  auto dpop = "DPoP" + realm + ", algs=\"";
  for (const auto name : oauth::proof_alg_names(rules.profile)) {
    if (dpop.back() != '"') dpop += ' ';
    dpop += name;
  }
  auto base = std::string{oauth::base_url(rules)};
  base += row_of(oauth::endpoints, oauth::endpoint::registered_client).name;
  return {oauth::paths_of(rules),
          "Basic" + realm,
          "Bearer" + realm,
          dpop + '"',
          oauth::browser_cookie{rules.issuer},
          std::move(base)};
}

/// @pre the path is that of an endpoint.
const session::serving& session::here() const noexcept {
  static_assert(oauth::is_in_order(table));
  return table[static_cast<std::size_t>(*endpoint_)];
}

void session::on_head() {
  endpoint_ = find_public(site_.paths, head().path);
  dpop_nonce_.clear();
  is_about_dpop_ = false;
  if (!endpoint_ && answer_server_options()) return;
  if (!endpoint_) {
    return send_error({.status = 404}, oauth::errc::not_found, "There is nothing at this path.");
  }
  const auto& how = here();
  if (std::ranges::find(how.methods, head().method) == how.methods.end()) return on_other_method();
  const auto limit = std::min({settings().body_limit, how.most_body, largest_body()});
  if (refuse_by_head(limit)) return;
  if (how.takes_form && head().expects == expectation::continue_ && !is_body_here()) {
    // TOK-11: P06 fails for any body, so the client need not send it.
    if (const auto early = refusal_of_head()) return refuse_request(*early);
  }
  receive_body(limit);
}

/// OPTIONS of the server as a whole (RFC 9110 §9.3.7), and of "/", which people try.
bool session::answer_server_options() {
  if (head().method != http_method::options) return false;
  if (head().path != "*" && head().path != "/") return false;
  send({.status = 204, .allow = "GET, HEAD, POST, OPTIONS"});
  return true;
}

void session::on_body() {
  (this->*here().serve)();
}

/// TOK-20: an origin that no client registered gets the answer without CORS fields.
void session::complete(answer& a) {
  if (!endpoint_ || here().cors_methods.empty()) return;
  const auto is_preflight = head().method == http_method::options;
  if (here().for_any_origin || here().for_any_page) {
    if (here().for_any_page || is_preflight) a.cors_origin = "*";
    if (!is_preflight) return;  // a document itself says so (`is_public_document`)
    a.cors_headers = asked_headers();
  } else {
    if (!head().origin || head().origin_repeated) return;
    if (!where().service().knows_origin(*head().origin)) return;
    a.cors_origin = *head().origin;
    a.cors_headers = cors_headers;
  }
  if (is_preflight) a.cors_methods = here().cors_methods;
}

/// The header fields that a preflight asks for, if that is a list of names.
std::string_view session::asked_headers() const noexcept {
  const auto asked = head().asked_headers.value_or("");
  const auto is_list = std::ranges::all_of(
      asked, [](char c) { return is_token_octet(c) || c == ',' || c == ' ' || c == '\t'; });
  return is_list && asked.size() <= most_asked_headers ? asked : std::string_view{};
}

/// Answers a preflight, and every method that the endpoint does not support.
void session::on_other_method() {
  const auto allow = here().allow;
  if (head().method == http_method::options) return send({.status = 204, .allow = allow});
  send_error({.status = 405, .allow = allow}, oauth::errc::invalid_request, here().other_method);
}

/// The denial of a form request that its head alone causes.
std::optional<oauth::denial> session::refusal_of_head() {
  if (oauth::is_form_content_type(rules_head().content_type.value_or(""))) return std::nullopt;
  const auto refused = oauth::parse_token_request(rules_head(), {}, {});
  return refused.error();
}

oauth::token_request_head session::rules_head() const noexcept {
  auto h = oauth::token_request_head{};
  // A repeated Content-Type counts as absent (TOK-03), a repeated Authorization as one that cannot
  // be decoded (ERR-02).
  if (!head().content_type_repeated) h.content_type = head().content_type;
  h.authorization = head().authorization_repeated ? std::string_view{} : head().authorization;
  h.query = head().query;
  return h;
}

oauth::token_query_head session::query_head() const noexcept {
  const auto h = rules_head();
  return {.content_type = h.content_type,
          .authorization = h.authorization,
          .query = h.query,
          .accept = head().accept.value_or("")};
}

/// The value of Authorization, which is decoded in place.
std::span<char> session::authorization_octets() {
  const auto value = rules_head().authorization.value_or("");
  return value.empty() ? std::span<char>{} : input().writable(value);
}

/// Overload comes first: a server that is too busy answers 503 to any request (TOK-19), at no
/// further cost than its octets.
bool session::is_admitted() {
  if (where().service().has_room()) return true;
  refuse_request(oauth::overloaded());
  return false;
}

/// That of the connection. A proxy that passes on those of its clients has a connection, and
/// perhaps a certificate, of its own (CAU-15).
oauth::result<std::shared_ptr<const crypto::certificate>> session::certificate() const {
  const auto form = settings().client_certificate_header;
  if (form != certificate_header::none && peer().is_trusted_proxy())
    return passed_on_certificate(form, head());
  return peer().certificate();
}

/// @returns false when it has refused the request.
template <class Exchange>
bool session::take_certificate(Exchange& x) {
  auto found = certificate();
  if (!found) {
    refuse_request(found.error());
    return false;
  }
  x.request.who.certificate = found->get();
  x.certificate = std::move(*found);
  return true;
}

// For session_authorization.cpp.
template bool session::take_certificate(service::authorization_exchange&);

void session::present_proofs(service::presented_proofs& x) const {
  x.dpop = head().dpop;
  x.dpop_repeated = head().dpop_repeated;
}

void session::exchange_grant() {
  if (!is_admitted()) return;
  auto& service = where().service();
  auto refused = oauth::partly_read_request{};
  auto request = oauth::parse_token_request(rules_head(), authorization_octets(), body(), &refused);
  if (!request) return refuse_request(request.error(), oauth::came_with(refused));
  auto x = service::token_handle{
      new service::token_exchange{shared_from_this(), service.next_request_id(), service.now()}};
  x->request = std::move(*request);
  if (!take_certificate(*x)) return;
  present_proofs(*x);
  x->source = peer().source();
  // Reuses the memory of the last answer.
  x->body = std::move(text());
  x->body.clear();
  service.submit(std::move(x));
}

void session::introspect() {
  if (!is_admitted()) return;
  ask_about_token(oauth::parse_token_query(oauth::query_purpose::introspect, query_head(),
                                           authorization_octets(), body()));
}

void session::revoke() {
  if (!is_admitted()) return;
  ask_about_token(oauth::parse_token_query(oauth::query_purpose::revoke, query_head(),
                                           authorization_octets(), body()));
}

void session::tell_userinfo() {
  if (!is_admitted()) return;
  const auto is_post = head().method == http_method::post;
  ask_about_token(oauth::parse_userinfo_request(query_head(), is_post, body()));
}

void session::ask_about_token(oauth::result<oauth::token_query_request> request) {
  if (!request) return refuse_request(request.error());
  auto& service = where().service();
  auto x = service::query_handle{
      new service::query_exchange{shared_from_this(), service.next_request_id(), service.now()}};
  x->request = std::move(*request);
  if (!take_certificate(*x)) return;
  present_proofs(*x);
  x->source = peer().source();
  service.submit(std::move(x));
}

void session::answered(service::exchange& x) noexcept {
  if (is_closed()) return;
  switch (x.kind()) {
    case service::exchange_kind::token:
      return answered_token(service::exchange_as<service::token_exchange>(x));
    case service::exchange_kind::query:
      return answered_query(service::exchange_as<service::query_exchange>(x));
    case service::exchange_kind::authorization:
      return answered_authorization(service::exchange_as<service::authorization_exchange>(x));
    case service::exchange_kind::admin:
      return answered_registration(service::exchange_as<service::admin_exchange>(x));
    case service::exchange_kind::mint:
      break;
  }
  assert(false && "no public session makes such an exchange");
  close();
}

void session::answered_token(service::token_exchange& x) {
  dpop_nonce_ = std::move(x.dpop_nonce);
  if (x.denied || x.body.empty()) {
    const auto why = x.denied.value_or(oauth::lost());
    return (this->*here().deny)(why, x.request.who.by_header, x.id());
  }
  text() = std::move(x.body);
  send({.status = 200, .body = text(), .dpop_nonce = dpop_nonce_}, x.id());
}

void session::answered_query(service::query_exchange& x) {
  dpop_nonce_ = std::move(x.dpop_nonce);
  is_about_dpop_ = x.request.is_dpop || x.is_bound;
  if (x.denied || !x.done) {
    const auto why = x.denied.value_or(oauth::lost());
    return (this->*here().deny)(why, x.request.who.by_header, x.id());
  }
  text() = std::move(x.body);
  auto type = std::string_view{"application/json"};
  if (text().empty()) type = {};
  if (x.is_jwt) type = here().jwt_type;
  send({.status = 200, .body = text(), .content_type = type, .dpop_nonce = dpop_nonce_}, x.id());
}

/// Rows P06 to P13. There is no exchange that reports the refusal to the log (TOK-17).
void session::refuse_request(const oauth::denial& why, std::string_view came) {
  auto& service = where().service();
  const auto id = service.next_request_id();
  service.note_refusal(oauth::label_of(*endpoint_), id, why,
                       came.empty() ? came_with(why.reason) : std::string{came});
  (this->*here().deny)(why, head().authorization.has_value(), id);
}

/// Without detail: for load balancers. `/readyz` of the admin listener is for operators.
void session::tell_health() {
  const auto is_well = where().is_ready();
  send({.status = is_well ? 200U : 503U,
        .body = is_well ? R"({"status":"ok"})" : R"({"status":"unavailable"})"});
}

void session::send_jwks() {
  documents_ = where().service().documents();
  send_document(documents_->jwks);
}

void session::send_metadata() {
  documents_ = where().service().documents();
  send_document(documents_->metadata);
}

void session::send_document(const oauth::document& d) {
  const auto is_known = head().if_none_match && names_etag(*head().if_none_match, d.etag);
  send({.status = is_known ? 304U : 200U,
        .body = d.body,
        .etag = d.etag,
        .is_public_document = true});
}

}  // namespace mintage::net
