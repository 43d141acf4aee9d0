/// @file
/// Sealing of what travels through browsers: handles and continuations.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/root_ring.hpp"
#include "crypto/secret.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// What is sealed. Each has keys of its own, so that none passes for another. Part of what is
/// sealed: DO NOT CHANGE.
enum class sealed_kind : std::uint8_t {
  login_handle = 1,
  pushed_handle = 2,
  continuation = 3,
  logout_handle = 4
};

/// Seals with AES-256-GCM under a key of the day, so that a key seals far less than the 2^32
/// values with random nonces that it may (NIST SP 800-38D §8.3). Not thread-safe: one per actor.
class url_seal {
 public:
  /// @param keys subkeys of the seal keys, for this purpose alone.
  explicit url_seal(crypto::subkeys keys) noexcept : keys_{std::move(keys)} {}

  /// @returns day octet ‖ nonce ‖ ciphertext ‖ tag: 29 octets more than `plain`.
  [[nodiscard]] std::string seal(sealed_kind kind, std::string_view plain, instant now);
  /// Opens what was sealed on the day of `now`, the day before or the day after.
  /// @returns nothing when it was sealed as another kind, at another time or by another key, or the
  ///          octets were changed. Says nothing about expiry.
  [[nodiscard]] std::optional<crypto::secret_string> open(sealed_kind kind, std::string_view sealed,
                                                          instant now);
  static constexpr std::size_t overhead = 1 + 12 + 16;

 private:
  struct day_key {
    std::int64_t day = -1;
    sealed_kind kind = sealed_kind::login_handle;
    /// Which of `keys_` it is derived from.
    std::size_t root = 0;
    crypto::digest key{};
  };
  /// Derives it unless it is one of those used last.
  const crypto::digest& key_of(sealed_kind kind, std::int64_t day, std::size_t root);
  /// Takes over what has changed in the ring of keys.
  void update();

  crypto::subkeys keys_;
  std::array<day_key, 8> used_{};
  std::size_t next_ = 0;
};

}  // namespace mintage::oauth
