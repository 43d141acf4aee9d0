/// @file
/// Durations and sizes as operators write them: "250ms", "10m", "64KiB".
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mintage::config {

/// Longest duration that can be written: a hundred years of 365 days.
constexpr auto longest_duration = std::chrono::milliseconds{std::chrono::hours{24 * 36500}};

/// A whole number and ms, s, m, h or d, nothing between them. At most `longest_duration`.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// With the largest unit that divides it.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds d);

/// A whole number and KiB or MiB, nothing between them. At most 2^53 octets.
[[nodiscard]] std::optional<std::size_t> parse_size(std::string_view text);
/// The same with the largest unit that divides it; octets have none.
[[nodiscard]] std::string size_text(std::size_t octets);

}  // namespace mintage::config
