/// @file
/// The numbers of a public key, and OpenSSL's form of it. For crypto/*.cpp only.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.hpp"
#include "crypto/openssl.hpp"

namespace mintage::crypto {

enum class key_kind : std::uint8_t { p256, p384, p521, rsa, ed25519 };

struct key_kind_row {
  key_kind id;
  // The names in JWK; `crv` is empty for RSA. @see RFC 7518 §6, RFC 8037 §2
  std::string_view kty;
  std::string_view crv;
  /// OpenSSL's name of the curve.
  const char* group;
  /// Octets of a coordinate or of an Ed25519 key; 0 for RSA, whose numbers have no fixed width.
  std::size_t width;
};
inline constexpr auto key_kinds = std::array{
    key_kind_row{key_kind::p256, "EC", "P-256", "prime256v1", 32},
    key_kind_row{key_kind::p384, "EC", "P-384", "secp384r1", 48},
    key_kind_row{key_kind::p521, "EC", "P-521", "secp521r1", 66},
    key_kind_row{key_kind::rsa, "RSA", "", "", 0},
    key_kind_row{key_kind::ed25519, "OKP", "Ed25519", "", 32},
};
[[nodiscard]] constexpr const key_kind_row& row_of(key_kind k) noexcept {
  return key_kinds[static_cast<std::size_t>(k)];
}
[[nodiscard]] constexpr bool is_ec(key_kind k) noexcept {
  return row_of(k).kty == "EC";
}
/// The one kind of keys that an algorithm takes (JWS-03).
[[nodiscard]] key_kind kind_of(jws_alg alg) noexcept;

/// Two numbers in big-endian octets: X and Y of a point in the width of its curve, or modulus and
/// exponent without leading zeros, or an Ed25519 key and nothing.
struct public_numbers {
  std::string first;
  std::string second;
};

/// The public numbers of a key of OpenSSL. @pre it is of that kind.
[[nodiscard]] public_numbers numbers_of(key_kind kind, const EVP_PKEY* key);

/// Whether the numbers are those of a point of the curve, in its width.
[[nodiscard]] bool is_point(key_kind curve, const public_numbers& numbers);
/// JWS-03: an odd modulus of 2048 to 8192 bits; an odd exponent from 65537 to 32 bits.
[[nodiscard]] bool is_sound_modulus(std::string_view n) noexcept;
[[nodiscard]] bool is_sound_exponent(std::string_view e) noexcept;

/// The members of an RFC 7638 thumbprint in lexicographic order, without white space.
/// @param first, second in base64url. @see RFC 7638 §3.2, §3.3
[[nodiscard]] std::string thumbprint_members(key_kind kind, std::string_view first,
                                             std::string_view second);

/// What copies of a public key share. Immutable but for `native`, which is made once.
struct public_parts {
  /// @pre the numbers fit the kind.
  public_parts(key_kind k, public_numbers n);

  [[nodiscard]] EVP_PKEY* native_key() const;

  key_kind kind;
  public_numbers numbers;
  std::string jwk;  ///< the members of the thumbprint, unless another text replaces it
  digest thumbprint;
  std::string kid;
  std::vector<std::uint64_t> words;  ///< see public_key::words

 private:
  mutable std::once_flag is_made_;
  mutable pkey_ptr native_;
};

}  // namespace mintage::crypto
