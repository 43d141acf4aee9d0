/// @file
/// Reports the server's state to systemd, or to a manager with the same protocol.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/service.hpp"

namespace mintage::app {

/// The value of an environment variable, which is removed; empty without it.
/// @pre no other thread uses the environment.
[[nodiscard]] std::string taken_from_environment(const char* name);
/// @returns nothing for what is not a positive decimal number.
[[nodiscard]] std::optional<std::int64_t> positive_number(std::string_view text);

/// Sends datagrams to the socket that NOTIFY_SOCKET names. Does nothing without that variable. Not
/// thread-safe. @see sd_notify(3)
class service_manager {
 public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and removes them from the environment.
  /// @pre no other thread uses the environment.
  service_manager();
  ~service_manager();
  service_manager(const service_manager&) = delete;
  service_manager& operator=(const service_manager&) = delete;

  /// Sends lines of NAME=VALUE. A failure is ignored: the manager may be gone or its queue full.
  void tell(std::string_view lines) const noexcept;
  /// Time without a notification after which the manager ends the server; nothing when it does not.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const noexcept {
    return watchdog_;
  }

 private:
  int socket_ = -1;
  std::string address_;
  std::optional<std::chrono::microseconds> watchdog_;
};

/// Checks that all I/O threads make progress. Not thread-safe. The I/O threads outlive this object
/// and run all tasks posted to them.
class progress_check {
 public:
  explicit progress_check(std::vector<service::io_thread*> io_threads);
  /// Posts a task to each I/O thread, if all have run the former one.
  /// @returns whether all threads have run their task since the last call; true at first.
  [[nodiscard]] bool all_progressed();

 private:
  std::vector<service::io_thread*> io_threads_;
  std::shared_ptr<std::atomic<std::size_t>> missing_;
};

}  // namespace mintage::app
