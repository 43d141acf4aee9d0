/// @file
/// The heartbeat of a node in one shard.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <thread>

#include "storage/postgres/housekeeping.hpp"
#include "storage/postgres/mailbox.hpp"
#include "storage/postgres/node.hpp"
#include "storage/postgres/options.hpp"

namespace mintage::storage::postgres {

/// What a heartbeat has found. The database was behind a synchronous commit that began at `began`.
struct pulse_view {
  steady_time began{};
  std::int64_t revision = 0;
  /// The least revision that a live node has published; of this node, if it is alone.
  std::int64_t least_seen = 0;
  std::int64_t nodes = 0;
  /// Live nodes with other settings.
  std::int64_t different_nodes = 0;
  std::int64_t void_before = 0;
  /// How far the system's time is behind the database's.
  std::chrono::microseconds behind{};
  std::string host;
};

/// A thread that writes the node's row with a synchronous commit, reads what is new, and cleans the
/// shard, every `poll`. When the database is silent for a second, it asks for another connection,
/// and goes on waiting for the answer meanwhile.
class pulse {
 public:
  struct setup {
    const postgres_options& options;
    const postgres_node& node;
    shard_meters& meters;
    /// The revision that this node has published.
    std::function<std::int64_t()> seen;
    /// Called on the thread of the pulse.
    std::function<void(const pulse_view&)> report;
  };

  /// @param from, what s refers to: outlive the pulse.
  pulse(connector& from, setup s);
  /// Removes the node's row, unless that takes longer than a second.
  ~pulse();

  /// Makes the next heartbeat begin now. Any thread.
  void hasten() noexcept;

 private:
  void run(const std::stop_token& stop);
  void obtain(const std::stop_token& stop);
  [[nodiscard]] bool beat(const std::stop_token& stop);
  [[nodiscard]] bool look(pulse_view& view, steady_time deadline);
  void note_clock(std::chrono::microseconds round_trip, std::chrono::microseconds behind);
  [[nodiscard]] std::chrono::microseconds best_offset() const;
  [[nodiscard]] bool may_stop_waiting();
  void rest(steady_time until, const std::stop_token& stop);
  void leave();
  void note_failure(const failure& f);

  struct clock_sample {
    std::chrono::microseconds round_trip = std::chrono::microseconds::max();
    std::chrono::microseconds behind{};
  };

  connector& from_;
  const setup setup_;
  mailbox box_;
  std::atomic<bool> is_hastened_{false};
  std::atomic<bool> is_stopped_{false};
  // Of the thread.
  std::optional<session> session_;
  std::uint32_t timeline_ = 0;
  std::string host_;
  steady_time call_began_{};
  housekeeping cleaning_;
  std::array<clock_sample, 8> samples_{};
  std::size_t samples_count_ = 0;
  std::minstd_rand random_;
  std::string last_failure_;
  std::jthread thread_;
};

}  // namespace mintage::storage::postgres
