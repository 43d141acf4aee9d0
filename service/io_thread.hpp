/// @file
/// One I/O thread, as the parts that run on it see it.
#pragma once

#include <cstdint>
#include <functional>

namespace mintage::service {

/// One I/O thread, as the server behind it sees it. Implemented by net/.
class io_thread {
 public:
  virtual ~io_thread() = default;
  /// Runs `task` on this I/O thread after what is ready now. Any thread. Tasks that are left when
  /// the I/O thread stops are destroyed unrun.
  virtual void post(std::function<void()> task) = 0;
  /// Runs `task` when there is neither another task nor a socket that is ready, but a millisecond
  /// later at the latest: for what is cheaper when more has come together. On this I/O thread.
  virtual void post_when_idle(std::function<void()> task) { post(std::move(task)); }
  /// Since when there has always been a task to run, in monotonic nanoseconds; the largest number
  /// while there is none. On this I/O thread.
  [[nodiscard]] virtual std::uint64_t busy_since() const noexcept = 0;
};

}  // namespace mintage::service
