/// @file
/// Grants: the family that a redemption gives birth to, and its refresh tokens. (COD-11, RFT-06)
#pragma once

#include <string>

#include "crypto/digest.hpp"
#include "oauth/code.hpp"

namespace mintage::oauth {

using family_id = crypto::bytes<16>;

/// Which exchange did it; 128 random bits of the server that never leave it.
using attempt_id = crypto::bytes<16>;

/// The record of a family. PROTOCOL.md §9 "Grant". Key: slot (2 octets, big endian) ‖ family id.
struct grant {
  login who;
  slot where;
  family_id family{};
  /// Whether a refresh token was issued for it; without one it ends with its last access token.
  bool refreshable = false;
  rt_mode mode = rt_mode::static_;
  /// With the MAC key, makes the refresh tokens; so that neither the database nor the key alone
  /// does.
  crypto::bytes<32> seed{};
  std::uint32_t mac_key_id = 1;
  std::uint32_t generation = 0;
  instant created{};
  instant absolute_expiry{};
  instant idle_expiry{};
  std::optional<instant> revoked_at;
};

/// What is drawn for one redemption before its commit (COM-01).
struct birth_draw {
  attempt_id attempt;
  family_id family;
  crypto::bytes<32> seed;
  [[nodiscard]] static birth_draw draw(crypto::random_source& random);
};

/// The grant that a redemption of `code` gives birth to. A refresh token is issued iff the client's
/// grants have refresh_token and (offline_access was granted, or openid was not, or
/// rt_without_offline) (COD-11).
[[nodiscard]] grant bear_grant(const login& who, slot where, const client_facts& client,
                               const birth_draw& draw, instant now, const options& o);

/// When the record may be forgotten: the end of the last access token or of the refresh token,
/// whichever is later.
[[nodiscard]] instant forget_at(const grant& g, const options& o) noexcept;

/// `mrt_`, slot, base64url(family id ‖ generation (u32, big endian) ‖ MAC): 76 characters.
/// MAC = HMAC-SHA-256(key, label ‖ slot ‖ family id ‖ generation ‖ seed), all of fixed width
/// (RFT-06).
[[nodiscard]] std::string make_refresh_token(const grant& g, crypto::hmac_sha256& mac_key);

}  // namespace mintage::oauth
