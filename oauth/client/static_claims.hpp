/// @file
/// Claims that the operator gives to every access token of a client or for a resource.
#pragma once

#include <string>
#include <vector>

#include "oauth/grant/resource.hpp"

namespace mintage::oauth {

class client_registry;
struct client;

/// The claims of a JWT access token beside those of the server: of the resources that it is for, in
/// the order of `targets`, then of its client. Of two with one name the first counts.
/// @returns one JSON object, or empty for none.
[[nodiscard]] std::string merge_static_claims(const client& c, const client_registry& known,
                                              const std::vector<target>& targets);

}  // namespace mintage::oauth
