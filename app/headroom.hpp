/// @file
/// How much more load a server could carry, from what its threads use.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>

#include "metrics/work_cost.hpp"

namespace mintage::app {

/// What a thread does, known by its name.
enum class thread_kind : std::uint8_t {
  io,     ///< serves sockets and runs the actors of requests: "mintage-io-N"
  store,  ///< makes commits durable: "mintage-store"
  other
};

/// What the kernel says of one thread since its start.
struct thread_use {
  thread_kind kind = thread_kind::other;
  std::uint64_t running_ns = 0;
  std::uint64_t waiting_ns = 0;  ///< it could run, and another thread had the core
};
/// By the kernel's id of the thread.
using thread_uses = std::map<int, thread_use>;

/// Time of the cores that this process may use, in ticks, by whatever program.
struct core_use {
  std::uint64_t busy = 0;
  std::uint64_t all = 0;
  unsigned count = 0;  ///< of these cores
};

/// One reading of what the process and its cores have used so far.
struct process_use {
  thread_uses threads;
  core_use cores;
  std::map<int, metrics::work_sums> costs;  ///< of the threads that keep an account
};

/// CPU time that an I/O thread used only because its requests came one by one: most of what its
/// sleeping and waking cost, and what the signatures took more than in full lanes.
/// @param cost of the time in question.
[[nodiscard]] double spared_by_load_ns(const metrics::work_sums& cost) noexcept;
/// CPU time of the commit thread under load, which brings one fsync in a millisecond, at most.
/// @pre there was one: `cost.periods` > 0
[[nodiscard]] double commits_at_most_ns(const metrics::work_sums& cost,
                                        std::chrono::nanoseconds passed) noexcept;

/// The share of its capacity that a server does not use: 1 less the share of time that the busiest
/// of its I/O and store threads needs, or that all of its threads need of what its cores have for
/// them, whichever is more. What an I/O thread needs is the time that it ran, less what would be
/// spared if more requests came at once. The cores have for them what is left by other programs,
/// by interrupts, and by the most commits that there can be: these are taken not to grow with the
/// load. A database or a proxy on the same cores does, and the ratio is too high there. Not
/// thread-safe.
///
/// The time in which threads wait for a core is not used: kernels since 6.12 count sleeping threads
/// as waiting while others keep the core.
class headroom {
 public:
  static constexpr auto window = std::chrono::seconds{10};

  void note(std::uint64_t now_ns, process_use use);
  /// 0 to 1, over the last `window`; 1 before the second note.
  [[nodiscard]] double ratio() const;

 private:
  struct reading {
    std::uint64_t at_ns;
    process_use use;
  };
  std::deque<reading> readings_;
};

}  // namespace mintage::app
