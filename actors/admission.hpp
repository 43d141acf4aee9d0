/// @file
/// Whether one more token exchange may enter: how a server stays quick when more is asked of it
/// than it can do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace mintage::actors {

/// Of one I/O thread, on which it is used. Below a fixed limit everything is admitted while answers
/// are quick. When even the quickest of a moment took longer than it should, there is a queue that
/// does not drain by itself: then only as many are admitted as are answered within that time, and
/// the others are refused at once, which costs little and lets clients go elsewhere. A queue that
/// drains is left to it: that was a burst. (After CoDel, RFC 8289: the shortest wait tells a
/// standing queue.)
class admission {
 public:
  /// Never fewer are admitted for slowness: as many as a pool keeps busy with, fsyncs included.
  static constexpr std::size_t least = 64;
  /// The quickest answer of a moment should take no longer, or four times what is usual here.
  static constexpr std::uint64_t target_ns = 10'000'000;
  static constexpr std::uint64_t moment_ns = 20'000'000;

  /// @param most exchanges in flight at most, whatever they take.
  explicit admission(std::size_t most) noexcept : most_{most}, limit_{most} {}

  /// @param now monotonic nanoseconds.
  [[nodiscard]] bool admits(std::uint64_t now, std::size_t in_flight) noexcept {
    conclude_if_due(now);
    if (in_flight < limit_) {
      ++admitted_;
      return true;
    }
    ++refused_;
    return false;
  }

  /// An exchange has been answered.
  /// @param granted denials may be quick because they take a shorter way.
  void left(std::uint64_t now, std::uint64_t took, bool granted) noexcept {
    ++left_;
    auto& quickest = granted ? quickest_granted_ : quickest_denied_;
    quickest = std::min(quickest, took);
    conclude_if_due(now);
  }

  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

 private:
  static constexpr auto none = std::numeric_limits<std::uint64_t>::max();

  void conclude_if_due(std::uint64_t now) noexcept {
    if (now - since_ < moment_ns) return;
    conclude(now - since_);
    since_ = now;
    admitted_ = left_ = refused_ = 0;
    quickest_granted_ = quickest_denied_ = none;
  }

  void conclude(std::uint64_t elapsed) noexcept {
    const auto quickest = quickest_granted_ != none ? quickest_granted_ : quickest_denied_;
    if (left_ == 0) {
      if (refused_ == 0) limit_ = most_;
      return;
    }
    if (usual_ == 0) usual_ = quickest;
    const auto target = std::max(target_ns, 4 * usual_);
    if (quickest <= target) {
      // Down at once; up by a twentieth in a second, and not because of what the limit holds back.
      usual_ = std::min(quickest, refused_ == 0 ? usual_ + usual_ / 1024 + 1 : usual_);
      // What the limit holds back would come at once: it is lifted in steps while it holds any.
      limit_ = refused_ == 0 ? most_ : std::min(most_, limit_ + limit_ / 8 + 1);
    } else if (admitted_ >= left_) {
      // Few are in flight, and they are slow nevertheless: that is no queue, but a slow disk.
      if (limit_ <= least) usual_ += (quickest - usual_) / 2;
      const auto answered_in_target = static_cast<std::size_t>(
          static_cast<double>(left_) * static_cast<double>(target) / static_cast<double>(elapsed));
      limit_ = std::min(limit_, std::max(least, answered_in_target));
    }
  }

  const std::size_t most_;
  std::size_t limit_;
  /// What the quickest answer takes when nothing waits; 0 = not known yet.
  std::uint64_t usual_ = 0;
  // Of the moment that began at `since_`.
  std::uint64_t since_ = 0;
  std::uint64_t admitted_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t quickest_granted_ = none;
  std::uint64_t quickest_denied_ = none;
};

}  // namespace mintage::actors
