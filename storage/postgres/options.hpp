/// @file
/// Configuration of the PostgreSQL engine: [storage.postgres].
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "oauth/options.hpp"
#include "oauth/types.hpp"

namespace mintage::storage {

struct postgres_options {
  /// One libpq conninfo per shard, with all hosts of that shard, in slot order and the same on all
  /// nodes. The first shard also holds clients, resources and keys. At most 64. Must not contain a
  /// password, because the effective settings are printed.
  std::vector<std::string> shards;
  /// Connections per shard for writes. The second is used while a round on the first takes longer
  /// than a millisecond.
  unsigned write_links = 2;  ///< 1..8
  unsigned read_links = 1;   ///< 1..8
  /// How long a write waits for others to share its commit.
  oauth::milliseconds gather{0};  ///< 0..20 ms
  /// How long an operation that was not sent yet waits for a database.
  oauth::milliseconds patience{2'000};  ///< 100 ms..30 s
  /// How long an operation that was sent is asked for again.
  oauth::milliseconds resolve{8'000};  ///< patience..60 s
  /// Pause between two heartbeats.
  oauth::milliseconds poll{250};  ///< 50 ms..1 s
  /// How long a node may answer after the beginning of its last successful heartbeat. Less than the
  /// time in which a standby is promoted.
  oauth::milliseconds lease{2'000};  ///< 4 × poll..10 s
  /// A node whose clock is further from the database's does not answer; 0 = clocks are not compared
  /// and not corrected.
  oauth::milliseconds max_clock_skew{10'000};  ///< at most 30 s
  /// Refuses a primary that confirms commits without a standby.
  bool require_sync = true;
};

/// @returns every limit that is broken, as key and sentence.
[[nodiscard]] std::vector<oauth::config_error> check(const postgres_options& o);

}  // namespace mintage::storage
