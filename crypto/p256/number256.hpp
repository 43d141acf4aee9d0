/// @file
/// The type of 256-bit numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mintage::crypto {

/// Four words, the least significant first.
struct number256 {
  std::array<std::uint64_t, 4> words{};
  friend constexpr bool operator==(const number256&, const number256&) = default;
};

[[nodiscard]] constexpr number256 from_big_endian(
    std::span<const std::uint8_t, 32> octets) noexcept {
  auto out = number256{};
  for (auto i = std::size_t{0}; i < octets.size(); ++i) {
    auto& word = out.words[3 - i / 8];
    word = word << 8 | octets[i];
  }
  return out;
}

constexpr void write_big_endian(const number256& n, std::span<std::uint8_t, 32> out) noexcept {
  for (auto i = std::size_t{0}; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(n.words[3 - i / 8] >> (56 - i % 8 * 8));
}

/// 1 / odd mod 2^64.
[[nodiscard]] constexpr std::uint64_t inverse_of_word(std::uint64_t odd) noexcept {
  auto out = odd;  // right in its lowest three bits; each Newton step doubles them
  for (auto step = 0; step < 5; ++step) out *= 2 - odd * out;
  return out;
}

}  // namespace mintage::crypto
