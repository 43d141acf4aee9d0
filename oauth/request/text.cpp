#include "oauth/request/text.hpp"

#include <simdjson.h>

namespace mintage::oauth {

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_visible_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text);
}

bool is_printable_utf8(std::string_view text) noexcept {
  if (!is_utf8(text)) return false;
  auto before = char{};
  for (const auto c : text) {
    const auto octet = static_cast<unsigned char>(c);
    // U+0080-9F are encoded as C2 and an octet of 80-9F.
    const auto is_c1 = before == '\xc2' && octet <= 0x9f;
    if (octet < 0x20 || octet == 0x7f || is_c1) return false;
    before = c;
  }
  return true;
}

}  // namespace mintage::oauth
