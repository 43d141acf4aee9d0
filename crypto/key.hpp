/// @file
/// Asymmetric signing keys as values: generated, loaded, exported and published.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/secret.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY; its headers stay inside crypto/

namespace mintage::crypto {

/// JWS algorithms. Mintage verifies all of them and signs with those of `jws_algs`. EdDSA means
/// Ed25519 here. @see RFC 7518 §3.1, RFC 8037 §3.1
enum class jws_alg : std::uint8_t {
  es256,
  rs256,
  es384,
  ps256,
  eddsa,
  // Verified only.
  es512,
  rs384,
  rs512,
  ps384,
  ps512
};
/// Those that Mintage signs with.
inline constexpr auto jws_algs =
    std::array{jws_alg::es256, jws_alg::rs256, jws_alg::es384, jws_alg::ps256, jws_alg::eddsa};

/// How a signature is made of a hash, or of the text.
enum class jws_scheme : std::uint8_t { ecdsa, rsa_pkcs1, rsa_pss, ed25519 };

struct jws_alg_row {
  jws_alg id;
  /// The value of the `alg` header parameter.
  std::string_view name;
  jws_scheme scheme;
  /// The hash function of its signatures and of `at_hash` (IDT-01). EdDSA hashes the text itself.
  sha2 hash;
};
/// Every algorithm, in the order of the enumerators.
inline constexpr auto verified_algs = std::array{
    jws_alg_row{jws_alg::es256, "ES256", jws_scheme::ecdsa, sha2::sha256},
    jws_alg_row{jws_alg::rs256, "RS256", jws_scheme::rsa_pkcs1, sha2::sha256},
    jws_alg_row{jws_alg::es384, "ES384", jws_scheme::ecdsa, sha2::sha384},
    jws_alg_row{jws_alg::ps256, "PS256", jws_scheme::rsa_pss, sha2::sha256},
    jws_alg_row{jws_alg::eddsa, "EdDSA", jws_scheme::ed25519, sha2::sha512},
    jws_alg_row{jws_alg::es512, "ES512", jws_scheme::ecdsa, sha2::sha512},
    jws_alg_row{jws_alg::rs384, "RS384", jws_scheme::rsa_pkcs1, sha2::sha384},
    jws_alg_row{jws_alg::rs512, "RS512", jws_scheme::rsa_pkcs1, sha2::sha512},
    jws_alg_row{jws_alg::ps384, "PS384", jws_scheme::rsa_pss, sha2::sha384},
    jws_alg_row{jws_alg::ps512, "PS512", jws_scheme::rsa_pss, sha2::sha512},
};

[[nodiscard]] constexpr const jws_alg_row& row_of(jws_alg alg) noexcept {
  return verified_algs[static_cast<std::size_t>(alg)];
}
[[nodiscard]] constexpr std::string_view to_string(jws_alg alg) noexcept {
  return row_of(alg).name;
}
[[nodiscard]] constexpr sha2 hash_of(jws_alg alg) noexcept {
  return row_of(alg).hash;
}

/// Any algorithm. `Ed25519` is another name of EdDSA. @see RFC 9864 §2.2
[[nodiscard]] std::optional<jws_alg> parse_jws_alg(std::string_view text) noexcept;
/// An algorithm that Mintage signs with, by its one name.
[[nodiscard]] std::optional<jws_alg> parse_signing_alg(std::string_view text) noexcept;

struct public_parts;

/// The public part of a key, and nothing of the private one: what verifies a signature and what is
/// published. Copies are cheap: they share one immutable key. Thread-safe.
class public_key {
 public:
  [[nodiscard]] jws_alg alg() const noexcept { return alg_; }
  /// The RFC 7638 SHA-256 thumbprint in base64url: the `kid` (JWK-01). 43 characters.
  [[nodiscard]] const std::string& kid() const noexcept;
  /// One JWK as a JSON object. That of a signing key: kty, its members, `kid`, `use: sig`, `alg`.
  /// That of a presented key: the members of its thumbprint. @see RFC 7517, RFC 7638
  [[nodiscard]] const std::string& jwk() const noexcept;
  /// Octets of a JWS signature by this key.
  [[nodiscard]] std::size_t signature_size() const noexcept;
  /// OpenSSL's form, made on the first call. @returns null when OpenSSL refuses the key.
  [[nodiscard]] evp_pkey_st* native() const;
  /// The public numbers in words of 64 bits, the least significant first: X and Y of a point of
  /// P-256 (four each), or the modulus of an RSA key whose exponent is 65537 and whose size is a
  /// multiple of 64 bits. Empty for other keys.
  [[nodiscard]] std::span<const std::uint64_t> words() const noexcept;

 private:
  friend class signing_key;
  friend class jwk;
  public_key(jws_alg alg, std::shared_ptr<const public_parts> parts) noexcept
      : alg_{alg}, parts_{std::move(parts)} {}
  jws_alg alg_;
  std::shared_ptr<const public_parts> parts_;
};

/// A private key with its public part. Copies are cheap: they share one immutable key. Thread-safe;
/// each thread signs with a `jws_signer` of its own.
class signing_key {
 public:
  /// Generates a key of the curve of `alg`, or a 2048-bit RSA key with e = 65537. RSA takes up to
  /// a second. Keys of verified-only algorithms are for tests.
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
/// @param crv "P-256", "P-384" or "P-521".
[[nodiscard]] std::string ec_thumbprint(std::string_view crv, std::string_view x,
                                        std::string_view y);
[[nodiscard]] std::string ed25519_thumbprint(std::string_view x);  // RFC 8037 §2, App. A.3
[[nodiscard]] std::string rsa_thumbprint(std::string_view n, std::string_view e);

}  // namespace mintage::crypto
