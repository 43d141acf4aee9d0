/// @file
/// When an actor that ended is replaced, and when its pool is given up.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace mintage::actors {

struct restart_rules {
  /// Restarts of a member within `window` at most.
  std::size_t most = 10;
  std::chrono::nanoseconds window = std::chrono::seconds{60};
  /// The first restart within `window` does not wait, the second waits this long, each further one
  /// twice as long as the one before.
  std::chrono::milliseconds first_wait{10};
  std::chrono::milliseconds longest_wait{5000};
};

/// The restarts of one member. With the default rules, a member that always fails is given up after
/// about five seconds, however many members its pool has. Not thread-safe.
class restart_policy {
 public:
  explicit restart_policy(const restart_rules& rules) : rules_{rules} {}

  /// The member has ended.
  /// @param now monotonic nanoseconds.
  /// @returns how long to wait until it is replaced; nothing when its pool is given up.
  [[nodiscard]] std::optional<std::chrono::milliseconds> note_end(std::uint64_t now);

 private:
  restart_rules rules_;
  std::deque<std::uint64_t> ends_;  ///< within the window
};

}  // namespace mintage::actors
