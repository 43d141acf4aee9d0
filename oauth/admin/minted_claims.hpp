/// @file
/// Claims in the JSON of the admin interface: those of a login (UIN-03, IDT-02, MINT-02), and those
/// of every access token of a client or resource. For .cpp files only: includes simdjson.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "oauth/admin/minting.hpp"

namespace mintage::oauth {

/// Stores the claims of a login as one JSON object. Null and empty claims are dropped (UIN-03).
/// @returns the error, to follow the member's name in a sentence, or empty. Errors: not an object,
///          a repeated member, a claim that only the server sets.
[[nodiscard]] std::string_view take_claims(simdjson::dom::element claims, std::string& to);

/// Reads `access_token_claims` of a client or a resource, an object of at most 1 KiB.
/// @returns as `take_claims`; a name that needs an escape is an error too.
[[nodiscard]] std::string_view take_static_claims(simdjson::dom::element claims,
                                                  std::vector<static_claim>& to);

/// Checks the member `claims_request`, the `claims` parameter of the authorization request.
/// @returns as `take_claims`.
[[nodiscard]] std::string_view check_claims_request(simdjson::dom::element claims_request);

/// Stores what `id_token` of a claims request means for the ID token: the named claims that the
/// login has (IDT-02), and the values of an essential `acr` (MINT-02).
/// @param claims of the login; nothing = it has none. Both are checked. @see Core §5.5
void keep_requested_claims(simdjson::dom::element claims_request,
                           std::optional<simdjson::dom::element> claims, mint_request& to);
/// The same for the body of a mint call, which has both as members or not.
void keep_requested_claims(simdjson::dom::element mint, mint_request& to);

}  // namespace mintage::oauth
