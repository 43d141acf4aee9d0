/// @file
/// What becomes of a server that is asked for more than it can do: one closed loop that finds its
/// peak, then one open loop below it, above it, far above it and below it again.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/harness/scenario.hpp"

namespace mintage::bench {

/// The parts of the open loop, in this order and without a pause.
enum class storm_part : std::uint8_t { before, above, far_above, first_second, after };
inline constexpr std::size_t storm_parts_count = 5;
/// Rates, in times of the peak.
inline constexpr auto storm_factors = std::array{0.7, 1.4, 3.0, 0.7, 0.7};
[[nodiscard]] std::string_view name_of(storm_part p) noexcept;

struct storm_method {
  std::size_t connections = 1000;
  /// Of each part but `first_second`, which is as long as its name says.
  nanoseconds part{std::chrono::seconds{4}};
  std::size_t threads = 1;
};

struct storm_result {
  storm_method how;
  /// Good answers per second of the closed loop.
  double peak = 0;
  /// CPU of a bare exchange, which is what a refusal must cost at least.
  double bare_us = 0;

  struct part {
    /// Requests that became due per second.
    double offered = 0;
    double seconds = 0;
    part_counts counts;
    /// Memory of the server at the end of the part, and CPU that it used in it; zero when it cannot
    /// be read.
    std::uint64_t resident_kib = 0;
    nanoseconds server_cpu{0};
  };
  std::array<part, storm_parts_count> parts;
  std::uint64_t resident_at_start_kib = 0;
  /// Kinds of failure and how often, refusals included.
  std::vector<std::pair<std::string, std::uint64_t>> kinds;
  /// Share of its time that the busiest thread of the harness was running.
  double busiest = 0;

  [[nodiscard]] const part& at(storm_part p) const noexcept {
    return parts[static_cast<std::size_t>(p)];
  }
};

/// One goal, what was measured, and whether it is met.
struct storm_goal {
  enum class verdict : std::uint8_t {
    met,
    missed,
    /// Missed by what clients saw, met by that less what the harness was late.
    unclear,
  };
  std::string_view name;  ///< for machines
  std::string what;
  double figure = 0;
  double goal = 0;
  bool at_least = false;  ///< whether the figure shall be the larger one
  int digits = 0;
  verdict met = verdict::missed;
};

[[nodiscard]] std::string_view name_of(storm_goal::verdict v) noexcept;

/// What is left of a peak when each of so many refusals a second takes a bare exchange.
[[nodiscard]] double remaining(double peak, double refusals, double bare_us) noexcept;
[[nodiscard]] std::vector<storm_goal> compare_with_goals(const storm_result& r);
/// Reasons to distrust it, as sentences: that the harness was the bottleneck, above all.
[[nodiscard]] std::vector<std::string> doubts(const storm_result& r);

/// The peak, as any other scenario, and the storm.
struct overload_outcome {
  outcome peak;
  storm_result storm;
};
/// Mints the codes of both first, so that those of the storm are not the older ones. A code whose
/// exchange was refused is sent again: it is live.
/// @param closed the loop that finds the peak, and how.
/// @throws std::runtime_error as run_scenario does.
[[nodiscard]] overload_outcome run_overload(const target_server& s, const scenario& closed,
                                            const method& peak_method, double bare_us,
                                            const storm_method& how, progress_line& line);

}  // namespace mintage::bench
