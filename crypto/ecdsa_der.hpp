/// @file
/// ECDSA signatures in their two forms: the DER of OpenSSL and the raw R‖S of JWS.
#pragma once

#include "crypto/bytes.hpp"

namespace mintage::crypto {

/// The widest coordinate supported here, that of P-521. In a DER signature of two such numbers the
/// length of a number takes one octet, and that of the sequence one or two.
inline constexpr std::size_t ecdsa_coordinate_max = 66;
/// The longest DER of such a signature: tags, lengths, and the leading zeros of positive numbers.
inline constexpr std::size_t ecdsa_der_max = 3 + 2 * (3 + ecdsa_coordinate_max);

struct ecdsa_der {
  bytes<ecdsa_der_max> octets{};
  std::size_t size = 0;
  [[nodiscard]] bytes_view view() const noexcept { return {octets.data(), size}; }
};

/// Writes R‖S: two numbers of half the size of `raw`, big-endian, padded with zeros in front
/// (JWS-01). @see RFC 7518 §3.4
/// @pre raw.size() is even, at most 2 * ecdsa_coordinate_max.
/// @returns false, and leaves `raw` unspecified, unless `der` is exactly SEQUENCE { INTEGER,
///          INTEGER } in DER: shortest lengths, no negative number, no number wider than half of
///          `raw`, and no octet after the end.
[[nodiscard]] bool ecdsa_raw_from_der(bytes_view der, std::span<std::uint8_t> raw) noexcept;

/// @pre raw.size() is even and not 0, at most 2 * ecdsa_coordinate_max.
[[nodiscard]] ecdsa_der ecdsa_der_from_raw(bytes_view raw) noexcept;

}  // namespace mintage::crypto
