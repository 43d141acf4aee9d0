/// @file
/// Tells systemd, or what speaks its protocol, how the server is doing.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/service.hpp"

namespace mintage::app {

/// Datagrams to the socket that NOTIFY_SOCKET names. Does nothing when the environment has none.
/// Not thread-safe. @see sd_notify(3)
class service_manager {
 public:
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment.
  /// @pre no other thread uses the environment.
  service_manager();
  ~service_manager();
  service_manager(const service_manager&) = delete;
  service_manager& operator=(const service_manager&) = delete;

  /// Sends lines of NAME=VALUE. A manager that is gone or full is no reason to fail.
  void tell(std::string_view lines) const noexcept;
  /// After how long without a sign of life the manager ends the server; nothing when it does not.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const noexcept {
    return watchdog_;
  }

 private:
  int socket_ = -1;
  std::string address_;
  std::optional<std::chrono::microseconds> watchdog_;
};

/// Whether all I/O threads make progress. Not thread-safe; the I/O threads must outlive it, and run
/// what was posted to them.
class progress_check {
 public:
  explicit progress_check(std::vector<service::io_thread*> io_threads);
  /// Asks each I/O thread for a sign of life if all gave the last one.
  /// @returns whether all did since the call before; true at first.
  [[nodiscard]] bool all_progressed();

 private:
  std::vector<service::io_thread*> io_threads_;
  std::shared_ptr<std::atomic<std::size_t>> missing_;
};

}  // namespace mintage::app
