#include "app/stopping.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>

#include "app/cli/commands.hpp"

namespace mintage::app {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

sigset_t signal_watch::take_over() {
  auto awaited = sigset_t{};
  sigemptyset(&awaited);
  for (const auto s : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&awaited, s);
  pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return awaited;
}

signal_watch::signal_watch(const sigset_t& awaited, const service_manager& manager,
                           std::vector<service::io_thread*> io_threads, server_journal& journal)
    : awaited_{awaited},
      manager_{manager},
      progress_{std::move(io_threads)},
      journal_{journal},
      watched_{steady::now()} {}

/// Waits for a signal, for `pause` at most. @returns nothing when none came.
std::optional<int> signal_watch::signal_within(std::chrono::nanoseconds pause) const {
  const auto time = timespec{pause / 1s, (pause % 1s).count()};
  const auto signal = sigtimedwait(&awaited_, nullptr, &time);
  return signal > 0 ? std::optional{signal} : std::nullopt;
}

std::optional<int> signal_watch::next(time_point end) {
  // An I/O thread may be late by half of the watchdog's patience; that costs one notification.
  const auto watch = std::chrono::nanoseconds{manager_.watchdog().value_or(4s)} / 4;
  for (;;) {
    const auto now = steady::now();
    if (now >= end) return std::nullopt;
    if (const auto signal =
            signal_within(std::min<std::chrono::nanoseconds>({watch, 1s, end - now})))
      return *signal;
    journal_.tell_omitted();
    if (steady::now() >= watched_ + watch) tell_manager();
  }
}

void signal_watch::tell_manager() {
  watched_ = steady::now();
  if (manager_.watchdog() && progress_.all_progressed()) manager_.tell("WATCHDOG=1");
}

void serve_while_leaving(std::chrono::milliseconds delay, net::server& server,
                         const service_manager& manager, signal_watch& signals, event_log& log) {
  if (delay <= 0ms) return;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(delay);
  // The manager's patience with stops ends no sooner than ours.
  const auto longest = std::chrono::microseconds{seconds + shutdown_limit + 5s};
  manager.tell("EXTEND_TIMEOUT_USEC=" + std::to_string(longest.count()) +
               "\nSTATUS=not ready, serving until balancers have noticed");
  log.event(log_level::info, "not ready any more, still serving",
            {{"seconds", std::to_string(seconds.count())}});
  server.leave();
  const auto end = steady::now() + delay;
  while (const auto signal = signals.next(end)) {
    if (signal != SIGHUP) return log.event(log_level::info, "asked again: the delay ends");
    log.event(log_level::info, "SIGHUP: nothing is read, the server stops");
  }
}

stop_limit::stop_limit(std::chrono::milliseconds patience)
    : watch_{[this, patience] {
        if (done_.get_future().wait_for(patience) == std::future_status::timeout)
          std::_Exit(exit_failure);
      }} {}

stop_limit::~stop_limit() {
  done_.set_value();
  watch_.join();
}

}  // namespace mintage::app
