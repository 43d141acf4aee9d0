/// @file
/// base64url without padding (RFC 7515 §2) and the strict Base64 of the Basic scheme.
#pragma once

#include <optional>
#include <string>

#include "crypto/bytes.hpp"

namespace mintage::crypto {

/// Number of characters of `size` octets in unpadded base64url.
[[nodiscard]] constexpr std::size_t base64url_size(std::size_t size) noexcept {
  return (size * 4 + 2) / 3;
}
/// Appends the unpadded base64url of `data` to `out`.
void base64url_append(std::string& out, bytes_view data);
/// Writes the unpadded base64url of `data` to `out`, which has room for
/// base64url_size(data.size()).
/// @returns the end of what was written.
char* base64url_write(char* out, bytes_view data) noexcept;
[[nodiscard]] std::string base64url(bytes_view data);
[[nodiscard]] inline std::string base64url(std::string_view data) {
  return base64url(as_bytes(data));
}
/// Decodes base64url strictly: no padding, no other characters, and unused trailing bits are zero,
/// so each octet string has one spelling.
/// @returns nothing when `text` is not of this form.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

/// Decodes the standard alphabet. Padding is optional, but complete where present; unused trailing
/// bits are zero (CAU-03).
/// @returns nothing when `text` is not of this form.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace mintage::crypto
