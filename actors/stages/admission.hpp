/// @file
/// Whether one more token exchange may enter: how a server stays quick when more is asked of it
/// than it can do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace mintage::actors {

/// Of one I/O thread, on which it is used. As long as the thread runs out of work now and then,
/// what was admitted gets done, and everything is admitted, up to a fixed limit. When it was busy
/// for a whole moment, there may be a queue that does not drain: then no more may be in flight than
/// are answered in 20 ms, or a quarter more than there are, which shrinks to that within some 0.2
/// s. If others still ask, this is a storm: only as many are admitted as are answered in 5 ms, and
/// the others are refused at once, which costs little and lets clients go elsewhere. A thread that
/// runs out of work in a storm could have done more, so the limit rises until it does not: those
/// who wait for a disk are many without being a queue.
class admission {
 public:
  static constexpr std::uint64_t moment_ns = 5'000'000;
  static constexpr std::uint64_t queue_ns = 20'000'000;
  static constexpr std::uint64_t storm_ns = 5'000'000;
  /// Never fewer are admitted in a storm: they make the batches of the pools worth their while.
  static constexpr std::size_t least = 32;
  /// Nor outside of one: so many who each wait for their answer are no storm, however slow it is.
  static constexpr std::size_t least_queue = 64;

  /// @param most exchanges in flight at most, whatever they take.
  explicit admission(std::size_t most) noexcept : most_{most}, limit_{most} {}

  /// Whether one more may enter. A no counts as a refusal.
  /// @param now monotonic nanoseconds. @param busy_since when the thread last ran out of work, as
  ///        service::io_thread says.
  [[nodiscard]] bool has_room(std::uint64_t now, std::size_t in_flight,
                              std::uint64_t busy_since) noexcept {
    conclude_if_due(now, in_flight, busy_since);
    if (in_flight < limit_) return true;
    ++refused_;
    return false;
  }

  /// An exchange has been answered. @param in_flight without it.
  void left(std::uint64_t now, std::size_t in_flight, std::uint64_t busy_since) noexcept {
    ++left_;
    conclude_if_due(now, in_flight, busy_since);
  }

  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

 private:
  void conclude_if_due(std::uint64_t now, std::size_t in_flight,
                       std::uint64_t busy_since) noexcept {
    if (now - since_ < moment_ns) return;
    // What was reached counts for a while: a moment in which somebody else had the core says little
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
    if (left_ == 0) return;  // nobody knows how long a queue is of which none has been answered
    const auto shrunk = limit_ == most_ ? in_flight + in_flight / 4 : limit_ - limit_ / 32;
    limit_ = std::min(limit_, std::max({least_queue, shrunk, answered_in(queue_ns)}));
  }

  [[nodiscard]] std::size_t answered_in(std::uint64_t ns) const noexcept {
    return static_cast<std::size_t>(rate_ * static_cast<double>(ns));
  }

  const std::size_t most_;
  std::size_t limit_;
  /// The last limit at which the thread ran out of work in this storm; 0 = it never did.
  std::size_t too_low_ = 0;
  /// Answers per nanosecond of the best moments of late.
  double rate_ = 0;
  // Of the moment that began at `since_`.
  std::uint64_t since_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace mintage::actors
