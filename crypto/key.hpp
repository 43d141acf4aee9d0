/// @file
/// Asymmetric signing keys as values: generated, loaded, exported and published.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/secret.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY; its headers stay inside crypto/

namespace mintage::crypto {

/// JWS algorithms that Mintage signs with. EdDSA means Ed25519 here.
/// @see RFC 7518 §3.1, RFC 8037 §3.1
enum class jws_alg : std::uint8_t { es256, rs256, es384, ps256, eddsa };
inline constexpr auto jws_algs =
    std::array{jws_alg::es256, jws_alg::rs256, jws_alg::es384, jws_alg::ps256, jws_alg::eddsa};

/// "ES256", "RS256", "ES384", "PS256", "EdDSA": the value of the `alg` header parameter.
[[nodiscard]] std::string_view to_string(jws_alg alg) noexcept;
[[nodiscard]] std::optional<jws_alg> parse_jws_alg(std::string_view text) noexcept;

/// The hash function of an algorithm, used by its signatures and by `at_hash` (IDT-01). EdDSA
/// hashes the text itself, with SHA-512.
[[nodiscard]] constexpr sha2 hash_of(jws_alg alg) noexcept {
  return alg == jws_alg::es384 ? sha2::sha384 : alg == jws_alg::eddsa ? sha2::sha512 : sha2::sha256;
}

/// The public part of a key, and nothing of the private one: what verifies a signature and what is
/// published. Copies are cheap: they share one immutable key. Thread-safe.
class public_key {
 public:
  [[nodiscard]] jws_alg alg() const noexcept { return alg_; }
  /// The RFC 7638 SHA-256 thumbprint in base64url: the `kid` (JWK-01). 43 characters.
  [[nodiscard]] const std::string& kid() const noexcept { return kid_; }
  /// One JWK as a JSON object: kty, its members, `kid`, `use: sig`, `alg`. @see RFC 7517
  [[nodiscard]] const std::string& jwk() const noexcept { return jwk_; }
  [[nodiscard]] evp_pkey_st* native() const noexcept { return key_.get(); }
  /// The public numbers in words of 64 bits, the least significant first: X and Y of a point of
  /// P-256 (four each), or the modulus of an RSA key whose exponent is 65537 and whose size is a
  /// multiple of 64 bits. Empty for other keys.
  [[nodiscard]] std::span<const std::uint64_t> words() const noexcept { return words_; }

 private:
  friend class signing_key;
  /// @param pair left as it is: its public part is copied.
  public_key(jws_alg alg, const evp_pkey_st* pair);
  jws_alg alg_;
  std::shared_ptr<evp_pkey_st> key_;
  std::string kid_;
  std::string jwk_;
  std::vector<std::uint64_t> words_;
};

/// A private key with its public part. Copies are cheap: they share one immutable key. Thread-safe;
/// each thread signs with a `jws_signer` of its own.
class signing_key {
 public:
  /// Generates a P-256, P-384 or Ed25519 key, or a 2048-bit RSA key with e = 65537. RSA takes up to
  /// a second.
  [[nodiscard]] static signing_key generate(jws_alg alg);
  /// @param der PKCS #8 (PrivateKeyInfo), as `private_der()` returns it.
  /// @returns nothing when `der` does not parse or is not a key for `alg` (JWS-03).
  [[nodiscard]] static std::optional<signing_key> load(jws_alg alg, std::string_view der);

  [[nodiscard]] const public_key& public_part() const noexcept { return public_; }
  [[nodiscard]] jws_alg alg() const noexcept { return public_.alg(); }
  [[nodiscard]] const std::string& kid() const noexcept { return public_.kid(); }
  /// The key as PKCS #8 DER. Callers must seal it before it reaches a disk.
  [[nodiscard]] secret_string private_der() const;
  [[nodiscard]] evp_pkey_st* native() const noexcept { return key_.get(); }

 private:
  signing_key(jws_alg alg, std::shared_ptr<evp_pkey_st> key);
  std::shared_ptr<evp_pkey_st> key_;
  public_key public_;
};

/// RFC 7638 thumbprints (KAT-04). Coordinates, modulus and exponent are in base64url.
/// @param crv "P-256" or "P-384".
[[nodiscard]] std::string ec_thumbprint(std::string_view crv, std::string_view x,
                                        std::string_view y);
[[nodiscard]] std::string ed25519_thumbprint(std::string_view x);  // RFC 8037 §2, App. A.3
[[nodiscard]] std::string rsa_thumbprint(std::string_view n, std::string_view e);

}  // namespace mintage::crypto
