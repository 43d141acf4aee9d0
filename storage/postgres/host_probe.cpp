#include "storage/postgres/host_probe.hpp"

namespace mintage::storage::postgres {
namespace {

constexpr auto limit = std::chrono::seconds{3};

constexpr auto state_statement = sql{"", R"(
SELECT pg_is_in_recovery(),
  CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
  ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int4 END,
  (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END
    - '0/0')::int8,
  (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END
    - '0/0')::int8,
  (extract(epoch FROM clock_timestamp()) * 1000)::int8)"};

host_state probe(const host_address& host) {
  auto state = host_state{};
  state.name = host.name;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  auto dialled = session::dial(host, deadline);
  if (!dialled) {
    state.error = to_string(dialled.error());
    return state;
  }
  const auto said = dialled->run(state_statement, {}, deadline);
  if (!said) {
    state.error = to_string(said.error());
    return state;
  }
  state.is_standby = said->boolean(0, 0);
  state.timeline = static_cast<std::uint32_t>(said->int4(0, 1));
  state.written = said->int8(0, 2);
  state.applied = said->int8(0, 3);
  state.clock_ms = said->int8(0, 4);
  state.asked_at = std::chrono::steady_clock::now();
  state.with = std::move(*dialled);
  return state;
}

}  // namespace

std::vector<host_state> probe_hosts(const shard_address& address) {
  auto all = std::vector<host_state>{};
  for (const auto& host : address.hosts) all.push_back(probe(host));
  return all;
}

host_state* find_primary(std::vector<host_state>& hosts) {
  auto* best = static_cast<host_state*>(nullptr);
  for (auto& h : hosts) {
    if (!h.error.empty() || h.is_standby) continue;
    if (best == nullptr || h.timeline > best->timeline) best = &h;
  }
  return best;
}

}  // namespace mintage::storage::postgres
