/// @file
/// Refresh tokens: their text, and the rules of their use. (RFT-01 to RFT-12)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "crypto/digest.hpp"
#include "crypto/root_ring.hpp"
#include "oauth/grant/cutoff.hpp"
#include "oauth/grant/grant.hpp"
#include "oauth/grant/issuance.hpp"

namespace mintage::oauth {

/// A presented refresh token: the parts of its text. They are not authenticated before the MAC is
/// checked.
struct presented_refresh_token {
  slot where;
  family_id family{};
  std::uint32_t generation = 0;
  crypto::digest mac{};
};
/// @returns nothing unless `text` is `mrt_`, slot, and 70 base64url characters in their one
///          spelling (RFT-06): 76 characters.
[[nodiscard]] std::optional<presented_refresh_token> parse_refresh_token(
    std::string_view text) noexcept;

/// The MAC keys of refresh tokens by id, each derived from each of the seal keys: tokens are made
/// under the newest, and proven by any. Contexts are made on first use. Not thread-safe: one per
/// actor.
class refresh_keys {
 public:
  /// @param roots the seal keys. @param current the key id of new families.
  refresh_keys(crypto::root_ring roots, std::uint32_t current);
  [[nodiscard]] std::uint32_t current() const noexcept { return current_; }

  /// `mrt_`, slot, base64url(family id ‖ generation (u32, big endian) ‖ MAC). MAC =
  /// HMAC-SHA-256(key, label ‖ slot ‖ family id ‖ generation ‖ seed), all of fixed width (RFT-06).
  [[nodiscard]] std::string make(const grant& g, std::uint32_t generation);
  /// Whether the MAC of `token` is that of its family; constant time.
  [[nodiscard]] bool proves(const presented_refresh_token& token, const grant& g);

 private:
  [[nodiscard]] crypto::mac_subkeys& keys(std::uint32_t id);

  crypto::root_ring roots_;
  std::uint32_t current_;
  std::unordered_map<std::uint32_t, crypto::mac_subkeys> keys_;
};

/// The decision about a refresh.
struct refresh_judgement {
  enum class act : std::uint8_t {
    deny,    ///< `why`
    revoke,  ///< reuse: revoke the family, then deny with `why` (RFT-04)
    answer,  ///< issue `out`, write nothing: a static token, or the same successor again (RFT-06)
    write,   ///< issue `out` after `next` has replaced the record
  };
  act what = act::deny;
  std::optional<denial> why;
  /// The changed record: rotated, or with a later idle expiry.
  grant next;
  issuance out;
};

/// Decides a refresh by the record of its family, in the order of P18 to P20: MAC, client, binding,
/// revoked, cut off, expired, generation; then scope (RFT-07) and resource (RFT-12). A token
/// presented by another client, a wrong MAC and a wrong key never revoke (RFT-01, RFT-04). The idle
/// expiry is moved only after a 24th of `refresh_idle`, so that a static refresh normally writes
/// nothing.
/// @param shown the keys that the request has proved. A family of a public client that is not bound
///        yet is bound to them when its token is rotated. @see RFC 9449 §5
/// @returns also invalid_dpop_proof, or invalid_request without a certificate, when the family is
///          bound to a key and the request has shown none (RFT-08).
[[nodiscard]] refresh_judgement judge_refresh(const grant& g, const presented_refresh_token& token,
                                              refresh_keys& keys, const client_facts& who,
                                              const token_request& request,
                                              const confirmation& shown, const cutoffs& cut,
                                              instant now, const options& o);

/// One description for all (TOK-21).
[[nodiscard]] denial unknown_refresh_token() noexcept;
[[nodiscard]] denial reused_refresh_token() noexcept;

}  // namespace mintage::oauth
