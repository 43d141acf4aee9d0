/// @file
/// What an engine on PostgreSQL needs to know of the process that it runs in.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "crypto/bytes.hpp"
#include "oauth/types.hpp"
#include "storage/postgres/connector.hpp"

namespace mintage::storage {

struct postgres_node {
  /// Random, new for each start.
  crypto::bytes<16> id{};
  /// For the operator: the host's name.
  std::string name;
  /// Digest of the settings that all nodes should share.
  std::string settings;
  /// As of oauth::options::code_tombstone.
  std::chrono::seconds tombstone{};
  /// The time of the server; follows `follow`. Outlives the engine.
  const oauth::clock& clock;
  /// The system's own time since 1970, without any correction.
  std::function<std::chrono::microseconds()> wall_time;
  /// Receives how far the system's time is behind the database's, several times a second, on a
  /// thread of the engine. First called before the engine is open.
  std::function<void(std::chrono::microseconds behind)> follow;
  postgres::teller tell;
  /// How long an opening waits for the first shard.
  std::chrono::milliseconds opening{10'000};
  /// Whether this node may remove what is over. Off in tests that look at expired records.
  bool cleans = true;
};

}  // namespace mintage::storage
