/// @file
/// Numbers that the environment gives to a run of tests.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

namespace mintage::loopback {

/// @returns the decimal number in an environment variable; nothing when it is not set.
/// @throws std::invalid_argument or std::out_of_range when it is not a number of 64 bits.
[[nodiscard]] inline std::optional<std::uint64_t> number_from(const char* variable) {
  const auto* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  return std::stoull(text);
}

}  // namespace mintage::loopback
