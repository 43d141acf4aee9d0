/// @file
/// The clock of a running server.
#pragma once

#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <utility>

#include "app/cluster_clock.hpp"
#include "oauth/types.hpp"

namespace mintage::app {

/// How far the system's clock may move forward without a confirmation: at once, and again in each
/// later hour.
constexpr auto followed_jump = oauth::milliseconds{60'000};

/// The result of `forward_clock::watch`: what happened since the call before.
enum class clock_change : std::uint8_t { none, jumped, returned, confirmed, jumped_and_confirmed };

/// Wall-clock time that follows `Wall` forward and never goes back. When `Wall` is set back, time
/// continues with `Steady` from its last value until the process ends, so that no expired code
/// becomes valid again (NEG-210). When `Wall` is set forward by more than `followed_jump`, time
/// also continues with `Steady` until the new time is confirmed: it lasts, or an operator confirms
/// it. So a clock that is wrong for a second affects no token and no record. Thread-safe; `now`
/// takes no lock.
/// @tparam Wall, Steady clocks like those of std::chrono; `Steady` never goes back.
template <class Wall, class Steady>
class forward_clock final : public oauth::clock {
 public:
  /// Trusts the time at construction.
  forward_clock() { restart(); }

  /// Trusts the time of `Wall` as it is now, also when that is back. For a start: nothing may have
  /// been dated yet.
  void restart() noexcept {
    const auto guard = std::scoped_lock{mutex_};
    const auto at_start = look();
    ahead_ = at_start.ahead;
    limit_ = at_start.ahead + followed_jump.count();
    refilled_ = at_start.steady;
    jump_.reset();
    confirmed_ = false;
  }

  [[nodiscard]] oauth::instant now() const noexcept override {
    const auto seen = look();
    auto ahead = ahead_.load(std::memory_order_relaxed);
    while (seen.ahead > ahead && seen.ahead <= limit_.load(std::memory_order_relaxed) &&
           !ahead_.compare_exchange_weak(ahead, seen.ahead, std::memory_order_relaxed)) {
    }
    return oauth::instant{
        std::chrono::milliseconds{seen.steady + ahead_.load(std::memory_order_relaxed)}};
  }

  [[nodiscard]] bool is_confirmed() const noexcept override {
    return look().ahead <= limit_.load(std::memory_order_relaxed);
  }

  oauth::milliseconds confirm() noexcept override {
    const auto guard = std::scoped_lock{mutex_};
    const auto seen = look();
    const auto jump = oauth::milliseconds{seen.ahead - ahead_.load(std::memory_order_relaxed)};
    if (seen.ahead <= limit_.load(std::memory_order_relaxed)) return oauth::milliseconds{0};
    follow(seen.ahead);
    return jump;
  }

  /// Called several times a second by one thread. Detects jumps, and confirms a time that has
  /// lasted. @param lasting how long; 0 = only the operator confirms.
  [[nodiscard]] clock_change watch(oauth::milliseconds lasting) noexcept {
    const auto guard = std::scoped_lock{mutex_};
    const auto seen = look();
    // While a time is doubted the limit must not grow over it.
    if (!jump_) refill(seen.steady);
    if (seen.ahead <= limit_.load(std::memory_order_relaxed)) {
      const auto was_confirmed = std::exchange(confirmed_, false);
      const auto was_seen = std::exchange(jump_, std::nullopt).has_value();
      if (was_confirmed)
        return was_seen ? clock_change::confirmed : clock_change::jumped_and_confirmed;
      return was_seen ? clock_change::returned : clock_change::none;
    }
    if (!jump_ || std::abs(seen.ahead - jump_->ahead) > followed_jump.count()) {
      jump_ = seen;
      confirmed_ = false;
      return clock_change::jumped;
    }
    if (lasting.count() == 0 || seen.steady - jump_->steady < lasting.count())
      return clock_change::none;
    follow(seen.ahead);
    confirmed_ = false;
    jump_.reset();
    return clock_change::confirmed;
  }

  /// How far the system's clock is ahead of this one while its time is not confirmed; else 0.
  [[nodiscard]] oauth::milliseconds unconfirmed() const noexcept {
    const auto seen = look();
    if (seen.ahead <= limit_.load(std::memory_order_relaxed)) return oauth::milliseconds{0};
    return oauth::milliseconds{seen.ahead - ahead_.load(std::memory_order_relaxed)};
  }

 private:
  /// One reading of both clocks, in milliseconds.
  struct reading {
    std::int64_t steady = 0;
    std::int64_t ahead = 0;  ///< `Wall` minus `Steady`
  };
  static reading look() noexcept {
    // In this order: when the thread is delayed in between, `Wall` is read too early, which is not
    // a jump.
    const auto wall = read<Wall>();
    const auto steady = read<Steady>();
    return {steady, wall - steady};
  }
  /// Milliseconds since the clock's epoch.
  template <class Clock>
  static std::int64_t read() noexcept {
    return std::chrono::floor<std::chrono::milliseconds>(Clock::now().time_since_epoch()).count();
  }

  /// Small steps are limited as well: each hour allows one more `followed_jump`.
  void refill(std::int64_t steady) noexcept {
    constexpr auto rate = std::chrono::milliseconds{std::chrono::hours{1}} / followed_jump;
    const auto earned = (steady - refilled_) / rate;
    refilled_ += earned * rate;
    limit_ = std::min(ahead_.load(std::memory_order_relaxed) + followed_jump.count(),
                      limit_.load(std::memory_order_relaxed) + earned);
  }

  /// Accepts the system's time. The caller holds the lock.
  void follow(std::int64_t ahead) noexcept {
    confirmed_ = true;
    limit_ = ahead + followed_jump.count();
    auto known = ahead_.load(std::memory_order_relaxed);
    while (ahead > known && !ahead_.compare_exchange_weak(known, ahead)) {
    }
  }

  /// `Wall` minus `Steady` in milliseconds: the largest trusted value.
  mutable std::atomic<std::int64_t> ahead_{0};
  /// The largest value that is followed without a confirmation.
  std::atomic<std::int64_t> limit_{0};
  std::mutex mutex_;  // guards the rest
  /// When `limit_` was last raised.
  std::int64_t refilled_ = 0;
  /// The unconfirmed time, as first read.
  std::optional<reading> jump_;
  /// Whether `confirm` accepted it.
  bool confirmed_ = false;
};

/// Monotonic time that includes sleep of the machine, so that waking up is not a jump.
struct boot_clock {
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<boot_clock>;
  static time_point now() noexcept {
    auto t = timespec{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return time_point{std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec}};
  }
};

using system_clock = forward_clock<cluster_wall_clock, boot_clock>;

}  // namespace mintage::app
