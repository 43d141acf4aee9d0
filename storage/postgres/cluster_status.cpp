#include "storage/postgres/cluster_status.hpp"

#include <algorithm>

#include "storage/postgres/host_probe.hpp"

namespace mintage::storage {

using namespace postgres;

namespace {

constexpr auto limit = std::chrono::seconds{5};

constexpr auto nodes_statement = sql{"", R"(
SELECT v.v, n.name, (extract(epoch FROM clock_timestamp()) * 1000)::int8 - n.beat, n.schema, n.seen,
  n.offset_us, n.settings
FROM mintage.version v LEFT JOIN mintage.node n ON true ORDER BY n.name, n.id)"};

void add_hosts(cluster_status& to, std::size_t shard, const std::vector<host_state>& hosts,
               const host_state* primary) {
  for (const auto& h : hosts) {
    auto made = cluster_host_status{};
    made.shard = shard;
    made.name = h.name;
    made.role = !h.error.empty() ? h.error : h.is_standby ? "standby" : "primary";
    made.timeline = h.timeline;
    if (primary != nullptr && h.is_standby) {
      made.unreceived = std::max<std::int64_t>(0, primary->written - h.written);
      made.unapplied = std::max<std::int64_t>(0, primary->written - h.applied);
    }
    to.hosts.push_back(std::move(made));
  }
}

void add_nodes(cluster_status& to, session& s, std::chrono::milliseconds lease) {
  const auto found = s.run(nodes_statement, {}, std::chrono::steady_clock::now() + limit);
  if (!found) throw storage_error{"shard 0: " + to_string(found.error())};
  for (auto row = 0; row < found->count(); ++row) {
    to.at = static_cast<revision>(found->int8(row, 0));
    if (found->is_null(row, 1)) continue;
    const auto since = std::chrono::milliseconds{found->int8(row, 2)};
    to.nodes.push_back({.name = std::string{found->octets(row, 1)},
                        .is_alive = since < lease,
                        .since_beat = since,
                        .schema = found->int4(row, 3),
                        .seen = static_cast<revision>(found->int8(row, 4)),
                        .clock_behind = std::chrono::microseconds{found->int8(row, 5)},
                        .settings = std::string{found->octets(row, 6)}});
  }
}

}  // namespace

cluster_status read_cluster_status(const postgres_options& o) {
  auto status = cluster_status{};
  for (auto i = std::size_t{0}; i < o.shards.size(); ++i) {
    const auto address = parse_address(o.shards[i]);
    if (!address) throw storage_error{"storage.postgres.shards: " + address.error()};
    auto hosts = probe_hosts(*address);
    auto* primary = find_primary(hosts);
    if (i == 0 && primary == nullptr)
      throw storage_error{"shard 0 has no primary: mintage db check says more"};
    if (i == 0) add_nodes(status, *primary->with, o.lease);
    add_hosts(status, i, hosts, primary);
  }
  return status;
}

}  // namespace mintage::storage
