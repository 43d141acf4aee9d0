/// @file
/// Claims that the operator adds to all access tokens of a client or for a resource.
#pragma once

#include <string>
#include <vector>

#include "oauth/grant/resource.hpp"

namespace mintage::oauth {

class client_registry;
struct client;

/// Merges the operator's claims for a JWT access token: those of its resources, in the order of
/// `targets`, then those of its client. For a repeated name the first one counts.
/// @returns one JSON object, or empty for no claims.
[[nodiscard]] std::string merge_static_claims(const client& c, const client_registry& known,
                                              const std::vector<target>& targets);
/// The same for an access token that was issued, by its audience.
[[nodiscard]] std::string merge_static_claims_of(const client& c, const client_registry& known,
                                                 const std::vector<std::string>& audience);

}  // namespace mintage::oauth
