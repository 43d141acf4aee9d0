/// @file
/// The metadata of a client that proves itself by keys: JWK set, algorithm, audience and profile.
/// For oauth/client/metadata.cpp. (CAU-06, CAU-08, CAU-10, CAU-11, FAP-01)
#pragma once

#include "oauth/admin/error.hpp"
#include "oauth/client/metadata.hpp"

namespace mintage::oauth {

/// Sets `jwks`, `jwks_uri`, `token_endpoint_auth_signing_alg`, `assertion_aud_mode` and `profile`
/// where they were sent. A JWK set takes the place of a URI, and the reverse.
/// @returns invalid_request naming the field, down to the member of a key.
[[nodiscard]] complaint set_keys(client& c, const client_metadata& m);

/// The rules that concern several of them, the method and the profile, applied to the resulting
/// client.
[[nodiscard]] complaint check_keys(const client& c);

/// Checks that a secret is long enough for client_secret_jwt; any is for other methods.
/// @see RFC 7518 §3.2
[[nodiscard]] complaint check_secret_length(const client& c, const crypto::secret_string& chosen);

/// The names of the methods that a client may be registered for.
[[nodiscard]] std::vector<std::string_view> registrable_methods();

}  // namespace mintage::oauth
