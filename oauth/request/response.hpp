/// @file
/// Answers of the token endpoint: success and error bodies, status and special header fields.
/// (TOK-14 to TOK-19) @see RFC 6749 §5
#pragma once

#include <string>
#include <string_view>

#include "oauth/types.hpp"

namespace mintage::oauth {

/// The members of a successful answer (TOK-14). Empty members are left out.
struct token_answer {
  std::string_view access_token;
  std::string_view token_type = "Bearer";
  seconds expires_in;
  std::string_view scope;
  std::string_view refresh_token;
  std::string_view id_token;
};
void append_token_answer(std::string& out, const token_answer& answer);

/// Appends `{"error":…,"error_description":…}`. Both are literals of this server (TOK-17).
void append_error(std::string& out, errc code, std::string_view description);

/// The parts of an error answer other than its body.
struct error_head {
  unsigned status = 500;
  /// WWW-Authenticate: Basic realm="<issuer>" (TOK-18).
  bool basic_challenge = false;
  /// Seconds for Retry-After; 0 = none.
  unsigned retry_after = 0;
};
/// Status and header fields of an error. 401 of invalid_token and 403 of insufficient_scope need a
/// Bearer challenge that names the error, which userinfo writes (UIN-01, RFC 6750 §3.1).
/// @param by_header whether the request had an Authorization header.
/// @param request_id random; `retry_after` of 429 (10 to 17 s) and 503 (1 to 4 s) follows it, so
///        that clients which were refused together do not come back together.
[[nodiscard]] error_head head_of(errc code, bool by_header, std::string_view request_id) noexcept;

/// The denial of an exchange that was not admitted, or was returned without an answer: 503
/// (TOK-19).
[[nodiscard]] denial overloaded() noexcept;
[[nodiscard]] denial lost() noexcept;
/// The denial of a request that was not executed because it could not be recorded in the audit
/// stream in time: 503.
[[nodiscard]] denial untold() noexcept;

}  // namespace mintage::oauth
