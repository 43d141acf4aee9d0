/// @file
/// An authorization request as its login page reads it. (AUZ-01, MCP-13)
#pragma once

#include <string>

#include "oauth/authorization/authorization_request.hpp"
#include "oauth/client/client.hpp"

namespace mintage::oauth {

/// The body of GET /admin/authorizations/{handle}: one JSON object; what was not asked for is left
/// out. `redirect_host` is the host of the redirect URI, or the scheme where that is an app's own;
/// `localhost_only` whether it leads to a loopback host or into an app.
[[nodiscard]] std::string describe(const authorization_request& r, const client& c);

}  // namespace mintage::oauth
