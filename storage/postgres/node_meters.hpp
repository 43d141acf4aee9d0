/// @file
/// Metrics of a node's part in the cluster.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "metrics/group.hpp"

namespace mintage::storage::postgres {

/// Of one shard. Written by the thread of its heartbeat.
struct alignas(64) shard_meters : metrics::meter_group {
  explicit shard_meters(std::size_t shard);

  metrics::gauge failovers;
  metrics::gauge oldest_snapshot;
  metrics::counter purged_buckets;
  metrics::counter purged_rows;
};

/// Of the node. Written by the thread of the first shard's heartbeat.
struct alignas(64) cluster_meters : metrics::meter_group {
  explicit cluster_meters(std::size_t shards);

  metrics::gauge nodes{*this,
                       {"mintage_cluster_nodes", "Nodes that are alive, this one included.",
                        metrics::metric_type::gauge}};
  metrics::gauge clock_offset_us{
      *this,
      {"mintage_cluster_clock_offset_seconds",
       "How far the system's clock is from the database's, in either direction.",
       metrics::metric_type::gauge, 1e-6}};
  metrics::gauge revision{
      *this, {"mintage_cluster_revision", "Revision of the catalog.", metrics::metric_type::gauge}};
  metrics::gauge behind{
      *this,
      {"mintage_cluster_behind", "Revisions that the slowest live node has not published.",
       metrics::metric_type::gauge}};
  metrics::gauge config_mismatch{
      *this,
      {"mintage_cluster_config_mismatch",
       "Live nodes whose settings or admin tokens differ from this one's.",
       metrics::metric_type::gauge}};
  /// Steady time, in ticks, until which this node may answer.
  std::atomic<std::chrono::steady_clock::rep> lease_until{0};

  std::vector<std::unique_ptr<shard_meters>> shards;
};

}  // namespace mintage::storage::postgres
