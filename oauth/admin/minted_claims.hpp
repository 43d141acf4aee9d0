/// @file
/// The claims of a login as the front-end sends them with POST /admin/codes. (UIN-03, IDT-02,
/// MINT-02) For .cpp files only: brings simdjson along.
#pragma once

#include <simdjson.h>

#include <string_view>

#include "oauth/admin/minting.hpp"

namespace mintage::oauth {

/// Puts the member `claims` on the request. Null and empty claims are left out (UIN-03).
/// @returns what is wrong with it, to be said after its name, or empty: not an object, a member
///          twice, a claim that the server sets.
[[nodiscard]] std::string_view take_claims(simdjson::dom::element claims, mint_request& to);

/// Checks the member `claims_request`, the `claims` parameter of the authorization request.
/// @returns as `take_claims`.
[[nodiscard]] std::string_view check_claims_request(simdjson::dom::element claims_request);

/// Keeps what `claims_request.id_token` means for the ID token: the claims that it names, as far as
/// `claims` has them (IDT-02), and the values of an essential `acr` (MINT-02).
/// @param mint the whole object, both members checked. @see Core §5.5
void keep_requested_claims(simdjson::dom::element mint, mint_request& to);

}  // namespace mintage::oauth
