/// @file
/// The clock of a running server.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "oauth/types.hpp"

namespace mintage::app {

/// Wall-clock time that follows `Wall` forward and never goes back. When `Wall` is set back, time
/// continues with `Steady` from its last value until the process ends, so that no expired code
/// becomes valid again (NEG-210). Thread-safe, without a lock.
/// @tparam Wall, Steady clocks like those of std::chrono; `Steady` never goes back.
template <class Wall, class Steady>
class forward_clock final : public oauth::clock {
 public:
  [[nodiscard]] oauth::instant now() const noexcept override {
    const auto steady = read<Steady>();
    const auto wall = read<Wall>();
    auto ahead = ahead_.load(std::memory_order_relaxed);
    while (wall - steady > ahead &&
           !ahead_.compare_exchange_weak(ahead, wall - steady, std::memory_order_relaxed)) {
    }
    return oauth::instant{
        std::chrono::milliseconds{steady + ahead_.load(std::memory_order_relaxed)}};
  }

 private:
  /// Milliseconds since the clock's epoch.
  template <class Clock>
  static std::int64_t read() noexcept {
    return std::chrono::floor<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
  }

  /// The largest value of `Wall` minus `Steady` seen so far, in milliseconds.
  mutable std::atomic<std::int64_t> ahead_{0};
};

using system_clock = forward_clock<std::chrono::system_clock, std::chrono::steady_clock>;

}  // namespace mintage::app
