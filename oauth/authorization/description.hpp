/// @file
/// An authorization request as its login page reads it. (AUZ-01, MCP-13)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oauth/authorization/authorization_request.hpp"
#include "oauth/client/client.hpp"

namespace mintage::oauth {

/// The body of GET /admin/authorizations/{handle}: one JSON object; what was not asked for is left
/// out. `redirect_host` is the host of the redirect URI, or the scheme where that is an app's own;
/// `localhost_only` whether it leads to a loopback host or into an app.
[[nodiscard]] std::string describe(const authorization_request& r, const client& c);

// Parts of it, which the description of a logout has too.

/// `client`: one JSON object.
[[nodiscard]] std::string describe_client(const client& c);
/// `redirect_host`: the host of a redirect URI, or the scheme where that is an app's own. What
/// follows such a scheme is no host, whatever it looks like.
[[nodiscard]] std::string_view shown_host(std::string_view redirect_uri) noexcept;
/// The words of a list with spaces, as views.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);

}  // namespace mintage::oauth
