/// @file
/// A TCP proxy that delays, stalls and resets on demand.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace mintage::loopback {

/// Listens on a free TCP port of 127.0.0.1 and forwards each connection to another port of it. One
/// thread does the work. A change of the mode holds for all connections at once, also for octets
/// that wait. About 1 MiB waits in each direction of a connection; then nothing more is read.
/// All members may be called from any thread.
class stall_proxy {
 public:
  enum class mode : std::uint8_t {
    /// Forwards. Requests are held back for the delay, answers are not: a round trip costs one
    /// delay more.
    pass,
    /// Forwards requests, keeps answers back until the mode changes.
    mute,
    /// Accepts connections, forwards nothing and keeps what comes.
    stall,
    /// Resets all connections, and new ones as soon as they are accepted.
    reset,
  };

  /// Begins in mode `pass`, without delay. @param target the port of the server.
  /// @throws std::runtime_error when it cannot listen.
  explicit stall_proxy(std::uint16_t target);
  /// Resets all connections.
  ~stall_proxy();
  stall_proxy(const stall_proxy&) = delete;
  stall_proxy& operator=(const stall_proxy&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Returns when the change holds: after `reset` no connection is left.
  /// @param delay of requests in mode `pass`.
  void set(mode wanted, std::chrono::milliseconds delay = {});
  /// Connections that are open now.
  [[nodiscard]] std::size_t open() const noexcept;
  /// Connections since the start, those that were reset included.
  [[nodiscard]] std::size_t accepted() const noexcept;

 private:
  class pump;
  std::unique_ptr<pump> pump_;
};

}  // namespace mintage::loopback
