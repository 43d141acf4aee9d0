/// @file
/// Waits for the sockets of one thread. Each is registered once with the kernel, edge-triggered.
///
/// Asio, which the rest of the harness uses, registers each wait on a socket again: a system call
/// per request that a load generator can avoid.
#pragma once

#include <chrono>
#include <memory>

namespace mintage::bench {

/// The owner of a socket in a loop.
class watcher {
 public:
  virtual ~watcher() = default;
  /// Called when the socket can be read or written, or has failed. A call without an event is
  /// possible after a close.
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

  /// Registers a socket until it is closed. @param who outlives the loop. @returns whether it
  /// succeeded.
  [[nodiscard]] bool watch(int socket, watcher& who) noexcept;
  /// Waits until a socket is ready, or until `until`, and calls the watcher of every ready socket.
  /// @returns when the wait ended.
  steady::time_point run_once(steady::time_point until);

 private:
  struct events;

  int poll_;
  std::unique_ptr<events> events_;
};

}  // namespace mintage::bench
