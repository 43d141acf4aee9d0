/// @file
/// How the server waits for signals, and how it leaves: not ready, then no new requests, then the
/// end.
#pragma once

#include <signal.h>

#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include "app/event_log.hpp"
#include "app/options.hpp"
#include "app/server_journal.hpp"
#include "app/service_manager.hpp"
#include "net/server.hpp"

namespace mintage::app {

/// Time from the end of `shutdown.delay` until the process ends, finished or not.
inline constexpr auto shutdown_limit = std::chrono::seconds{10};

/// Waits for signals, on the main thread. Meanwhile has the journal tell every second what it left
/// out, and notifies the watchdog of the service manager, if it has one, while all I/O threads make
/// progress. All that it is given outlives it.
class signal_watch {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Blocks the signals, in this thread and all threads that it starts later.
  /// @returns what `signal_watch` waits for.
  [[nodiscard]] static sigset_t take_over();

  signal_watch(const sigset_t& awaited, const service_manager& manager,
               std::vector<service::io_thread*> io_threads, server_journal& journal);
  /// The next signal. @returns nothing when there is none until `end`.
  [[nodiscard]] std::optional<int> next(time_point end = time_point::max());

 private:
  [[nodiscard]] std::optional<int> signal_within(std::chrono::nanoseconds pause) const;
  void tell_manager();

  const sigset_t awaited_;
  const service_manager& manager_;
  progress_check progress_;
  server_journal& journal_;
  time_point watched_;
};

/// Leaves: /readyz and /healthz answer 503, so that balancers send no more, and every connection is
/// closed after its next answer. Requests are served until `delay` is over or SIGTERM or SIGINT
/// comes again; SIGHUP is ignored. Returns at once without a delay.
void serve_while_leaving(std::chrono::milliseconds delay, net::server& server,
                         const service_manager& manager, signal_watch& signals, event_log& log);

/// Ends the process when an orderly stop takes too long. By then the store's log has all that was
/// acknowledged.
class stop_limit {
 public:
  explicit stop_limit(std::chrono::milliseconds patience);
  ~stop_limit();
  stop_limit(const stop_limit&) = delete;
  stop_limit& operator=(const stop_limit&) = delete;

 private:
  std::promise<void> done_;
  std::thread watch_;
};

}  // namespace mintage::app
