/// @file
/// An authorization request as its login page reads it. (AUZ-01, MCP-13)
#pragma once

#include <string>

#include "oauth/authorization/authorization_request.hpp"
#include "oauth/client/client.hpp"

namespace mintage::oauth {

/// The body of GET /admin/authorizations/{handle}: one JSON object; what was not asked for is left
/// out. `redirect_host` is the host of the redirect URI; `localhost_only` whether all of the
/// client's are on loopback hosts, or in a scheme of an app.
[[nodiscard]] std::string describe(const authorization_request& r, const client& c);

}  // namespace mintage::oauth
