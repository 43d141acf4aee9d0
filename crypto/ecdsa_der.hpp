/// @file
/// ES256 signatures: the DER that OpenSSL speaks and the raw R‖S of JWS.
#pragma once

#include <optional>

#include "crypto/bytes.hpp"

namespace mintage::crypto {

/// R‖S, each 32 octets, big-endian, padded with zeros in front (JWS-01). @see RFC 7518 §3.4
using es256_signature = bytes<64>;

/// The longest DER of an ES256 signature.
inline constexpr std::size_t es256_der_max = 72;

struct es256_der {
  bytes<es256_der_max> octets{};
  std::size_t size = 0;
  [[nodiscard]] bytes_view view() const noexcept { return {octets.data(), size}; }
};

/// @returns nothing unless `der` is exactly SEQUENCE { INTEGER, INTEGER } in DER: shortest lengths,
///          no negative number, none above 32 octets, no octet behind the end.
[[nodiscard]] std::optional<es256_signature> es256_raw_from_der(bytes_view der) noexcept;

[[nodiscard]] es256_der es256_der_from_raw(const es256_signature& raw) noexcept;

}  // namespace mintage::crypto
