/// @file
/// Verifies JWTs against a JWK set as a relying party does, with none of the code under test.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "loopback/jws_check.hpp"

namespace mintage::test {

struct jwt : loopback::compact_jws {
  boost::json::object claims;
};
/// @throws std::runtime_error unless it is three parts of strict base64url with JSON objects.
[[nodiscard]] jwt read_jwt(std::string_view compact);

/// Whether the one key of the set with the token's `kid` and `alg` made the signature.
[[nodiscard]] bool is_signed_by(const jwt& token, const boost::json::object& jwks);

/// base64url of the left half of the hash that the ID token's `alg` names (IDT-01).
[[nodiscard]] std::string left_half_hash(std::string_view access_token,
                                         std::string_view alg = "ES256");

}  // namespace mintage::test
