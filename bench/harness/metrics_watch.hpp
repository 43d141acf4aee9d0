/// @file
/// Reads a server's page of metrics again and again while a round runs.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/harness/http_call.hpp"
#include "bench/harness/pool_metrics.hpp"

namespace mintage::bench {

/// Has a thread of its own, whose CPU is not that of the load. A page costs the server about a
/// millisecond, so two a second are within what figures spread anyway.
class metrics_watch {
 public:
  /// Reads at once and then in every `interval`.
  metrics_watch(origin admin, nanoseconds interval);
  ~metrics_watch();
  metrics_watch(const metrics_watch&) = delete;
  metrics_watch& operator=(const metrics_watch&) = delete;

  /// Reads once more and ends. @returns all readings, the last in place of one that came just
  /// before; none when the server has no such page.
  [[nodiscard]] std::vector<pool_reading> finish();

 private:
  void read();

  origin admin_;
  nanoseconds interval_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<pool_reading> readings_;  // of the thread, until it has ended
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace mintage::bench
