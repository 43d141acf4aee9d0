/// @file
/// Grants: the family that a redemption gives birth to. (COD-11)
#pragma once

#include <string>

#include "crypto/digest.hpp"
#include "oauth/grant/code.hpp"
#include "oauth/grant/issuance.hpp"

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
  /// Of the refresh token that is current; static ones keep 0 (RFT-03).
  std::uint32_t generation = 0;
  /// When the generation before it was superseded (RFT-06).
  instant superseded_at{};
  instant created{};
  instant absolute_expiry{};
  instant idle_expiry{};
  std::optional<instant> revoked_at;
};

/// What is drawn for one redemption before its commit (COM-01).
struct new_grant_ids {
  attempt_id attempt;
  family_id family;
  crypto::bytes<32> seed;
  [[nodiscard]] static new_grant_ids draw(crypto::random_source& random);
};

/// The grant that a redemption of `code` gives birth to. A refresh token is issued iff the client's
/// grants have refresh_token and (offline_access was granted, or openid was not, or
/// rt_without_offline) (COD-11).
[[nodiscard]] grant issue_grant(const login& who, slot where, const client_facts& client,
                                const new_grant_ids& draw, instant now, const options& o);

/// What the redemption of a code issues with its `new_grant`: the scope of the grant, its targets
/// or those of them that `resource` names, and the first refresh token where there is one (COD-10,
/// COD-11).
/// @returns invalid_target when `resource` names one that was not granted (P20): to be asked before
///          the commit, so that the code stays live (NEG-119).
[[nodiscard]] result<issuance> issue_of_code(const grant& new_grant, const token_request& request);

/// The grant behind a client's own token: no person, no login, nothing stored (CCG-01). Its tokens
/// name the client as subject, which no person's `sub` can equal.
[[nodiscard]] grant client_grant(const client_facts& client, std::string scope,
                                 std::vector<target> targets, instant now,
                                 crypto::random_source& random);

/// When the record may be forgotten: one access token's life (and SKEW) after the refresh token
/// ends, so that every access token of the family finds it.
[[nodiscard]] instant forget_at(const grant& g, const token_lives& own, const options& o) noexcept;

}  // namespace mintage::oauth
