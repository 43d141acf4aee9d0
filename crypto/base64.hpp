/// @file
/// base64url without padding (RFC 7515 §2) and the strict Base64 of the Basic scheme.
#pragma once

#include <optional>
#include <string>

#include "crypto/bytes.hpp"

namespace mintage::crypto {

/// Characters of `size` octets in unpadded base64url.
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
/// Strict: no padding, no other characters, unused trailing bits zero (other spellings of the same
/// octets are refused). @returns nothing when `text` is not that.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

/// Standard alphabet, padding optional but then complete; unused trailing bits zero (CAU-03).
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace mintage::crypto
