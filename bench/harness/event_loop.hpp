/// @file
/// Waits for the sockets of one thread, each registered once and told of by edges.
///
/// Asio, which the rest of the harness uses, asks the kernel again for each wait on a socket: one
/// system call per request that a load generator can do without.
#pragma once

#include <chrono>
#include <memory>

namespace mintage::bench {

/// Who has a socket in a loop.
class watcher {
 public:
  virtual ~watcher() = default;
  /// The socket can be read or written, or has failed; or nothing of that, after a close.
  virtual void ready() = 0;
};

class event_loop {
 public:
  using steady = std::chrono::steady_clock;

  /// @throws std::system_error.
  event_loop();
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// @param socket until it is closed. @param who outlives the loop. @returns whether it is
  /// watched.
  [[nodiscard]] bool watch(int socket, watcher& who) noexcept;
  /// Waits until something is ready, `until` at the longest, and tells all that are.
  /// @returns when the wait ended.
  steady::time_point run_once(steady::time_point until);

 private:
  struct events;

  int poll_;
  std::unique_ptr<events> events_;
};

}  // namespace mintage::bench
