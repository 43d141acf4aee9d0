#include "oauth/request/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace mintage::oauth {
namespace {

/// Octets of the sequence that `lead` begins; 0 when none begins so.
constexpr std::size_t sequence_length(std::uint32_t lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

/// Whether `point`, spelled in `length` octets, is a character that may stand in a text.
constexpr bool is_printable(std::uint32_t point, std::size_t length) noexcept {
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return false;
  if (point >= 0xd800 && point <= 0xdfff) return false;
  if (length == 3) return point >= 0x800;
  if (length == 4) return point >= 0x10000 && point <= 0x10ffff;
  return true;
}

}  // namespace

bool is_visible_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_printable_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool is_printable_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto octet = [&](std::size_t i) -> std::uint32_t {
      return static_cast<unsigned char>(text[i]);
    };
    const auto length = sequence_length(octet(0));
    if (length == 0 || length > text.size()) return false;
    auto point = length == 1 ? octet(0) : octet(0) & (0x7fu >> length);
    for (auto i = std::size_t{1}; i < length; ++i) {
      if ((octet(i) & 0xc0) != 0x80) return false;
      point = point << 6 | (octet(i) & 0x3f);
    }
    if (!is_printable(point, length)) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace mintage::oauth
