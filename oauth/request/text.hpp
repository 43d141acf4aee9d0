/// @file
/// Character classes of the grammars that oauth/ reads, and the characters that texts of clients
/// and operators may have. Independent of the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace mintage::oauth {

[[nodiscard]] constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}

/// @see RFC 4648 §5
[[nodiscard]] constexpr bool is_base64url(char c) noexcept {
  return is_alphanumeric(c) || c == '-' || c == '_';
}

/// @see RFC 3986 §2.3
[[nodiscard]] constexpr bool is_unreserved(char c) noexcept {
  return is_base64url(c) || c == '.' || c == '~';
}

/// @returns 0..15, or -1 when `c` is not a hexadecimal digit.
[[nodiscard]] constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const auto letter = to_lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// @param lower in lower case.
[[nodiscard]] constexpr bool equals_lower(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return to_lower(a) == b; });
}

/// Only %x00-7F.
[[nodiscard]] bool is_ascii(std::string_view text) noexcept;
/// Only %x21-7E: no space, no control character, nothing beyond ASCII.
[[nodiscard]] bool is_visible_ascii(std::string_view text) noexcept;
/// Well-formed UTF-8: shortest form, no surrogates, up to U+10FFFF. @see RFC 3629 §4
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
/// Well-formed UTF-8 without the control characters U+0000-1F and U+007F-9F.
[[nodiscard]] bool is_printable_utf8(std::string_view text) noexcept;

}  // namespace mintage::oauth
