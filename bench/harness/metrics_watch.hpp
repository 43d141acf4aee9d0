/// @file
/// Reads a server's page of metrics repeatedly during a round.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/harness/http_call.hpp"
#include "bench/harness/pool_metrics.hpp"

namespace mintage::bench {

/// Runs a thread of its own, whose CPU does not count as the load's. A page costs the server about
/// a millisecond, so two per second are within the spread of the figures.
class metrics_watch {
 public:
  /// Reads at once, then once per `interval`.
  metrics_watch(origin admin, nanoseconds interval);
  ~metrics_watch();
  metrics_watch(const metrics_watch&) = delete;
  metrics_watch& operator=(const metrics_watch&) = delete;

  /// Reads once more and ends the thread.
  /// @returns all readings; the last one replaces a reading just before it. None when the server
  ///          has no such page.
  [[nodiscard]] std::vector<pool_reading> finish();

 private:
  void read();

  origin admin_;
  nanoseconds interval_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<pool_reading> readings_;  // owned by the thread until it has ended
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace mintage::bench
