/// @file
/// Admission of token exchanges: keeps a server fast when more is requested than it can do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace mintage::actors {

/// The admission of one I/O thread, used on that thread. It decides once per interval of 5 ms.
///
/// While the thread runs out of work now and then, everything is admitted, up to a fixed limit.
/// When the thread stays busy for a whole interval, cap the requests in flight at 125 % of the
/// current count, then lower the cap over about 0.2 s to what is answered in 20 ms. When requests
/// are refused under that cap, this is a storm: admit only what is answered in 5 ms, and refuse the
/// others at once. A thread that runs out of work in a storm could have done more, because its
/// requests wait for a disk; so raise the cap until it does not.
class admission {
 public:
  static constexpr std::uint64_t moment_ns = 5'000'000;
  static constexpr std::uint64_t queue_ns = 20'000'000;
  static constexpr std::uint64_t storm_ns = 5'000'000;
  /// Minimum cap in a storm: enough for batches of a useful size.
  static constexpr std::size_t least = 32;
  /// Minimum cap outside a storm: so many clients that wait for their answers are not a storm,
  /// however slow the answers are.
  static constexpr std::size_t least_queue = 64;

  /// @param most exchanges in flight at most, in any case.
  explicit admission(std::size_t most) noexcept : most_{most}, limit_{most} {}

  /// Whether one more exchange is admitted. False counts as a refusal.
  /// @param now monotonic nanoseconds. @param busy_since when the thread last ran out of work, as
  ///        of service::io_thread.
  [[nodiscard]] bool has_room(std::uint64_t now, std::size_t in_flight,
                              std::uint64_t busy_since) noexcept {
    conclude_if_due(now, in_flight, busy_since);
    if (in_flight < limit_) return true;
    ++refused_;
    return false;
  }

  /// Counts an answered exchange. @param in_flight without it.
  void left(std::uint64_t now, std::size_t in_flight, std::uint64_t busy_since) noexcept {
    ++left_;
    conclude_if_due(now, in_flight, busy_since);
  }

  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
  /// Sets another maximum. @param most as of the constructor.
  void set_most(std::size_t most) noexcept {
    limit_ = limit_ == most_ ? most : std::min(limit_, most);
    most_ = most;
  }

 private:
  void conclude_if_due(std::uint64_t now, std::size_t in_flight,
                       std::uint64_t busy_since) noexcept {
    if (now - since_ < moment_ns) return;
    // The best rate is kept for a while: an interval in which other work had the core says little
    // about the next one.
    rate_ = std::max(rate_ - rate_ / 32,
                     static_cast<double>(left_) / static_cast<double>(now - since_));
    if (busy_since > since_) {
      conclude_idle();
    } else {
      conclude_busy(in_flight);
    }
    since_ = now;
    left_ = refused_ = 0;
  }

  void conclude_idle() noexcept {
    if (refused_ == 0) {
      limit_ = most_;
      too_low_ = 0;
      return;
    }
    too_low_ = limit_;
    limit_ = std::min(most_, limit_ + limit_ / 4 + 1);
  }

  void conclude_busy(std::size_t in_flight) noexcept {
    if (refused_ != 0) {
      too_low_ -= too_low_ / 64;
      limit_ = std::min(limit_, std::max({least, too_low_ + too_low_ / 8, answered_in(storm_ns)}));
      return;
    }
    if (left_ == 0) return;  // without an answer the length of the queue is unknown
    const auto shrunk = limit_ == most_ ? in_flight + in_flight / 4 : limit_ - limit_ / 32;
    limit_ = std::min(limit_, std::max({least_queue, shrunk, answered_in(queue_ns)}));
  }

  [[nodiscard]] std::size_t answered_in(std::uint64_t ns) const noexcept {
    return static_cast<std::size_t>(rate_ * static_cast<double>(ns));
  }

  std::size_t most_;
  std::size_t limit_;
  /// The last cap at which the thread ran out of work in this storm; 0 = it never did.
  std::size_t too_low_ = 0;
  /// Answers per nanosecond in the best recent intervals.
  double rate_ = 0;
  // Of the interval that began at `since_`.
  std::uint64_t since_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace mintage::actors
