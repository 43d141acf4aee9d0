/// @file
/// `mintage-bench cluster --kill`: servers are killed while people log in, and no login may be lost
/// or doubled.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/cluster.hpp"
#include "bench/harness/login_book.hpp"

namespace mintage::bench {

enum class victim : std::uint8_t {
  /// The primary; the more advanced standby is promoted, and the killed one becomes a standby.
  primary,
  /// A standby, which is made anew.
  standby,
  /// The last node that runs. It stays away.
  node,
};
inline constexpr std::size_t victims_count = 3;
[[nodiscard]] std::string_view name_of(victim v) noexcept;

struct kill_event {
  victim who = victim::primary;
  nanoseconds at{0};  ///< since the beginning of the load
};
/// @param text for example "primary@10s", "node@500ms" or "standby@3".
/// @returns nothing for another form.
[[nodiscard]] std::optional<kill_event> parse_kill(std::string_view text);

struct kill_result {
  struct event {
    kill_event what;
    /// From the kill until the promoted standby took writes; zero for other victims.
    std::chrono::milliseconds promotion{0};
    /// The longest time without an acknowledged login from this kill until the next one or the end.
    nanoseconds gap{0};
  };
  std::vector<event> events;
  /// The longest time without an acknowledged login before the first kill.
  nanoseconds gap_before{0};
  login_book::sums book;
  double seconds = 0;
  std::size_t nodes = 0;
  std::size_t connections = 0;
  machine where;
};

/// Starts a primary with two standbys and nodes, and lets as many threads as there are connections
/// mint codes at one node and exchange each at the next one, for `how.duration`. Then exchanges
/// every code again: a code that was granted must be refused, and one whose outcome was unclear
/// must be granted or refused. A kill waits for the repair of the one before; the load then lasts
/// longer by as much.
/// @param plan sorted by time.
/// @throws std::runtime_error when a server cannot be started, killed or promoted.
[[nodiscard]] kill_result run_kill_plan(const cluster_method& m,
                                        const std::vector<kill_event>& plan, const scenario& what,
                                        const method& how, progress_line& line);

[[nodiscard]] boost::json::object to_json(const kill_result& r);
[[nodiscard]] std::string to_text(const kill_result& r);

}  // namespace mintage::bench
