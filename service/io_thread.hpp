/// @file
/// The interface of an I/O thread to the parts that run on it.
#pragma once

#include <cstdint>
#include <functional>

namespace mintage::service {

/// One I/O thread. Implemented by net/.
class io_thread {
 public:
  virtual ~io_thread() = default;
  /// Runs `task` on this I/O thread after everything that is ready now. Any thread. Tasks left when
  /// the I/O thread stops are destroyed without running.
  virtual void post(std::function<void()> task) = 0;
  /// Runs `task` when there is neither another task nor a ready socket, or a millisecond later at
  /// the latest: for work that is cheaper in larger batches. Called on this I/O thread.
  virtual void post_when_idle(std::function<void()> task) { post(std::move(task)); }
  /// Since when there has always been a task to run, in monotonic nanoseconds; the largest number
  /// while there is none. Called on this I/O thread.
  [[nodiscard]] virtual std::uint64_t busy_since() const noexcept = 0;
};

}  // namespace mintage::service
