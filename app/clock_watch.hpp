/// @file
/// Watches the server's clock and reports jumps of the system's clock to the operator.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "app/event_log.hpp"
#include "app/system_clock.hpp"
#include "metrics/group.hpp"

namespace mintage::app {

struct alignas(64) clock_meters : metrics::meter_group {
  metrics::counter jumps{*this,
                         {"mintage_clock_jumps_total",
                          "Times to which the system's clock jumped ahead by more than a minute."}};
  metrics::gauge unconfirmed_ms{
      *this,
      {"mintage_clock_unconfirmed_seconds",
       "How far the system's clock is ahead of the time in use, until that is confirmed.",
       metrics::metric_type::gauge, 1e-3}};
};

/// Reads the clock several times a second on a thread of its own, until it is destroyed. A jump is
/// logged as an error, its end as a warning.
class clock_watch {
 public:
  /// @param clock, log outlive the watch. @param lasting as of `forward_clock::watch`.
  clock_watch(system_clock& clock, oauth::milliseconds lasting, event_log& log);

  /// Sets another `lasting`. Any thread.
  void set_lasting(oauth::milliseconds lasting) noexcept { lasting_ = lasting; }

  [[nodiscard]] const metrics::meter_group& meters() const noexcept { return meters_; }

 private:
  void run(const std::stop_token& stop);
  void tell(clock_change change);

  system_clock& clock_;
  std::atomic<oauth::milliseconds> lasting_;
  event_log& log_;
  clock_meters meters_;
  std::mutex mutex_;  // guards stopped_
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace mintage::app
