/// @file
/// Claims in the JSON of the admin interface: those of a login (UIN-03, IDT-02, MINT-02), and those
/// that access tokens always have. For .cpp files only: brings simdjson along.
#pragma once

#include <simdjson.h>

#include <string_view>

#include "oauth/admin/minting.hpp"

namespace mintage::oauth {

/// Puts the member `claims` on the request. Null and empty claims are left out (UIN-03).
/// @returns what is wrong with it, to be said after its name, or empty: not an object, a member
///          twice, a claim that the server sets.
[[nodiscard]] std::string_view take_claims(simdjson::dom::element claims, mint_request& to);

/// Reads `access_token_claims` of a client or a resource, an object of at most 4 KiB.
/// @returns as `take_claims`; also for a name that would need an escape.
[[nodiscard]] std::string_view take_static_claims(simdjson::dom::element claims,
                                                  std::vector<static_claim>& to);

/// Checks the member `claims_request`, the `claims` parameter of the authorization request.
/// @returns as `take_claims`.
[[nodiscard]] std::string_view check_claims_request(simdjson::dom::element claims_request);

/// Keeps what `claims_request.id_token` means for the ID token: the claims that it names, as far as
/// `claims` has them (IDT-02), and the values of an essential `acr` (MINT-02).
/// @param mint the whole object, both members checked. @see Core §5.5
void keep_requested_claims(simdjson::dom::element mint, mint_request& to);

}  // namespace mintage::oauth
