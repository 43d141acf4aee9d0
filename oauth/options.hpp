/// @file
/// Configuration of issuer and tokens, and the form in which a broken limit is reported.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/client/profile.hpp"
#include "oauth/registration_options.hpp"

namespace mintage::oauth {

/// A key of the config file and its error, for example {"tokens.code_ttl", "must be …"}.
struct config_error {
  std::string key;
  std::string sentence;
};

/// What client certificates can be used for, as [http] says.
enum class certificate_use : std::uint8_t {
  none,       ///< no request comes with one
  unchecked,  ///< requests come with them, and their chains are not verified
  checked     ///< their chains are verified, by this server or by a proxy
};

struct options {
  /// The issuer identifier: https without query and fragment; http only for a loopback host
  /// (MET-01).
  std::string issuer = "http://127.0.0.1:9080";
  /// The rules that every client is held to, whatever it is registered with.
  client_profile profile = client_profile::standard;
  /// [discovery] URL of an authorization endpoint of the operator's own, announced in the metadata;
  /// https, or http on a loopback host; no fragment. Empty = not announced. `login_url` takes its
  /// place. @see RFC 8414 §2
  std::string authorization_endpoint;
  /// [authorization] The operator's login page, which /authorize sends browsers to; https, or http
  /// on a loopback host; no fragment. Empty = there is no /authorize and no /par (AUZ-01).
  std::string login_url;
  /// [authorization] The page that logs people out, which /end_session sends browsers to; as
  /// `login_url`. Empty = there is no /end_session (LGO-02).
  std::string logout_url;
  /// [authorization] How long a person has for the login: life of a handle, 1 to 60 min.
  std::chrono::seconds request_ttl{600};
  /// [authorization] Life of a `request_uri` of /par; less than 600 s with FAPI 2.0 (PAR-01).
  std::chrono::seconds pushed_ttl{60};
  /// [authorization] Whether each client must push its requests (PAR-02).
  bool require_pushed_requests = false;
  /// [authorization] Requests of one source per minute to /authorize, and of public clients to
  /// /par; then 429. 0 = no limit.
  unsigned authorizations_per_minute = 0;
  /// The same for those that are too long for a handle, so that they are stored.
  unsigned stored_authorizations_per_minute = 60;
  /// The base of the URLs in `mtls_endpoint_aliases`: https, no query, no fragment. Empty = none.
  /// @see RFC 8705 §5
  std::string mtls_base_url;
  /// Not a key of its own: it follows from [http].
  certificate_use certificates = certificate_use::none;
  /// [tokens] Life of an authorization code; RFC 6749 §4.1.2 allows 600 s at most (COD-03).
  std::chrono::seconds code_ttl{60};
  /// How long a consumed code is stored, so that a replay is recognised (COD-08).
  std::chrono::seconds code_tombstone{600};
  /// A duplicate within this time after the consumption is refused without revocation (COD-07).
  std::chrono::milliseconds code_dup_window{250};
  /// Number of failed redemptions of an existing code after which it is revoked (COD-05).
  unsigned code_max_fail = 10;
  /// [http] Failed client authentications of one client from one source per minute; then 429
  /// (CAU-16). 0 = no limit.
  unsigned failures_per_minute = 60;
  /// [tokens] Octets of the claims of a minted code as compact JSON, 1 KiB to 64 KiB.
  std::size_t claims_limit = 64 * 1024;
  std::chrono::seconds access_ttl{600};
  std::chrono::seconds id_ttl{600};
  std::chrono::seconds refresh_idle{30 * 86400};
  std::chrono::seconds refresh_absolute{365 * 86400};
  std::chrono::seconds refresh_grace{10};
  /// [dpop] Whether every DPoP proof must contain a nonce of this server (DPO-11).
  bool dpop_nonces_required = false;
  /// [dpop] How old a proof without a nonce may be (DPOP_PAST, DPO-07).
  std::chrono::seconds dpop_max_age{60};
  /// [keys] Id of the MAC key of new refresh tokens. Tokens with other ids stay valid (RFT-06).
  std::uint32_t refresh_key_id = 1;
  /// [keys] rotation_period: how long a signing key is used before it is replaced (JWS-06); 0 =
  /// until it is rotated by hand.
  std::chrono::seconds key_rotation_period{90 * 86400};
  /// [keys] overlap: how long a replaced key stays published. At least `shortest_overlap`.
  std::chrono::seconds key_overlap{2 * 86400};
  registration_options registration;
};

/// The issuer without a trailing slash, to which the paths of endpoints are appended.
[[nodiscard]] std::string_view base_url(const options& o) noexcept;
/// The audience of tokens for userinfo: the URL of userinfo (ATK-02).
[[nodiscard]] std::string userinfo_audience(const options& o);

/// How long clients may cache the key set and the metadata: Cache-Control (JWK-01, MET-03).
inline constexpr std::chrono::seconds documents_max_age{300};
/// Allowed difference between clocks (SKEW of PROTOCOL.md).
inline constexpr std::chrono::seconds clock_skew{30};
/// The longest life that a signed token may have, so that its key is published until it expires.
[[nodiscard]] inline std::chrono::seconds longest_signed_life(const options& o) noexcept {
  return o.key_overlap - documents_max_age;
}
/// The longest life of a token, plus the age of the oldest key set in a cache (JWS-06).
[[nodiscard]] std::chrono::seconds shortest_overlap(const options& o) noexcept;

/// @returns every broken limit as key and sentence; empty when all hold.
[[nodiscard]] std::vector<config_error> check(const options& o);
[[nodiscard]] std::vector<config_error> check(const registration_options& o);
/// @returns settings that work and are rarely intended, as key and sentence.
[[nodiscard]] std::vector<config_error> find_oddities(const options& o);

}  // namespace mintage::oauth
