/// @file
/// Measures what this process uses, and how much more load it could carry.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "metrics/group.hpp"

namespace mintage::app {

/// What a thread does, known by its name.
enum class thread_kind : std::uint8_t {
  io,     ///< serves sockets and runs the actors of requests: "mintage-io-N"
  store,  ///< makes commits durable: "mintage-store"
  other
};
struct thread_kind_row {
  std::string_view name;    ///< as a metric's label
  std::string_view prefix;  ///< of the thread's name
};
constexpr auto thread_kinds = std::to_array<thread_kind_row>(
    {{"io", "mintage-io-"}, {"store", "mintage-store"}, {"other", ""}});
[[nodiscard]] thread_kind kind_of_thread(std::string_view name) noexcept;

/// What the kernel says of one thread since its start.
struct thread_use {
  thread_kind kind = thread_kind::other;
  std::uint64_t running_ns = 0;
  std::uint64_t waiting_ns = 0;  ///< it could run, and another thread had the core
};
using thread_uses = std::map<int, thread_use>;

/// Time of the cores that this process may use, in ticks, by whatever program.
struct core_use {
  std::uint64_t busy = 0;
  std::uint64_t all = 0;
};

/// The share of its capacity that a server does not use: 1 less the share of time in which the
/// busiest of its I/O and store threads runs, or in which its cores are busy with whatever program,
/// whichever is more. Not thread-safe.
///
/// The time in which threads wait for a core is not used: kernels since 6.12 count sleeping threads
/// as waiting while others keep the core.
class headroom {
 public:
  static constexpr auto window = std::chrono::seconds{10};

  void note(std::uint64_t now_ns, const thread_uses& all, const core_use& cores);
  /// 0 to 1, over the last `window`; 1 before the second note.
  [[nodiscard]] double ratio() const;

 private:
  struct reading {
    std::uint64_t at_ns;
    std::map<int, std::uint64_t> busy_ns;
    core_use cores;
  };
  std::deque<reading> readings_;
};

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
