/// @file
/// Nodes and databases of a cluster as they are now.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/engine.hpp"
#include "storage/postgres/options.hpp"

namespace mintage::storage {

struct cluster_node_status {
  std::string name;
  /// Whether its last heartbeat is younger than the lease.
  bool is_alive = false;
  std::chrono::milliseconds since_beat{};
  std::int32_t schema = 0;
  /// Revision of the catalog that it has published.
  revision seen = 0;
  /// How far its clock is behind the database's.
  std::chrono::microseconds clock_behind{};
  /// Equal for nodes with the same settings.
  std::string settings;
};

struct cluster_host_status {
  std::size_t shard = 0;
  std::string name;
  /// "primary", "standby", or why nothing is known.
  std::string role;
  std::uint32_t timeline = 0;
  /// Octets of WAL that a standby has not received, and not applied.
  std::int64_t unreceived = 0;
  std::int64_t unapplied = 0;
};

struct cluster_status {
  revision at = 0;
  std::vector<cluster_node_status> nodes;
  std::vector<cluster_host_status> hosts;
};

/// @throws storage_error when the first shard has no primary, or no tables.
[[nodiscard]] cluster_status read_cluster_status(const postgres_options& o);

}  // namespace mintage::storage
