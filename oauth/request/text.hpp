/// @file
/// Which characters a text from outside may have.
#pragma once

#include <string_view>

namespace mintage::oauth {

/// Only %x21-7E: no space, no control character, nothing beyond ASCII.
[[nodiscard]] bool is_visible_ascii(std::string_view text) noexcept;
/// Only %x20-7E: the VSCHAR of RFC 6749, App. A.
[[nodiscard]] bool is_printable_ascii(std::string_view text) noexcept;
/// Well-formed UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF) without the control
/// characters U+0000-1F and U+007F-9F.
[[nodiscard]] bool is_printable_utf8(std::string_view text) noexcept;

}  // namespace mintage::oauth
