/// @file
/// Verifies the signatures of JWTs as a relying party does, with OpenSSL alone and none of the code
/// that signs.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace mintage::loopback {

/// A JWS in compact serialization, decoded (RFC 7515 §7.1).
struct compact_jws {
  boost::json::object header;
  std::string payload;
  std::string signed_part;
  std::string signature;
};
/// @throws std::runtime_error unless it is three parts of strict base64url, the first one a JSON
///         object.
[[nodiscard]] compact_jws read_jws(std::string_view compact);

/// Whether the private half of `jwk` made the signature by the algorithm that the header names:
/// ES256, ES384, RS256, PS256 or EdDSA with Ed25519. False when the key is of another kind.
/// @param jwk a public key (RFC 7517). @throws std::runtime_error when its members are malformed.
[[nodiscard]] bool is_signed_by(const compact_jws& token, const boost::json::object& jwk);

/// The member as text; empty when it is absent or not a string.
[[nodiscard]] std::string text_of(const boost::json::object& o, std::string_view name);

}  // namespace mintage::loopback
