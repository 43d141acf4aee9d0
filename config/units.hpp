/// @file
/// Durations and sizes in the form that operators write: "250ms", "10m", "64KiB".
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mintage::config {

/// The longest duration that can be written: a hundred years of 365 days.
constexpr auto longest_duration = std::chrono::milliseconds{std::chrono::hours{24 * 36500}};

/// Parses a whole number and ms, s, m, h or d, without a space. At most `longest_duration`.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// Renders with the largest unit that divides the duration.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds d);

/// Parses a whole number and KiB or MiB, without a space. At most 2^53 octets.
[[nodiscard]] std::optional<std::size_t> parse_size(std::string_view text);
/// Renders with the largest unit that divides the size; octets have no unit.
[[nodiscard]] std::string size_text(std::size_t octets);

}  // namespace mintage::config
