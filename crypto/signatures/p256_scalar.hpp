/// @file
/// Numbers below the order of P-256: private keys, nonces, the halves of a signature.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mintage::crypto {

/// A 256-bit number in four words, the least significant first, as crypto_mb reads them.
struct number256 {
  std::array<std::uint64_t, 4> words{};
  friend constexpr bool operator==(const number256&, const number256&) = default;
};

/// The order of the base point. @see SP 800-186 §3.2.1.3
inline constexpr auto p256_order =
    number256{{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}};

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

/// Subtracts `b` from `a` modulo 2^256. The time does not depend on the numbers (tests/timing).
/// @returns 1 when `a` is less than `b`, else 0.
[[nodiscard]] constexpr std::uint64_t subtract(number256& a, const number256& b) noexcept {
  auto borrow = std::uint64_t{0};
  for (auto i = std::size_t{0}; i < a.words.size(); ++i) {
    const auto difference = a.words[i] - b.words[i];
    const auto less = std::uint64_t{a.words[i] < b.words[i]} | std::uint64_t{difference < borrow};
    a.words[i] = difference - borrow;
    borrow = less;
  }
  return borrow;
}

/// Whether `n` is above zero and below the order. The time does not depend on `n` (tests/timing).
[[nodiscard]] constexpr bool is_p256_scalar(number256 n) noexcept {
  const auto any = n.words[0] | n.words[1] | n.words[2] | n.words[3];
  const auto is_below = subtract(n, p256_order);
  return (is_below & std::uint64_t{any != 0}) != 0;
}

/// A digest as ECDSA takes it: modulo the order. @see FIPS 186-5 §6.4.1
[[nodiscard]] constexpr number256 reduced_digest(
    std::span<const std::uint8_t, 32> octets) noexcept {
  const auto n = from_big_endian(octets);
  auto less = n;
  return subtract(less, p256_order) != 0 ? n : less;  // 2^256 is less than twice the order
}

}  // namespace mintage::crypto
