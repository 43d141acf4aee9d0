/// @file
/// Time, denials and results: types that all rules of oauth/ use.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <tl/expected.hpp>

#include "oauth/denial_reason.hpp"
#include "oauth/table.hpp"

namespace mintage::oauth {

/// A point of wall-clock time, UTC, in milliseconds. Rules take it as an argument and never read a
/// clock.
using instant = std::chrono::sys_time<std::chrono::milliseconds>;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Whole seconds since 1970: the NumericDate of JWT claims. @see RFC 7519 §2
[[nodiscard]] constexpr std::int64_t numeric_date(instant t) noexcept {
  return std::chrono::floor<seconds>(t).time_since_epoch().count();
}

/// Returns the time. app/ passes the real clock to actors and engines, tests pass a manual one.
/// Thread-safe. Never goes backwards within a process (NEG-210).
class clock {
 public:
  virtual ~clock() = default;
  [[nodiscard]] virtual instant now() const noexcept = 0;
  /// False when the system's clock has jumped ahead and its time is not confirmed. Until then `now`
  /// continues from the time before the jump.
  [[nodiscard]] virtual bool is_confirmed() const noexcept { return true; }
  /// Accepts the system's time, for an operator. @returns how far `now` moved; 0 when there was
  /// nothing to confirm.
  virtual milliseconds confirm() noexcept { return milliseconds{0}; }
};

/// Error codes of OAuth and of the admin interface. @see RFC 6749 §5.2, PROTOCOL.md §1.3
enum class errc : std::uint8_t {
  invalid_request,
  invalid_client,
  invalid_grant,
  unauthorized_client,
  unsupported_grant_type,
  invalid_scope,
  invalid_target,
  invalid_token,       // userinfo: 401 with a Bearer challenge (UIN-01)
  insufficient_scope,  // userinfo: 403 with a Bearer challenge (UIN-01)
  invalid_dpop_proof,  // 400; userinfo: 401 with a DPoP challenge (UIN-02)
  use_dpop_nonce,      // the same, with a DPoP-Nonce (DPO-11)
  slow_down,           // 429 with Retry-After, sent as temporarily_unavailable (TOK-19, CAU-16)
  server_error,        // 500 (TOK-19)
  temporarily_unavailable,  // 503 with Retry-After (TOK-19)
  access_denied,            // admin: wrong token (401) or right token, wrong call (403)
  not_found,                // admin: no such record (404)
  conflict,                 // admin: the record exists already (409)
  // Of authorization requests: sent to the redirect URI, or 400 of /par (AUZ-02).
  unsupported_response_type,
  login_required,
  interaction_required,
  consent_required,
  account_selection_required,
  unmet_authentication_requirements,
  invalid_request_uri,
  invalid_request_object,
  request_uri_not_supported,
  registration_not_supported,
  unknown_request,   // admin: no such authorization request, or it has expired (404)
  already_answered,  // admin: the authorization request was accepted or denied (409)
  // Of registrations: 400 (RFC 7591 §3.2.2).
  invalid_redirect_uri,
  invalid_client_metadata,
  unapproved_software_statement,
};
/// All error codes, in the order of the enumerators.
constexpr auto errcs = all_of_enum<errc>();
/// The value of the `error` member.
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// A refused request. Literals only, so that nothing of the request can leak into an answer
/// (TOK-17).
struct denial {
  errc code;
  /// Sent as `error_description`; %x20-21 / %x23-5B / %x5D-7E only.
  std::string_view description;
  /// The true reason, for logs and the audit stream only (TOK-21).
  denial_reason reason;
};

template <class T>
using result = tl::expected<T, denial>;
using refusal = tl::unexpected<denial>;

/// Shorthand for `return deny(errc::…, "…", "…");`.
[[nodiscard]] inline refusal deny(errc code, std::string_view description, denial_reason reason) {
  return refusal{denial{code, description, reason}};
}

}  // namespace mintage::oauth
