/// @file
/// The pools of a server on its page of metrics, read several times during a round.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/histogram.hpp"

namespace mintage::bench {

/// A histogram of sizes since the start of the server.
struct size_counts {
  /// Upper bounds, ascending; the last is infinite. Each count is that of its bucket alone.
  std::vector<std::pair<double, std::uint64_t>> buckets;
  double sum = 0;
  std::uint64_t count = 0;
};
/// What was counted from `begin` to `end`. @pre both are of the same server and metric.
[[nodiscard]] size_counts operator-(const size_counts& end, const size_counts& begin);

/// One reading; the maps are keyed by pool.
struct pool_reading {
  /// Time since the start of the round.
  nanoseconds at{0};
  double in_flight = 0;
  std::map<std::string, double> queue_depth;
  std::map<std::string, double> busy_seconds;
  /// From the metrics `mintage_POOL_batch_size`.
  std::map<std::string, size_counts> batch_size;
  /// Commits of the PostgreSQL engine and the operations in them, over all shards; without buckets.
  size_counts rounds;
  /// Calls that sign in lanes and the signatures in them; without buckets.
  size_counts lanes;

  [[nodiscard]] bool empty() const noexcept { return queue_depth.empty() && batch_size.empty(); }
};
/// Parses the text format of Prometheus. Lines that do not concern pools are ignored.
[[nodiscard]] pool_reading parse_metrics(std::string_view page);

}  // namespace mintage::bench
