/// @file
/// The search for the highest rate that keeps an objective, without sockets.
#pragma once

#include <optional>
#include <string_view>

#include "bench/harness/histogram.hpp"

namespace mintage::bench {

/// A percentile of the latency and its limit.
struct objective {
  double percentile = 99;
  nanoseconds limit{std::chrono::milliseconds{5}};
};
/// @param text for example "p99=5ms", "p99.9=800us", "p50=1s". @returns nothing for other forms.
[[nodiscard]] std::optional<objective> parse_objective(std::string_view text);

/// Raises the rate by a quarter until the objective breaks. Then halves the interval between the
/// highest rate that held and the lowest that broke, a few times.
class ramp_search {
 public:
  /// @param first rate to try, above zero.
  /// @param most_steps ends the search in any state. Forty steps raise a rate 7,000 times.
  explicit ramp_search(double first, unsigned most_steps = 40)
      : rate_{first}, most_steps_{most_steps} {}

  /// @returns the rate to try next; nothing when the search is over.
  [[nodiscard]] std::optional<double> next() const noexcept;
  /// Reports whether the objective was kept at the rate of `next()`.
  void note(bool held) noexcept;
  /// The highest rate that held; zero when none did.
  [[nodiscard]] double best() const noexcept { return held_; }

 private:
  double rate_;
  unsigned most_steps_;
  unsigned steps_ = 0;
  unsigned halvings_left_ = 3;
  double held_ = 0;
  double broke_ = 0;
  bool over_ = false;
};

}  // namespace mintage::bench
