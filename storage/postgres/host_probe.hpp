/// @file
/// What the hosts of a shard say of themselves, for the operator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/postgres/session.hpp"

namespace mintage::storage::postgres {

struct host_state {
  std::string name;
  /// Why nothing else is known; empty = all of it is.
  std::string error;
  bool is_standby = false;
  /// Of a standby: as of its last restart point.
  std::uint32_t timeline = 0;
  /// Octets of WAL since the beginning: written, or received by a standby.
  std::int64_t written = 0;
  /// What a standby has applied.
  std::int64_t applied = 0;
  /// Its clock, and when it was read.
  std::int64_t clock_ms = 0;
  steady_time asked_at{};
  /// The session, for further questions.
  std::optional<session> with{};
};

/// Asks every host, one after the other, 3 s at most each.
[[nodiscard]] std::vector<host_state> probe_hosts(const shard_address& address);

/// The primary with the highest timeline; null when there is none.
[[nodiscard]] host_state* find_primary(std::vector<host_state>& hosts);

}  // namespace mintage::storage::postgres
