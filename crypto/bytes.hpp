/// @file
/// Octet views and fixed-size octet arrays: the vocabulary of crypto/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mintage::crypto {

using bytes_view = std::span<const std::uint8_t>;
template <std::size_t N>
using bytes = std::array<std::uint8_t, N>;

/// A SHA-256 digest or an HMAC-SHA-256 value.
using digest = bytes<32>;

/// The octets of a string, without copying.
[[nodiscard]] inline bytes_view as_bytes(std::string_view s) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}
/// Octets as a std::string_view, the type of record keys and codecs, without copying.
[[nodiscard]] inline std::string_view as_chars(bytes_view b) noexcept {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

}  // namespace mintage::crypto
