/// @file
/// A PostgreSQL primary with two standbys, and its failover.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "loopback/postgres.hpp"

namespace mintage::loopback {

/// Servers "a", "b" and "c", the first one primary at the start. Not thread-safe.
/// Members throw as those of `postgres`.
class postgres_group {
 public:
  enum class replication : std::uint8_t {
    /// A commit is answered when one standby has it on disk: "ANY 1 (a,b,c)" on all three, so that
    /// a promoted standby never acknowledges alone. Safe only because `fail_over` knows that the
    /// old primary is dead.
    quorum,
    /// A commit is answered when the primary has it.
    asynchronous,
  };

  /// Starts all three. Returns when both standbys stream.
  explicit postgres_group(replication kind = replication::quorum, postgres_options options = {});

  static constexpr std::size_t size = 3;
  [[nodiscard]] postgres& server(std::size_t i) { return *servers_.at(i); }
  [[nodiscard]] postgres& primary() { return *servers_.at(primary_); }
  [[nodiscard]] std::size_t primary_number() const noexcept { return primary_; }

  /// libpq's conninfo with all three hosts, the same before and after a failover.
  [[nodiscard]] std::string conninfo(const std::string& database = "postgres") const;

  /// Promotes the more advanced standby, and lets the other one follow it. @pre the primary is dead
  /// or stopped for good. @returns the time from the call until the new primary takes writes
  ///          and the other one was told; with `quorum`, commits wait until that one streams.
  std::chrono::milliseconds promote_standby();
  /// Kills the primary, then `promote_standby`. @returns its time, that of the kill included.
  std::chrono::milliseconds fail_over();
  /// Replaces a server that is not the primary by a new standby of the primary, with its name and
  /// its TCP port.
  void renew(std::size_t i);
  /// Goes back to the state of a stopped standby, as if it were a backup: kills the others,
  /// promotes this one, and makes new standbys of it.
  void restore(std::size_t i);

 private:
  replication kind_;
  std::array<std::unique_ptr<postgres>, size> servers_;
  std::size_t primary_ = 0;
};

}  // namespace mintage::loopback
