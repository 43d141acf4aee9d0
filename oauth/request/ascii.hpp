/// @file
/// Character classes of the grammars that oauth/ reads; independent of any locale.
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

/// @param lower already in lower case.
[[nodiscard]] constexpr bool equals_lower(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return to_lower(a) == b; });
}

}  // namespace mintage::oauth
