/// @file
/// Authenticated encryption of stored values: AES-256-GCM.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "crypto/bytes.hpp"
#include "crypto/root_ring.hpp"
#include "crypto/secret.hpp"

namespace mintage::crypto {

/// Seals `plain` under `key` with a fresh random nonce.
/// @param context associated data: the record's kind and id, so that a sealed value cannot be moved
///        to another record. Not stored.
/// @returns nonce (12 octets) ‖ ciphertext ‖ tag (16 octets). Thread-safe.
[[nodiscard]] std::string seal(const digest& key, std::string_view context, std::string_view plain);

/// By how much a sealed value is longer than its text: nonce and tag.
inline constexpr auto seal_overhead = std::size_t{12 + 16};

/// Opens a sealed value.
/// @returns nothing when key or context differ, or the octets were changed. Thread-safe.
[[nodiscard]] std::optional<secret_string> unseal(const digest& key, std::string_view context,
                                                  std::string_view sealed);

/// What one of several keys has sealed.
struct opened_value {
  secret_string plain;
  /// The key that opened it seals nothing any more.
  bool is_outdated = false;
};
/// Opens with the first of `keys` that can, the newest first. @returns nothing when none can.
/// @pre `keys` are up to date. Thread-safe.
[[nodiscard]] std::optional<opened_value> unseal_with_any(const subkeys& keys,
                                                          std::string_view context,
                                                          std::string_view sealed);

}  // namespace mintage::crypto
