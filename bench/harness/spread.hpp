/// @file
/// The spread of repeated rounds, and whether two runs differ by more than that.
#pragma once

#include <cstdint>
#include <vector>

namespace mintage::bench {

struct spread {
  double median = 0;
  double least = 0;
  double most = 0;
};
/// All zero for no values.
[[nodiscard]] spread spread_of(std::vector<double> values);

enum class verdict : std::uint8_t { same, better, worse };

struct difference {
  /// Change of the median in percent of the first.
  double percent = 0;
  /// `same` when the spreads touch: the change may be noise.
  verdict what = verdict::same;
};
/// @param more_is_better true for a rate.
[[nodiscard]] difference compare(const spread& first, const spread& second, bool more_is_better);

}  // namespace mintage::bench
