/// @file
/// Nonces of DPoP proofs. They are not stored: all nodes agree, because they share the key and
/// nearly the time. (DPO-11) @see RFC 9449 §8
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/digest.hpp"
#include "crypto/root_ring.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// A nonce is base64url(number of its time slot (u64, big-endian) ‖ MAC), 32 characters. MAC = the
/// first 16 octets of HMAC-SHA-256(key, number). Not thread-safe: one per actor.
class dpop_nonces {
 public:
  /// How long one nonce is given. It is accepted as long again.
  static constexpr auto slot_length = seconds{60};

  /// @param keys subkeys of the seal keys.
  explicit dpop_nonces(crypto::subkeys keys) : macs_{std::move(keys)} {}

  /// The nonce of now. Valid until the time slot changes and this is called again.
  [[nodiscard]] const std::string& current(instant now);

  enum class age : std::uint8_t {
    fresh,  ///< of this time slot, or of the next one by the clock of another node
    older,  ///< of the time slot before: accepted, and the answer gives a new one
    stale,  ///< made before that, or not made here at all
  };
  [[nodiscard]] age age_of(std::string_view nonce, instant now);

  /// When the time slot of an accepted nonce began, and when the nonce is refused from.
  struct life {
    instant from;
    instant until;
  };
  /// @pre `age_of(nonce, …)` is not stale.
  [[nodiscard]] static life life_of(std::string_view nonce);

 private:
  [[nodiscard]] static std::string make(std::uint64_t slot_number, crypto::hmac_sha256& to_mac);
  /// Takes over what has changed in the ring of keys.
  void update();

  crypto::mac_subkeys macs_;
  std::uint64_t made_for_ = 0;
  std::string made_;
};

}  // namespace mintage::oauth
