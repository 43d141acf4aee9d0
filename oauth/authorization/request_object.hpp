/// @file
/// Request objects: authorization requests as JWTs of the client. (JAR-01, FAP-11, FP2-02, NEG-258)
/// @see RFC 9101, OpenID Connect Core §6
///
/// A caller reads the object, finds the keys of the client, verifies the signature with one of them
/// (many together, by crypto::jws_verifier), checks the claims, and reads the parameters from them
/// (`authorization_parameters::collect`). All refusals are invalid_request_object.
#pragma once

#include <string>
#include <string_view>

#include "oauth/authorization/authorization_parameters.hpp"
#include "oauth/client/client.hpp"
#include "oauth/client/key_set.hpp"
#include "oauth/options.hpp"
#include "oauth/token/presented_jwt.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// A request object whose form and header are right. Nothing of it is verified. Views are of the
/// text that was read, or of members, which stay where they are when the object is moved.
struct request_object {
  presented_jwt jwt;
  json_object claims;
  assertion_alg alg = assertion_alg::es256;
};

/// Checks form (JWS-02), `typ` (`oauth-authz-req+jwt`, `jwt` or none), and that `alg` is one with a
/// key pair: never `none`, and never a secret.
[[nodiscard]] result<request_object> read_request_object(std::string_view compact);

/// The keys that may have signed it: `alg` is the one that the client registered
/// (`request_object_signing_alg`), if any, and one of its profile.
/// @param keys of the client, from `jwks` or `jwks_uri`; null when it has none; outlive the result.
[[nodiscard]] result<key_candidates> find_keys(const request_object& r, const client& c,
                                               const key_set* keys);
/// Whether the object names a key that the set does not have: fetching it again may help.
[[nodiscard]] bool needs_newer_keys(const request_object& r, const key_set& keys) noexcept;
/// The refusals of an object whose signature no key verifies, or whose keys cannot be fetched.
[[nodiscard]] denial wrong_request_object_signature() noexcept;
[[nodiscard]] denial no_request_object_keys() noexcept;

/// Checks `iss` and `client_id` (the client), `aud` (the issuer, as a text or in an array; FAPI: as
/// a text), `exp`, `nbf` and `iat` within SKEW (FAPI: `exp` and `nbf` required, at most 60 minutes
/// apart and `nbf` not older; FP2-02), that `sub` is not the client (it would pass as an
/// assertion), and that there is neither `request` nor `request_uri` in it.
[[nodiscard]] result<void> check_claims(const request_object& r, const client& c, const options& o,
                                        instant now);

}  // namespace mintage::oauth
