/// @file
/// ES256 in the lanes of crypto_mb. For crypto_mb_backend.cpp.
#pragma once

#include <memory>
#include <span>

#include "crypto/signatures/backend.hpp"
#include "crypto/signatures/crypto_mb.hpp"
#include "crypto/signatures/wiped.hpp"

namespace mintage::crypto {

/// A private key of P-256 in both forms that are needed.
struct p256_numbers {
  bytes<32> octets;  ///< big-endian
  number256 words;
};
using p256_secret = wiped<p256_numbers>;

/// @returns null when the key is of another kind, or does not give its number out.
[[nodiscard]] std::unique_ptr<p256_secret> p256_secret_of(const signing_key& key);

/// Whether crypto_mb takes this digest: it refuses multiples of the order.
[[nodiscard]] bool is_for_p256_lanes(bytes_view hashed) noexcept;

/// One lane of a signature.
struct p256_sign_lane {
  const p256_secret* key = nullptr;
  const number256* nonce = nullptr;
  bytes_view hashed;                  ///< 32 octets
  std::span<std::uint8_t> signature;  ///< 64 octets
};
/// @pre at most eight, with digests that `is_for_p256_lanes`.
/// @returns whether every lane has its signature.
[[nodiscard]] bool sign_p256_lanes(const crypto_mb_functions& call,
                                   std::span<const p256_sign_lane> some);

/// Whether the halves of a signature are in their range; others are invalid (JWS-03).
[[nodiscard]] bool has_p256_range(bytes_view signature) noexcept;
/// Sets `is_valid` of each. @pre at most eight, of ES256 keys, with signatures that
/// `has_p256_range` and digests that `is_for_p256_lanes`.
void verify_p256_lanes(const crypto_mb_functions& call, std::span<verify_job* const> some);

}  // namespace mintage::crypto
