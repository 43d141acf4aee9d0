#include "config/units.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <system_error>

namespace mintage::config {
namespace {

struct unit {
  std::string_view name;
  std::int64_t factor;
};
// Largest first: rendering takes the first that divides.
constexpr auto duration_units = std::array<unit, 5>{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr auto size_units = std::array<unit, 2>{{{"MiB", 1024 * 1024}, {"KiB", 1024}}};
constexpr auto largest_size = std::int64_t{1} << 53;

std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const unit> units,
                                            std::int64_t limit) {
  // from_chars would accept a minus sign.
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  auto number = std::int64_t{0};
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const auto name = text.substr(static_cast<std::size_t>(rest - text.data()));
  for (const auto& u : units) {
    if (name != u.name) continue;
    if (number > limit / u.factor) return std::nullopt;
    return number * u.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto count = parse_with_unit(text, duration_units, longest_duration.count());
  if (!count) return std::nullopt;
  return std::chrono::milliseconds{*count};
}

std::string duration_text(std::chrono::milliseconds d) {
  const auto count = std::int64_t{d.count()};
  if (count == 0) return "0s";
  for (const auto& u : duration_units) {
    if (count % u.factor == 0) return std::to_string(count / u.factor) + std::string{u.name};
  }
  return {};  // unreachable: the last factor is 1
}

std::optional<std::size_t> parse_size(std::string_view text) {
  const auto count = parse_with_unit(text, size_units, largest_size);
  if (!count) return std::nullopt;
  return static_cast<std::size_t>(*count);
}

std::string size_text(std::size_t octets) {
  for (const auto& u : size_units) {
    const auto factor = static_cast<std::size_t>(u.factor);
    if (octets != 0 && octets % factor == 0) {
      return std::to_string(octets / factor) + std::string{u.name};
    }
  }
  return std::to_string(octets);
}

}  // namespace mintage::config
