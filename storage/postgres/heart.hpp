/// @file
/// The life of a node in its cluster: its lease, what it knows of the others, and its clock.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/engine.hpp"
#include "storage/postgres/pulse.hpp"

namespace mintage::storage::postgres {

/// Thread-safe. The functions that say noexcept do not block.
class heart {
 public:
  /// @param shards one connector per shard, in slot order; outlive the heart, as do the others.
  heart(const postgres_options& o, const postgres_node& node,
        const std::vector<std::unique_ptr<connector>>& shards);
  ~heart();

  /// Whether the lease of a shard lasts: its last heartbeat began less than `lease` ago.
  [[nodiscard]] bool is_leased(std::size_t shard) const noexcept;
  /// Whether the first shard is leased, and the clocks agree.
  [[nodiscard]] bool fresh() const noexcept;
  [[nodiscard]] instant void_before() const noexcept;
  /// Waits until the first heartbeat of the first shard. @returns false after the deadline.
  [[nodiscard]] bool await_first(steady_time deadline);

  /// As of `catalog`.
  void published(catalog_reader who, revision at) noexcept;
  [[nodiscard]] bool is_known_to_all(revision at) const noexcept;
  /// This node has written the catalog: look at once.
  void hasten() noexcept;
  /// As of `engine`.
  void watch(std::function<void()> moved);
  [[nodiscard]] const cluster_meters& meters() const noexcept { return meters_; }

 private:
  struct lease {
    std::atomic<std::chrono::steady_clock::rep> until{0};
  };

  [[nodiscard]] std::int64_t seen() const noexcept;
  void note(std::size_t shard, const pulse_view& view);
  void note_cluster(const pulse_view& view);
  void note_clock(const pulse_view& view);

  const postgres_options& options_;
  const postgres_node& node_;
  cluster_meters meters_;
  std::vector<lease> leases_;
  std::atomic<bool> is_clock_near_{true};
  std::atomic<std::int64_t> void_before_{0};
  std::atomic<std::int64_t> revision_{0};
  std::atomic<std::int64_t> least_seen_{0};
  std::array<std::atomic<revision>, catalog_readers_count> published_{};
  std::mutex watch_mutex_;  // held while moved_ runs
  std::function<void()> moved_;
  std::mutex first_mutex_;  // guards is_first_over_
  std::condition_variable first_;
  bool is_first_over_ = false;
  std::vector<std::unique_ptr<pulse>> pulses_;
};

}  // namespace mintage::storage::postgres
