/// @file
/// Measures what this process uses, and how much more load it could carry.
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>

#include "app/headroom.hpp"
#include "metrics/group.hpp"

namespace mintage::app {

struct thread_kind_row {
  std::string_view name;    ///< as a metric's label
  std::string_view prefix;  ///< of the thread's name
};
constexpr auto thread_kinds = std::to_array<thread_kind_row>(
    {{"io", "mintage-io-"}, {"store", "mintage-store"}, {"other", ""}});
[[nodiscard]] thread_kind kind_of_thread(std::string_view name) noexcept;

struct alignas(64) process_meters : metrics::meter_group {
  process_meters();
  metrics::gauge headroom;
  /// By kind of thread.
  std::array<metrics::counter, thread_kinds.size()> running_ns;
  std::array<metrics::counter, thread_kinds.size()> waiting_ns;
  metrics::gauge resident_bytes;
  metrics::gauge open_files;
  metrics::gauge start_seconds;
  metrics::gauge build;
};

/// Reads /proc once a second on a thread of its own, until it is destroyed. Where the kernel does
/// not tell a number, that number is 0.
class process_watch {
 public:
  process_watch();

  [[nodiscard]] const metrics::meter_group& meters() const noexcept { return meters_; }

 private:
  void run(const std::stop_token& stop);
  void read();

  process_meters meters_;
  headroom headroom_;
  std::mutex mutex_;  // guards stopped_
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace mintage::app
