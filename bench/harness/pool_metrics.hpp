/// @file
/// What the pools of a server tell on its page of metrics, read several times during a round.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/histogram.hpp"

namespace mintage::bench {

/// Sizes counted by upper bounds, as since the start of the server.
struct size_counts {
  /// Ascending; the last is infinite. Each count is that of its bucket alone.
  std::vector<std::pair<double, std::uint64_t>> buckets;
  double sum = 0;
  std::uint64_t count = 0;
};
/// What was counted from `begin` to `end`. @pre of the same server and metric.
[[nodiscard]] size_counts operator-(const size_counts& end, const size_counts& begin);

/// One reading, by name of the pool.
struct pool_reading {
  /// Since the start of the round.
  nanoseconds at{0};
  double in_flight = 0;
  std::map<std::string, double> queue_depth;
  std::map<std::string, double> busy_seconds;
  /// Of each family `mintage_POOL_batch_size`.
  std::map<std::string, size_counts> batch_size;

  [[nodiscard]] bool empty() const noexcept { return queue_depth.empty() && batch_size.empty(); }
};
/// Reads the text format of Prometheus; what is not about pools or not understood is left out.
[[nodiscard]] pool_reading parse_metrics(std::string_view page);

}  // namespace mintage::bench
