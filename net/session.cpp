#include "net/session.hpp"

#include <utility>

#include "oauth/form.hpp"
#include "oauth/response.hpp"

namespace mintage::net {

public_site public_site::of(const oauth::options& rules) {
  return {oauth::paths_of(rules), "Basic realm=\"" + rules.issuer + "\""};
}

void session::on_head() {
  endpoint_ = find_public(site_.paths, head().path);
  switch (endpoint_) {
    case public_endpoint::token:
      return on_token_head();
    case public_endpoint::jwks:
    case public_endpoint::metadata:
      return on_document_head();
    case public_endpoint::unknown:
      return send_error({.status = 404}, oauth::errc::not_found, "There is nothing at this path.");
  }
}

void session::on_token_head() {
  constexpr auto allow = std::string_view{"POST, OPTIONS"};
  // A preflight: no client has registered an origin, so none is told that it may (TOK-20).
  if (head().method == http_method::options) return send({.status = 204, .allow = allow});
  if (head().method != http_method::post) {
    return send_error({.status = 405, .allow = allow}, oauth::errc::invalid_request,
                      "The token endpoint is used with POST.");
  }
  if (refuse_by_head(settings().body_limit)) return;
  const auto is_invited = head().expects == expectation::continue_ && !is_body_here();
  if (is_invited && !oauth::is_form_content_type(rules_head().content_type.value_or(""))) {
    // TOK-11: P06 fails whatever the body is, so the client is spared sending it.
    const auto early = oauth::parse_token_request(rules_head(), {}, {});
    if (!early) return refuse_request(early.error());
  }
  receive_body(settings().body_limit);
}

void session::on_document_head() {
  constexpr auto allow = std::string_view{"GET, HEAD"};
  if (head().method == http_method::options) return send({.status = 204, .allow = allow});
  if (head().method != http_method::get && head().method != http_method::head) {
    return send_error({.status = 405, .allow = allow}, oauth::errc::invalid_request,
                      "This document is read with GET.");
  }
  if (refuse_by_head(settings().body_limit)) return;
  receive_body(settings().body_limit);
}

void session::on_body() {
  if (endpoint_ == public_endpoint::token) return exchange_grant();
  send_document();
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

void session::exchange_grant() {
  auto& service = where().service();
  const auto h = rules_head();
  const auto octets = h.authorization && !h.authorization->empty()
                          ? input().writable(*h.authorization)
                          : std::span<char>{};
  auto request = oauth::parse_token_request(h, octets, body());
  if (!request) return refuse_request(request.error());
  auto x = oauth::token_handle{
      new oauth::token_exchange{shared_from_this(), service.next_request_id(), service.now()}};
  x->request = std::move(*request);
  // The memory of the last answer serves for the next one.
  x->body = std::move(text());
  x->body.clear();
  service.submit(std::move(x));
}

void session::answered(oauth::exchange& x) noexcept {
  if (is_closed()) return;
  auto& done = static_cast<oauth::token_exchange&>(x);  // this session makes no others
  if (done.denied || done.body.empty()) {
    return send_denial(done.denied.value_or(oauth::lost()), done.request.who.by_header, x.id());
  }
  text() = std::move(done.body);
  send({.status = 200, .body = text()}, x.id());
}

/// Rows P06 to P13: no exchange tells the log of it (TOK-17).
void session::refuse_request(const oauth::denial& why) {
  auto& service = where().service();
  const auto id = service.next_request_id();
  service.note_refusal("token", id, why);
  send_denial(why, head().authorization.has_value(), id);
}

void session::send_denial(const oauth::denial& why, bool by_header, const oauth::request_id& id) {
  const auto special = oauth::head_of(why.code, by_header);
  text().clear();
  oauth::append_error(text(), why.code, why.description);
  send({.status = special.status,
        .body = text(),
        .challenge =
            special.basic_challenge ? std::string_view{site_.challenge} : std::string_view{},
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
