/// @file
/// Percent encoding. @see RFC 3986 §2.1
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mintage::oauth {

/// The meaning of `+`: itself, as in a path, or a space, as in a form.
enum class plus_sign : std::uint8_t { itself, space };

/// Decodes `text` in place: `%HH` is an octet.
/// @returns the decoded size, which is never larger; nothing when an escape is broken. The octets
///          are unspecified then.
[[nodiscard]] std::optional<std::size_t> decode_percent(std::span<char> text,
                                                        plus_sign plus) noexcept;

/// Appends `text`, each octet that is not unreserved as `%HH`: right in a query, a form and a path.
void append_percent(std::string& out, std::string_view text);

/// Decodes a path segment to a copy.
[[nodiscard]] std::optional<std::string> decode_percent(std::string_view text);

}  // namespace mintage::oauth
