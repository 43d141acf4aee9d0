/// @file
/// The 12-bit slot that a code, its tombstone and its grant share, and the shard that owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/random.hpp"

namespace mintage::oauth {

constexpr std::uint16_t slots_count = 4096;

/// 0..4095, drawn when a code is minted. Its text is two base64url characters, high six bits first.
/// Storage keys begin with it, so each operation of a request concerns one slot and one shard.
struct slot {
  std::uint16_t value = 0;
  friend bool operator==(slot, slot) = default;

  [[nodiscard]] static slot draw(crypto::random_source& random);
  /// @returns nothing unless `text` is two base64url characters.
  [[nodiscard]] static std::optional<slot> parse(std::string_view text) noexcept;
  void append_to(std::string& out) const;

  /// Which of `shards_count` shards owns this slot: equal ranges, in slot order.
  [[nodiscard]] constexpr std::size_t shard(std::size_t shards_count) const noexcept {
    return value * shards_count / slots_count;
  }
};

}  // namespace mintage::oauth
