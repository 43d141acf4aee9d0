#include "storage/postgres/node_meters.hpp"

#include <algorithm>

namespace mintage::storage::postgres {
namespace {

using metrics::metric_type;

metrics::labels of_shard(std::size_t shard) {
  return {{"shard", std::to_string(shard)}};
}

}  // namespace

shard_meters::shard_meters(std::size_t shard)
    : failovers{*this,
                {"mintage_store_failovers_total", "Times that a shard got a new primary."},
                of_shard(shard)},
      oldest_snapshot{*this,
                      {"mintage_store_oldest_snapshot_seconds",
                       "Age of the oldest transaction, which keeps dead rows.", metric_type::gauge},
                      of_shard(shard)},
      purged_buckets{*this,
                     {"mintage_store_purged_total",
                      "Buckets of tombstones that were emptied, and rows that were swept."},
                     {{"table", "tomb"}}},
      purged_rows{*this,
                  {"mintage_store_purged_total",
                   "Buckets of tombstones that were emptied, and rows that were swept."},
                  {{"table", "others"}}} {}

cluster_meters::cluster_meters(std::size_t shards_count) {
  show({{"mintage_cluster_lease_seconds",
         "How long this node may still answer without a new heartbeat.", metric_type::gauge, 1e-9},
        {},
        metrics::shown::always,
        metrics::sign::plus,
        [this] {
          const auto left = std::chrono::steady_clock::duration{lease_until.load()} -
                            std::chrono::steady_clock::now().time_since_epoch();
          return static_cast<std::uint64_t>(
              std::max<std::int64_t>(0, std::chrono::nanoseconds{left}.count()));
        }});
  for (auto i = std::size_t{0}; i < shards_count; ++i)
    shards.push_back(std::make_unique<shard_meters>(i));
}

}  // namespace mintage::storage::postgres
