/// @file
/// The time that all nodes of a cluster share.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace mintage::app {

/// The system's clock, corrected to the database's. So all nodes tell the same time within a round
/// trip to the database, and a cutoff that was made at one node covers a code that was minted at
/// another (NEG-210). Without a database that is shared, it is the system's clock. Thread-safe.
struct cluster_wall_clock {
  using duration = std::chrono::microseconds;
  using time_point = std::chrono::sys_time<duration>;

  [[nodiscard]] static time_point now() noexcept {
    const auto system = std::chrono::floor<duration>(std::chrono::system_clock::now());
    return system + duration{behind.load(std::memory_order_relaxed)};
  }
  /// @param by how far the system's clock is behind the database's.
  static void follow(duration by) noexcept { behind.store(by.count(), std::memory_order_relaxed); }

 private:
  static inline std::atomic<std::int64_t> behind{0};
};

}  // namespace mintage::app
