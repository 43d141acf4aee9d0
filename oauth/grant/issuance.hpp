/// @file
/// What one token answer issues, independent of the grant type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "oauth/client/client.hpp"
#include "oauth/grant/confirmation.hpp"
#include "oauth/grant/resource.hpp"

namespace mintage::oauth {

/// Decided by the rule of the grant, carried out by a signer, which knows no grant types.
struct issuance {
  /// Narrowed by a refresh (RFT-07); empty = the grant's.
  std::string scope;
  /// Narrowed by `resource`; empty = the grant's.
  std::vector<target> targets;
  /// Whether `nonce` goes into the ID token: of the first answer only (RFT-09).
  bool is_first = true;
  /// Generation of the refresh token to send; nothing = none.
  std::optional<std::uint32_t> refresh_generation;
  /// The access token when it is an opaque one; drawn and stored before it is issued (ATK-06).
  crypto::secret_string opaque;
  /// What the access token is bound to.
  confirmation bound_to;
  /// Lifetimes of the client's tokens.
  token_lives lives{};
  /// The operator's claims of a JWT access token as one JSON object, or empty: see
  /// `merge_static_claims`.
  std::string static_claims;

  /// The issued part of a grant's scope, and of its targets. The result is a reference to one of
  /// the two.
  [[nodiscard]] const std::string& scope_of(const std::string& granted) const noexcept {
    return scope.empty() ? granted : scope;
  }
  [[nodiscard]] const std::vector<target>& targets_of(
      const std::vector<target>& granted) const noexcept {
    return targets.empty() ? granted : targets;
  }
};

}  // namespace mintage::oauth
