/// @file
/// Asymmetric signing keys as values: make, load, store, publish.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY, so that its headers stay inside crypto/

namespace mintage::crypto {

/// JWS algorithms that Mintage signs with. @see RFC 7518 §3.1
enum class jws_alg : std::uint8_t { es256, rs256 };

/// "ES256", "RS256": the value of the `alg` header parameter.
[[nodiscard]] std::string_view to_string(jws_alg alg) noexcept;
[[nodiscard]] std::optional<jws_alg> parse_jws_alg(std::string_view text) noexcept;

/// A private key with its public part. Cheap to copy (shared, immutable); safe to share between
/// threads, while each thread signs with a `jws_signer` of its own.
class signing_key {
 public:
  /// P-256 for ES256, 2048-bit RSA with e = 65537 for RS256. Takes up to a second for RSA.
  [[nodiscard]] static signing_key generate(jws_alg alg);
  /// @param der PKCS #8 (PrivateKeyInfo), as `private_der()` returns it.
  /// @returns nothing when it does not parse or is not a key for `alg` (JWS-03).
  [[nodiscard]] static std::optional<signing_key> load(jws_alg alg, std::string_view der);

  [[nodiscard]] jws_alg alg() const noexcept { return alg_; }
  /// The RFC 7638 SHA-256 thumbprint in base64url: the `kid` (JWK-01). 43 characters.
  [[nodiscard]] const std::string& kid() const noexcept { return kid_; }
  /// One public JWK as a JSON object: kty, its members, `kid`, `use: sig`, `alg`. @see RFC 7517
  [[nodiscard]] const std::string& public_jwk() const noexcept { return public_jwk_; }
  /// PKCS #8 DER. Seal it before it touches a disk.
  [[nodiscard]] secret_string private_der() const;
  [[nodiscard]] evp_pkey_st* native() const noexcept { return key_.get(); }

 private:
  signing_key(jws_alg alg, std::shared_ptr<evp_pkey_st> key);
  jws_alg alg_;
  std::shared_ptr<evp_pkey_st> key_;
  std::string kid_;
  std::string public_jwk_;
};

/// Coordinates or modulus and exponent in base64url → RFC 7638 thumbprint (KAT-04).
[[nodiscard]] std::string ec_p256_thumbprint(std::string_view x, std::string_view y);
[[nodiscard]] std::string rsa_thumbprint(std::string_view n, std::string_view e);

}  // namespace mintage::crypto
