#include "net/public/session.hpp"

#include <utility>

#include "oauth/request/form.hpp"
#include "oauth/request/response.hpp"

namespace mintage::net {
namespace {

/// As the log and the metrics name them.
std::string_view name_of(public_endpoint endpoint) noexcept {
  switch (endpoint) {
    case public_endpoint::token:
      return "token";
    case public_endpoint::introspection:
      return "introspect";
    case public_endpoint::revocation:
      return "revoke";
    case public_endpoint::userinfo:
      return "userinfo";
    default:
      return "http";
  }
}

oauth::query_purpose purpose_of(public_endpoint endpoint) noexcept {
  switch (endpoint) {
    case public_endpoint::introspection:
      return oauth::query_purpose::introspect;
    case public_endpoint::revocation:
      return oauth::query_purpose::revoke;
    default:
      return oauth::query_purpose::userinfo;
  }
}

/// The methods that pages of other origins may use; none where there is no CORS (INT-01).
std::string_view cors_methods_of(public_endpoint endpoint) noexcept {
  switch (endpoint) {
    case public_endpoint::token:
    case public_endpoint::revocation:
      return "POST";
    case public_endpoint::userinfo:
      return "GET, POST";
    default:
      return {};
  }
}

}  // namespace

public_site public_site::of(const oauth::options& rules) {
  const auto realm = " realm=\"" + rules.issuer + '"';
  return {oauth::paths_of(rules), "Basic" + realm, "Bearer" + realm};
}

void session::on_head() {
  endpoint_ = find_public(site_.paths, head().path);
  switch (endpoint_) {
    case public_endpoint::token:
    case public_endpoint::introspection:
    case public_endpoint::revocation:
      return on_form_head();
    case public_endpoint::userinfo:
      return on_userinfo_head();
    case public_endpoint::jwks:
    case public_endpoint::metadata:
      return on_document_head();
    case public_endpoint::unknown:
      return send_error({.status = 404}, oauth::errc::not_found, "There is nothing at this path.");
  }
}

/// TOK-20: an origin that no client registered is served all the same, but told nothing.
void session::complete(answer& a) {
  const auto methods = cors_methods_of(endpoint_);
  if (methods.empty() || !head().origin || head().origin_repeated) return;
  if (!where().service().knows_origin(*head().origin)) return;
  a.cors_origin = *head().origin;
  if (head().method == http_method::options) a.cors_methods = methods;
}

/// Answers a preflight, and every other method that the endpoint is not used with.
void session::refuse_method(std::string_view allow, std::string_view description) {
  if (head().method == http_method::options) return send({.status = 204, .allow = allow});
  send_error({.status = 405, .allow = allow}, oauth::errc::invalid_request, description);
}

void session::on_form_head() {
  if (head().method != http_method::post) {
    return refuse_method("POST, OPTIONS", "This endpoint is used with POST.");
  }
  if (refuse_by_head(settings().body_limit)) return;
  if (head().expects == expectation::continue_ && !is_body_here()) {
    // TOK-11: P06 fails whatever the body is, so the client is spared sending it.
    if (const auto early = refusal_of_head()) return refuse_request(*early);
  }
  receive_body(settings().body_limit);
}

/// What is wrong with a form request whatever its body is.
std::optional<oauth::denial> session::refusal_of_head() {
  if (oauth::is_form_content_type(rules_head().content_type.value_or(""))) return std::nullopt;
  const auto refused = oauth::parse_token_request(rules_head(), {}, {});
  return refused.error();
}

void session::on_userinfo_head() {
  const auto method = head().method;
  if (method != http_method::get && method != http_method::post) {
    return refuse_method("GET, POST, OPTIONS", "This endpoint is used with GET or POST.");
  }
  if (refuse_by_head(settings().body_limit)) return;
  receive_body(settings().body_limit);
}

void session::on_document_head() {
  if (head().method != http_method::get && head().method != http_method::head) {
    return refuse_method("GET, HEAD", "This document is read with GET.");
  }
  if (refuse_by_head(settings().body_limit)) return;
  receive_body(settings().body_limit);
}

void session::on_body() {
  switch (endpoint_) {
    case public_endpoint::token:
      return exchange_grant();
    case public_endpoint::introspection:
    case public_endpoint::revocation:
    case public_endpoint::userinfo:
      return ask_about_token();
    default:
      return send_document();
  }
}

oauth::token_request_head session::rules_head() const noexcept {
  auto h = oauth::token_request_head{};
  // A repeated Content-Type is as good as none (TOK-03); a repeated Authorization is one that
  // cannot be decoded (ERR-02).
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

/// The value of Authorization, to be decoded in place.
std::span<char> session::authorization_octets() {
  const auto value = rules_head().authorization.value_or("");
  return value.empty() ? std::span<char>{} : input().writable(value);
}

// Refused first, if at all: who asks a server that is too busy gets 503 whatever the request is
// (TOK-19), and costs it no more than the octets.
void session::exchange_grant() {
  auto& service = where().service();
  if (!service.has_room()) return refuse_request(oauth::overloaded());
  auto request = oauth::parse_token_request(rules_head(), authorization_octets(), body());
  if (!request) return refuse_request(request.error());
  auto x = service::token_handle{
      new service::token_exchange{shared_from_this(), service.next_request_id(), service.now()}};
  x->request = std::move(*request);
  x->source = peer().source();
  // The memory of the last answer serves for the next one.
  x->body = std::move(text());
  x->body.clear();
  service.submit(std::move(x));
}

void session::ask_about_token() {
  auto& service = where().service();
  if (!service.has_room()) return refuse_request(oauth::overloaded());
  const auto purpose = purpose_of(endpoint_);
  auto request =
      purpose == oauth::query_purpose::userinfo
          ? oauth::parse_userinfo_request(query_head(), head().method == http_method::post, body())
          : oauth::parse_token_query(purpose, query_head(), authorization_octets(), body());
  if (!request) return refuse_request(request.error());
  auto x = service::query_handle{
      new service::query_exchange{shared_from_this(), service.next_request_id(), service.now()}};
  x->request = std::move(*request);
  x->source = peer().source();
  service.submit(std::move(x));
}

void session::answered(service::exchange& x) noexcept {
  if (is_closed()) return;
  // What this session makes depends on the endpoint alone.
  if (endpoint_ == public_endpoint::token) {
    answered_token(static_cast<service::token_exchange&>(x));
  } else {
    answered_query(static_cast<service::query_exchange&>(x));
  }
}

void session::answered_token(service::token_exchange& x) {
  if (x.denied || x.body.empty()) {
    return send_denial(x.denied.value_or(oauth::lost()), x.request.who.by_header, x.id());
  }
  text() = std::move(x.body);
  send({.status = 200, .body = text()}, x.id());
}

void session::answered_query(service::query_exchange& x) {
  if (x.denied || !x.done) {
    const auto why = x.denied.value_or(oauth::lost());
    if (endpoint_ == public_endpoint::userinfo) return send_bearer_denial(why, x.id());
    return send_denial(why, x.request.who.by_header, x.id());
  }
  text() = std::move(x.body);
  auto type = std::string_view{"application/json"};
  if (text().empty()) type = {};
  if (x.is_jwt) {
    type = endpoint_ == public_endpoint::userinfo ? "application/jwt"
                                                  : "application/token-introspection+jwt";
  }
  send({.status = 200, .body = text(), .content_type = type}, x.id());
}

/// Rows P06 to P13: no exchange tells the log of it (TOK-17).
void session::refuse_request(const oauth::denial& why) {
  auto& service = where().service();
  const auto id = service.next_request_id();
  service.note_refusal(name_of(endpoint_), id, why);
  if (endpoint_ == public_endpoint::userinfo) return send_bearer_denial(why, id);
  send_denial(why, head().authorization.has_value(), id);
}

void session::send_denial(const oauth::denial& why, bool by_header, const service::request_id& id) {
  // RFC 7662 §2.3 leaves introspection no 400 here (INT-01).
  const auto special =
      oauth::head_of(why.code, by_header || endpoint_ == public_endpoint::introspection);
  text().clear();
  oauth::append_error(text(), why.code, why.description);
  send({.status = special.status,
        .body = text(),
        .challenge =
            special.basic_challenge ? std::string_view{site_.basic_challenge} : std::string_view{},
        .retry_after = special.retry_after},
       id);
}

/// UIN-01. A request without any token is told neither error nor description. @see RFC 6750 §3.1
void session::send_bearer_denial(const oauth::denial& why, const service::request_id& id) {
  const auto special = oauth::head_of(why.code, true);
  const auto is_challenge = special.status == 401 || special.status == 403;
  text().clear();
  challenge_.clear();
  if (is_challenge) challenge_ = site_.bearer_challenge;
  if (is_challenge && why.description.empty()) {
    text() = "{}";
  } else {
    oauth::append_error(text(), why.code, why.description);
    if (is_challenge) {
      challenge_.append(", error=\"").append(oauth::to_string(why.code)).append("\"");
      if (why.code == oauth::errc::insufficient_scope) challenge_.append(", scope=\"openid\"");
    }
  }
  send({.status = special.status,
        .body = text(),
        .challenge = challenge_,
        .retry_after = special.retry_after},
       id);
}

void session::send_document() {
  documents_ = where().service().documents();
  const auto& d = endpoint_ == public_endpoint::jwks ? documents_->jwks : documents_->metadata;
  const auto is_known = head().if_none_match && names_etag(*head().if_none_match, d.etag);
  send({.status = is_known ? 304U : 200U,
        .body = d.body,
        .etag = d.etag,
        .is_public_document = true});
}

}  // namespace mintage::net
