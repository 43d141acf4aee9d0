/// @file
/// Nodes of a cluster in one process: engines on one database.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/postgres/engine.hpp"

namespace mintage::test {

/// A clock that is set by hand.
class hand_clock final : public oauth::clock {
 public:
  [[nodiscard]] oauth::instant now() const noexcept override {
    return oauth::instant{oauth::milliseconds{ms.load()}};
  }
  std::atomic<std::int64_t> ms{1'700'000'000'000};
};

/// One node: an engine, and what it tells.
class test_node {
 public:
  explicit test_node(const storage::postgres_options& o, std::string settings = "s",
                     std::chrono::milliseconds opening = std::chrono::seconds{10});

  [[nodiscard]] storage::engine& engine() { return *engine_; }
  [[nodiscard]] storage::catalog& records() { return engine_->records(); }
  /// Publishes a revision for both readers.
  void publish(storage::revision at);
  /// Moves what the engine takes for the system's time.
  void move_clock(std::chrono::microseconds by) { moved_by_ = by.count(); }
  [[nodiscard]] std::chrono::microseconds behind() const {
    return std::chrono::microseconds{behind_.load()};
  }
  [[nodiscard]] hand_clock& clock() { return clock_; }
  /// What the operator was told, one sentence per line.
  [[nodiscard]] std::string told() const;
  /// The number on the page, of a metric without labels.
  [[nodiscard]] std::uint64_t metric(std::string_view name) const;

 private:
  hand_clock clock_;
  std::atomic<std::int64_t> moved_by_{0};
  std::atomic<std::int64_t> behind_{0};
  mutable std::mutex mutex_;  // guards told_
  std::string told_;
  std::unique_ptr<storage::engine> engine_;
};

}  // namespace mintage::test
