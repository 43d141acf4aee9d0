// How each public endpoint words a refusal: status, challenge and body. (TOK-18, INT-01, UIN-01)
#include "net/public/session.hpp"
#include "oauth/request/response.hpp"

namespace mintage::net {

void session::deny_client(const oauth::denial& why, bool by_header, const service::request_id& id) {
  const auto special = oauth::head_of(why.code, by_header, id.view());
  text().clear();
  oauth::append_error(text(), why.code, why.description);
  send({.status = special.status,
        .body = text(),
        .challenge =
            special.basic_challenge ? std::string_view{site_.basic_challenge} : std::string_view{},
        .dpop_nonce = dpop_nonce_,
        .retry_after = special.retry_after},
       id);
}

/// For introspection, where RFC 7662 §2.3 allows no 400 for an unauthenticated client (INT-01).
void session::deny_caller(const oauth::denial& why, bool, const service::request_id& id) {
  deny_client(why, true, id);
}

/// UIN-01, UIN-02. A request without a token gets neither error nor description.
/// @see RFC 6750 §3.1, RFC 9449 §7.1
void session::deny_bearer(const oauth::denial& why, bool, const service::request_id& id) {
  auto special = oauth::head_of(why.code, true, id.view());
  if (why.code == oauth::errc::invalid_dpop_proof || why.code == oauth::errc::use_dpop_nonce) {
    special.status = 401;
  }
  const auto is_challenge = special.status == 401 || special.status == 403;
  text().clear();
  challenge_.clear();
  if (is_challenge) challenge_ = is_about_dpop_ ? site_.dpop_challenge : site_.bearer_challenge;
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
        .dpop_nonce = dpop_nonce_,
        .retry_after = special.retry_after},
       id);
}

}  // namespace mintage::net
