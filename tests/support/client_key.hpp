/// @file
/// Keys of clients, and the assertions that they sign (CAU-06).
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "crypto/key.hpp"

namespace mintage::test {

/// A key pair of a client, made for the test.
class client_key {
 public:
  explicit client_key(crypto::jws_alg alg) : key_{crypto::signing_key::generate(alg)} {}

  [[nodiscard]] const crypto::signing_key& pair() const noexcept { return key_; }
  /// The public key, with `kid`, `use` and `alg`.
  [[nodiscard]] boost::json::object jwk() const;
  /// The public key as PEM (SubjectPublicKeyInfo).
  [[nodiscard]] std::string pem() const;
  /// A JWK set with this key alone.
  [[nodiscard]] boost::json::object jwks() const;
  /// The header of an assertion: `alg` and `kid`.
  [[nodiscard]] boost::json::object header() const;
  /// A compact JWS. Signs by the algorithm of the key, whatever the header says.
  [[nodiscard]] std::string sign(const boost::json::object& header, std::string_view payload) const;

 private:
  crypto::signing_key key_;
};

/// Seconds since 1970.
[[nodiscard]] std::int64_t seconds_now();
/// The claims of a good assertion: `iss`, `sub`, `aud` (the issuer), `iat`, `exp`, a new `jti`.
[[nodiscard]] boost::json::object assertion_claims(std::string_view client_id);
/// A good assertion that was not used before.
[[nodiscard]] std::string make_assertion(const client_key& key, std::string_view client_id);

/// `client_assertion_type` for assertions.
constexpr std::string_view assertion_type =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

}  // namespace mintage::test
