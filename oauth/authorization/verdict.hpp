/// @file
/// What the login page says about an authorization request, and what it may say. (MINT-01, MINT-02,
/// AUZ-03, STU-01)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "oauth/admin/error.hpp"
#include "oauth/admin/minting.hpp"
#include "oauth/authorization/authorization_request.hpp"
#include "oauth/authorization/continuation.hpp"
#include "oauth/client/client.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// Body of POST /admin/authorizations/{handle}/accept.
struct acceptance {
  std::string sub;
  /// NumericDate; required.
  std::optional<std::int64_t> auth_time;
  std::string acr;
  std::vector<std::string> amr;
  std::string sid;
  std::string username;
  /// One JSON object as text, or empty (UIN-03).
  std::string claims;
  /// Nothing = all that was asked for.
  std::optional<std::string> scope;
  std::optional<std::vector<std::string>> resources;
  /// Whether the person was asked anything: must not be when `prompt=none`.
  bool interacted = false;
};

/// Applies MINT-02: `sub` is that of the hint; `auth_time` is within `max_age` now, unless the
/// person has logged in for this request; not before the request when `prompt=login`, and not after
/// it when `prompt=none`; scope and resources are within those asked for; no interaction when
/// `prompt=none`; the values of an essential `acr` (Core §5.5.1.1) go into the request for
/// `check_mint`, which checks the rest.
/// @param pairwise_key as for `check_mint`: the hint of a pairwise client has such a subject.
/// @returns the code to mint: of the request all but the login, so that the page cannot alter it;
///          else invalid_request, invalid_scope or invalid_target naming the member.
[[nodiscard]] admin_result<mint_request> check_acceptance(const authorization_request& r,
                                                          const client& c, acceptance&& said,
                                                          const crypto::digest& pairwise_key,
                                                          instant now);

/// Body of POST /admin/authorizations/{handle}/deny.
struct login_denial {
  std::string error;
  std::string description;
};
/// Checks that `error` is one that a login page may answer (AUZ-02), empty = access_denied, and the
/// description 0 to 256 characters of RFC 6749 §4.1.2.1.
/// @returns invalid_request naming the member.
[[nodiscard]] complaint check_denial(login_denial& said);

}  // namespace mintage::oauth
