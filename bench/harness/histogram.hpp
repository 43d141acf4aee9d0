/// @file
/// A log-linear histogram of durations: fixed memory, relative error below 1/128.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace mintage::bench {

using nanoseconds = std::chrono::nanoseconds;

/// Each power of two is divided into 128 equal buckets, so recording is a shift and an increment,
/// and merging is exact. Values above 73 minutes share the last bucket.
class histogram {
 public:
  /// Negative values count as zero.
  void record(nanoseconds value);
  void add(const histogram& other);

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// Zero when empty; `percentile` too.
  [[nodiscard]] nanoseconds max() const noexcept { return nanoseconds{max_}; }
  [[nodiscard]] nanoseconds mean() const noexcept;
  /// The nearest-rank percentile: the least value that at least `p` percent of all values do not
  /// exceed, rounded up to the end of its bucket, never above `max()`.
  /// @param p 0..100
  [[nodiscard]] nanoseconds percentile(double p) const noexcept;

 private:
  std::vector<std::uint64_t> buckets_;  // grows to the largest value recorded
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
  long double sum_ = 0;
};

}  // namespace mintage::bench
