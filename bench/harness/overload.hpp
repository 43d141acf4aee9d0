/// @file
/// Overload of a server: a ramp that finds its peak, then one open loop below it, above it, far
/// above it, and below it again.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/harness/scenario.hpp"

namespace mintage::bench {

/// The parts of the open loop, in order and without a pause.
enum class storm_part : std::uint8_t { before, above, far_above, first_second, after };
inline constexpr std::size_t storm_parts_count = 5;
/// Rates as multiples of the peak.
inline constexpr auto storm_factors = std::array{0.7, 1.4, 3.0, 0.7, 0.7};
[[nodiscard]] std::string_view name_of(storm_part p) noexcept;

struct storm_method {
  std::size_t connections = 1000;
  /// How long a rate must be kept to count as the peak.
  nanoseconds peak_step{std::chrono::seconds{10}};
  /// Duration of each part except `first_second`.
  nanoseconds part{std::chrono::seconds{4}};
  std::size_t threads = 1;
};

struct storm_result {
  storm_method how;
  /// The highest rate that was kept: `peak_objective`, and no refusal.
  double peak = 0;
  /// CPU of a bare exchange, the least that a refusal costs.
  double bare_us = 0;

  struct part {
    /// Requests that became due per second.
    double offered = 0;
    double seconds = 0;
    part_counts counts;
    /// Memory of the server at the end of the part, and CPU that it used in the part; zero when it
    /// cannot be read.
    std::uint64_t resident_kib = 0;
    nanoseconds server_cpu{0};
  };
  std::array<part, storm_parts_count> parts;
  std::uint64_t resident_at_start_kib = 0;
  /// Kinds of failure and their numbers, refusals included.
  std::vector<std::pair<std::string, std::uint64_t>> kinds;
  /// Share of time for which the busiest thread of the harness ran.
  double busiest = 0;

  [[nodiscard]] const part& at(storm_part p) const noexcept {
    return parts[static_cast<std::size_t>(p)];
  }
};

/// One goal, its figure, and whether it is met.
struct storm_goal {
  enum class verdict : std::uint8_t {
    met,
    missed,
    /// Missed by what clients saw; met without the lateness of the harness.
    unclear,
  };
  std::string_view name;  ///< for programs
  std::string what;
  double figure = 0;
  double goal = 0;
  bool at_least = false;  ///< whether the figure must be at least the goal; else at most
  int digits = 0;
  verdict met = verdict::missed;
};

[[nodiscard]] std::string_view name_of(storm_goal::verdict v) noexcept;

/// What a rate must keep to count as the peak: p99 <= 20 ms.
inline constexpr auto peak_objective = objective{99, std::chrono::milliseconds{20}};
/// CPU that a refusal may cost, in microseconds.
inline constexpr auto refusal_us = 8.0;
/// The rest of a peak when each of so many refusals a second costs `each_us`.
[[nodiscard]] double remaining(double peak, double refusals, double each_us) noexcept;
[[nodiscard]] std::vector<storm_goal> compare_with_goals(const storm_result& r);
/// Reasons to distrust the result, as sentences, for example that the harness was the bottleneck.
[[nodiscard]] std::vector<std::string> doubts(const storm_result& r);

/// The peak, as a scenario, and the storm.
struct overload_outcome {
  outcome peak;
  storm_result storm;
};
/// Runs the ramp, then the storm, each with codes that were minted just before. A code whose
/// exchange was refused is sent again, because it is live.
/// @param what the requests, as a closed loop. @param method of the ramp.
/// @throws std::runtime_error as run_scenario does.
[[nodiscard]] overload_outcome run_overload(const target_server& s, const scenario& what,
                                            const method& method, double bare_us,
                                            const storm_method& how, progress_line& line);

}  // namespace mintage::bench
