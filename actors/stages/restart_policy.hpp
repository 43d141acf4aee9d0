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
  /// Restarts within `window` at most, times the members of the pool.
  std::size_t most = 10;
  std::chrono::nanoseconds window = std::chrono::seconds{60};
  /// The first restart within `window` does not wait, the second waits this long, each further one
  /// twice as long as the one before.
  std::chrono::milliseconds first_wait{10};
  std::chrono::milliseconds longest_wait{5000};
};

/// The restarts of one pool. With the default rules, a member that always fails is given up after
/// about five seconds. Not thread-safe.
class restart_policy {
 public:
  /// @param members of the pool, at least one.
  restart_policy(const restart_rules& rules, std::size_t members)
      : rules_{rules}, members_{members} {}

  /// A member has ended.
  /// @param now monotonic nanoseconds.
  /// @returns how long to wait until it is replaced; nothing when its pool is given up.
  [[nodiscard]] std::optional<std::chrono::milliseconds> note_end(std::uint64_t now);

 private:
  restart_rules rules_;
  std::size_t members_;
  std::deque<std::uint64_t> ends_;  ///< within the window
};

}  // namespace mintage::actors
