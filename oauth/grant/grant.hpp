/// @file
/// Grants: what a redemption issues, and what refreshes continue. (COD-11)
#pragma once

#include <string>

#include "crypto/digest.hpp"
#include "oauth/grant/code.hpp"
#include "oauth/grant/issuance.hpp"

namespace mintage::oauth {

using family_id = crypto::bytes<16>;

/// Identifies the exchange that consumed a code: 128 random bits that never leave the server.
using attempt_id = crypto::bytes<16>;

/// The record of a refresh-token family. PROTOCOL.md §9 "Grant". Key: slot (2 octets, big-endian) ‖
/// family id.
struct grant {
  login who;
  slot where;
  family_id family{};
  /// Whether it has a refresh token. Without one the grant ends with its last access token.
  bool refreshable = false;
  rt_mode mode = rt_mode::static_;
  /// What its refresh tokens are bound to: those of a public client are bound to the keys that it
  /// has shown (RFT-08).
  confirmation bound_to;
  /// The refresh tokens are made with this seed and the MAC key, so neither the database nor the
  /// key alone is enough.
  crypto::bytes<32> seed{};
  std::uint32_t mac_key_id = 1;
  /// Generation of the current refresh token; static tokens keep 0 (RFT-03).
  std::uint32_t generation = 0;
  /// When the former generation was superseded (RFT-06).
  instant superseded_at{};
  instant created{};
  instant absolute_expiry{};
  instant idle_expiry{};
  std::optional<instant> revoked_at;
  /// Fields of the stored record that a newer version knows; written again with it.
  std::string newer_fields{};
};

/// The random parts of one redemption, drawn before its commit (COM-01).
struct new_grant_ids {
  attempt_id attempt;
  family_id family;
  crypto::bytes<32> seed;
  [[nodiscard]] static new_grant_ids draw(crypto::random_source& random);
};

/// The grant that a redemption of a code issues. It has a refresh token if and only if the client
/// is registered for refresh_token and (offline_access was granted, or openid was not, or
/// rt_without_offline) (COD-11). The refresh token of a public client is bound to what the client
/// has shown, and then stays the same, as those of confidential clients do (RFT-02, RFT-08).
[[nodiscard]] grant issue_grant(const login& who, slot where, const client_facts& client,
                                const confirmation& shown, const new_grant_ids& draw, instant now,
                                const options& o);

/// What the redemption issues with its `new_grant`: the grant's scope, its targets or those that
/// `resource` names, and the first refresh token where there is one (COD-10, COD-11).
/// @returns invalid_target when `resource` names one that was not granted (P20). Called before the
///          commit, so that the code stays live (NEG-119).
[[nodiscard]] result<issuance> issue_of_code(const grant& new_grant, const token_request& request,
                                             const options& o);

/// The grant of a client's own token: no person, no login, not stored (CCG-01). Its tokens have the
/// client id as subject, which no person's `sub` can equal.
[[nodiscard]] grant client_grant(const client_facts& client, slot where, std::string scope,
                                 std::vector<target> targets, instant now,
                                 crypto::random_source& random);

/// When the record may be dropped: one access token's life (and SKEW) after the refresh token
/// expires, so that every access token of the family finds it.
[[nodiscard]] instant forget_at(const grant& g, const token_lives& own, const options& o) noexcept;

}  // namespace mintage::oauth
