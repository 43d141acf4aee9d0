/// @file
/// How many connections of a listener may be open at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <utility>

namespace mintage::net {

/// Counts open connections. `enter` is called on the listener's thread, `leave` on any.
class connection_gate {
 public:
  /// @param on_room called when the count falls below `most`, on the thread that left.
  connection_gate(std::size_t most, std::function<void()> on_room)
      : most_{most}, on_room_{std::move(on_room)} {}

  void enter() noexcept { ++open_; }
  [[nodiscard]] bool is_full() const noexcept { return open_ >= most_; }
  void leave() {
    if (open_.fetch_sub(1) == most_) on_room_();
  }

 private:
  const std::size_t most_;
  std::function<void()> on_room_;
  std::atomic<std::size_t> open_{0};
};

}  // namespace mintage::net
