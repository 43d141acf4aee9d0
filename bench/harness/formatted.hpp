/// @file
/// printf into a string.
#pragma once

#include <string>

namespace mintage::bench {

/// @returns at most 255 characters.
[[nodiscard, gnu::format(printf, 1, 2)]] std::string formatted(const char* format, ...);

}  // namespace mintage::bench
