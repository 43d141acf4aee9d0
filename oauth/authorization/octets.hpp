/// @file
/// Writing and strict reading of the octets that oauth/authorization/ seals. For its .cpp files
/// only.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mintage::oauth {

/// Seven bits per octet, the lowest first; the high bit says that more follow.
inline void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}
inline void append_big_endian(std::string& out, std::uint64_t value) {
  for (auto shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}
inline void append_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out += text;
}
template <std::size_t N>
void append_octets(std::string& out, const std::array<std::uint8_t, N>& octets) {
  out.append(reinterpret_cast<const char*>(octets.data()), octets.size());
}

/// Reads from the front. After the first fault everything reads as zero, and `is_whole` is false.
/// Each value has one spelling.
class octet_reader {
 public:
  explicit octet_reader(std::string_view octets) noexcept : rest_{octets} {}

  [[nodiscard]] std::uint8_t octet() noexcept {
    const auto one = take(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one.front());
  }
  [[nodiscard]] std::uint64_t varint() noexcept {
    auto value = std::uint64_t{0};
    for (auto shift = 0U; shift < 64; shift += 7) {
      const auto next = octet();
      const auto bits = std::uint64_t{next} & 0x7f;
      if (bits << shift >> shift != bits) return fail();
      value |= bits << shift;
      if ((next & 0x80) != 0) continue;
      return next == 0 && shift != 0 ? fail() : value;
    }
    return fail();
  }
  [[nodiscard]] std::uint64_t big_endian() noexcept {
    auto value = std::uint64_t{0};
    for (const auto c : take(8)) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }
  [[nodiscard]] std::string_view text() noexcept { return take(varint()); }
  template <std::size_t N>
  [[nodiscard]] std::array<std::uint8_t, N> octets() noexcept {
    auto out = std::array<std::uint8_t, N>{};
    const auto found = take(N);
    std::transform(found.begin(), found.end(), out.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    return out;
  }
  /// Whether all was read, and nothing was wrong.
  [[nodiscard]] bool is_whole() const noexcept { return !failed_ && rest_.empty(); }

 private:
  std::string_view take(std::uint64_t size) noexcept {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const auto out = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(out.size());
    return out;
  }
  std::uint64_t fail() noexcept {
    failed_ = true;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace mintage::oauth
