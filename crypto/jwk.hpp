/// @file
/// Public keys that others present or register, as JSON Web Keys. @see RFC 7517, RFC 7518 §6, RFC
/// 8037 §2
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "crypto/digest.hpp"
#include "crypto/key.hpp"

namespace mintage::crypto {

/// The longest `kid` in octets (JWS-05).
inline constexpr auto kid_max = std::size_t{256};

/// Whether a fault of `jwk::read` says that the kind of the key is not known here.
[[nodiscard]] bool is_unknown_kind(std::string_view fault) noexcept;

/// A public key of P-256, P-384, P-521, RSA or Ed25519 that `read` found sound. Copies are cheap:
/// they share one immutable key. Thread-safe.
class jwk {
 public:
  /// Reads one JWK strictly: JSON without repeated members, `kty` EC, RSA or OKP with a known
  /// curve, every number in strict base64url of its exact width, the point on its curve, RSA of
  /// 2048 to 8192 bits with an odd exponent from 65537 to 32 bits (JWS-03). A member of a private
  /// or symmetric key is refused, whatever `kty` says. Unknown members are ignored.
  /// @returns the key; or why it is refused, a literal that begins with the member's name.
  [[nodiscard]] static tl::expected<jwk, std::string_view> read(std::string_view json);

  /// The RFC 7638 SHA-256 thumbprint.
  [[nodiscard]] const digest& thumbprint() const noexcept;
  /// As it was sent, 1 to 256 octets.
  [[nodiscard]] const std::optional<std::string>& kid() const noexcept { return kid_; }
  /// The only algorithm that the key is for, if it names one. It may be one that is not known here.
  [[nodiscard]] const std::optional<std::string>& alg() const noexcept { return alg_; }
  /// Whether `use` and `key_ops` allow to verify signatures.
  [[nodiscard]] bool may_verify() const noexcept { return may_verify_; }
  /// Whether the key says that it is for encryption: `use` is `enc`.
  [[nodiscard]] bool is_for_encryption() const noexcept { return is_for_encryption_; }

  /// The key for an algorithm. @returns nothing when kind, curve or `alg` do not fit it (JWS-03),
  /// or the key may not verify.
  [[nodiscard]] std::optional<public_key> key_for(jws_alg alg) const;

 private:
  friend class jwk_reader;
  explicit jwk(std::shared_ptr<const public_parts> parts) noexcept : parts_{std::move(parts)} {}
  std::shared_ptr<const public_parts> parts_;
  std::optional<std::string> kid_;
  std::optional<std::string> alg_;
  bool may_verify_ = true;
  bool is_for_encryption_ = false;
};

}  // namespace mintage::crypto
