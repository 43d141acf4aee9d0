/// @file
/// The metadata of a client that concerns its authorization requests, and what login pages show of
/// it. For oauth/client/metadata.cpp. (PAR-02, JAR-01, JRM-01) @see OpenID Connect Registration §2
#pragma once

#include "oauth/admin/error.hpp"
#include "oauth/client/metadata.hpp"

namespace mintage::oauth {

/// Sets `require_pushed_authorization_requests`, `authorization_signed_response_alg`,
/// `request_object_signing_alg`, `client_uri`, `logo_uri`, `default_max_age` and
/// `require_auth_time` where they were sent.
/// @returns invalid_request naming the field.
[[nodiscard]] complaint set_authorization(client& c, const client_metadata& m);

/// The rules that concern several of them, keys and profile, applied to the resulting client.
[[nodiscard]] complaint check_authorization_metadata(const client& c);

}  // namespace mintage::oauth
