/// @file
/// The three steps of a presented JWT at once.
#pragma once

#include "crypto/jws.hpp"
#include "oauth/token/jwt_verifier.hpp"

namespace mintage::test {

/// Reads a compact JWS of this server, verifies its signature and reads its claims.
[[nodiscard]] inline tl::expected<oauth::json_object, std::string_view> verify_jwt(
    const oauth::key_ring& ring, std::string_view compact, std::string_view typ) {
  const auto jwt = oauth::read_jwt(ring, compact, typ);
  if (!jwt) return tl::unexpected{jwt.error()};
  if (!crypto::verify_signature(*jwt->key, jwt->signed_text, jwt->signature))
    return tl::unexpected{std::string_view{"signature does not verify"}};
  auto claims = oauth::read_claims(*jwt);
  if (!claims) return tl::unexpected{std::string_view{claims.error()}};
  return std::move(*claims);
}

}  // namespace mintage::test
