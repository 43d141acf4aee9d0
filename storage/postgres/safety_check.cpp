#include <algorithm>
#include <array>
#include <optional>

#include "storage/postgres/administration.hpp"
#include "storage/postgres/host_probe.hpp"
#include "storage/postgres/plan_check.hpp"
#include "storage/postgres/schema.hpp"

namespace mintage::storage {

using namespace postgres;

namespace {

using namespace std::chrono_literals;
using kind = postgres_finding::kind;

constexpr auto step_limit = 5s;

steady_time soon() {
  return std::chrono::steady_clock::now() + step_limit;
}

/// The findings of one shard, each with its name before it.
class findings {
 public:
  findings(std::vector<postgres_finding>& to, std::size_t shard)
      : to_{to}, where_{"shard " + std::to_string(shard) + ": "} {}
  void add(kind what, const std::string& sentence) { to_.push_back({what, where_ + sentence}); }
  /// Adds `unsafe`, or `fine` if it holds and has words.
  void demand(bool holds, const std::string& wrong, const std::string& right = {}) {
    if (!holds) return add(kind::unsafe, wrong);
    if (!right.empty()) add(kind::fine, right);
  }

 private:
  std::vector<postgres_finding>& to_;
  const std::string where_;
};

/// A row, or nothing and a finding.
std::optional<rows> ask(session& s, const sql& what, findings& to) {
  auto answer = s.run(what, {}, soon());
  if (answer && answer->count() == 1) return std::move(*answer);
  to.add(kind::broken, answer ? "a question had no answer" : to_string(answer.error()));
  return std::nullopt;
}

void check_hosts(const std::vector<host_state>& hosts, const host_state& primary, findings& to) {
  to.add(kind::fine,
         "the primary is " + primary.name + ", timeline " + std::to_string(primary.timeline));
  for (const auto& h : hosts) {
    if (&h == &primary) continue;
    if (!h.error.empty())
      to.add(kind::unsafe, h.name + " cannot be used: " + h.error);
    else if (!h.is_standby)
      to.add(kind::unsafe, h.name + " takes writes as well, on timeline " +
                               std::to_string(h.timeline) + ": it is a former primary");
  }
}

void check_encryption(const shard_address& address, findings& to) {
  for (const auto& host : address.hosts) {
    const auto is_local = host.name.starts_with("127.") || host.name.starts_with("localhost") ||
                          host.name.starts_with("[::1]") || host.name.starts_with("/") ||
                          host.name.starts_with("local:");
    const auto is_verified = std::any_of(
        host.keywords.begin(), host.keywords.end(),
        [](const auto& k) { return k.first == "sslmode" && k.second == "verify-full"; });
    if (!is_local && !is_verified)
      to.add(kind::unsafe, "the connection to " + host.name +
                               " has not sslmode=verify-full: another host can stand in for it");
  }
}

constexpr auto settings_statement = sql{"", R"(
SELECT current_setting('synchronous_standby_names'), current_setting('fsync'),
  current_setting('full_page_writes'), current_setting('log_parameter_max_length'),
  current_setting('log_parameter_max_length_on_error'), current_setting('plan_cache_mode'),
  current_setting('synchronous_commit'))"};

void check_settings(session& s, findings& to) {
  const auto found = ask(s, settings_statement, to);
  if (!found) return;
  const auto names = std::string{found->octets(0, 0)};
  to.demand(!names.empty(),
            "the primary is asynchronous (synchronous_standby_names is empty): what was "
            "acknowledged is lost with it");
  const auto has_choice = names.find(',') != names.npos || names.find('*') != names.npos;
  to.demand(!has_choice,
            "synchronous_standby_names is " + names +
                ": a former primary that still reaches one of them goes on acknowledging; name one "
                "standby");
  to.demand(found->octets(0, 1) == "on", "fsync is off");
  to.demand(found->octets(0, 2) == "on", "full_page_writes is off");
  to.demand(found->octets(0, 3) == "0" && found->octets(0, 4) == "0",
            "log_parameter_max_length or log_parameter_max_length_on_error is not 0: PostgreSQL's "
            "log may hold codes and people's names");
  to.demand(found->octets(0, 5) == "force_generic_plan" && found->octets(0, 6) == "on",
            "the settings of this session are not those of Mintage: a pooler stands between");
}

void check_barrier(session& s, findings& to) {
  const auto began = std::chrono::steady_clock::now();
  const auto passed =
      s.run({"", "SELECT pg_logical_emit_message(true, 'mintage', '')"}, {}, soon());
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  to.demand(passed.has_value(),
            "a commit is not confirmed: " + (passed ? std::string{} : to_string(passed.error())),
            "a commit took " + std::to_string(took.count()) + " ms");
}

constexpr auto role_statement = sql{"", R"(
SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls,
  EXISTS (SELECT FROM pg_namespace n WHERE nspname = 'mintage' AND pg_has_role(n.nspowner, 'USAGE')),
  rolconnlimit < 0, pg_has_role('pg_read_all_stats', 'USAGE'), rolname::text
FROM pg_roles WHERE rolname = current_user)"};

void check_role(session& s, findings& to) {
  const auto found = ask(s, role_statement, to);
  if (!found) return;
  const auto role = "the role " + std::string{found->octets(0, 4)};
  to.demand(!found->boolean(0, 0),
            role + " has too many rights: it may do more than read and write");
  to.demand(!found->boolean(0, 1), role + " has too many rights: it may drop the tables");
  to.demand(!found->boolean(0, 2), role + " has no CONNECTION LIMIT: ten for each node are enough");
  to.demand(found->boolean(0, 3), role +
                                      " is not in pg_read_all_stats: old transactions of others "
                                      "are not seen");
}

constexpr auto self_statement =
    sql{"", "SELECT cluster, shard, shards, schema, compatible, bucket_ms FROM mintage.self"};

/// @returns whether there are tables.
bool check_self(session& s, std::size_t shard, std::size_t shards,
                std::optional<crypto::bytes<16>>& cluster, findings& to) {
  const auto found = s.run(self_statement, {}, soon());
  if (!found || found->count() != 1) {
    to.add(kind::broken, "there are no tables of Mintage: run mintage db init" +
                             (found ? std::string{} : ". " + to_string(found.error())));
    return false;
  }
  if (!cluster) cluster = found->uuid(0, 0);
  if (*cluster != found->uuid(0, 0))
    to.add(kind::broken, "it belongs to another cluster than the first shard");
  if (found->int2(0, 1) != static_cast<int>(shard) || found->int2(0, 2) != static_cast<int>(shards))
    to.add(kind::broken, "it is shard " + std::to_string(found->int2(0, 1)) + " of " +
                             std::to_string(found->int2(0, 2)));
  if (found->int4(0, 3) < schema_version)
    to.add(kind::broken,
           "its schema is " + std::to_string(found->int4(0, 3)) + ": run mintage db migrate");
  if (found->int4(0, 4) > schema_version)
    to.add(kind::broken, "its schema is too new for this program");
  return true;
}

void check_plans(session& s, findings& to) {
  const auto faults = faults_of_plans(s, soon());
  for (const auto& f : faults) to.add(kind::unsafe, "a plan is not pinned: " + f);
  if (faults.empty()) to.add(kind::fine, "all plans are as they are meant");
}

void check_clock(const host_state& primary, std::int64_t own_ms, const postgres_options& o,
                 findings& to) {
  const auto off = std::chrono::milliseconds{own_ms - primary.clock_ms};
  const auto text = "the clock of this node is " + std::to_string(std::abs(off.count())) + " ms " +
                    (off.count() < 0 ? "behind" : "ahead of") + " the database's";
  to.demand(std::chrono::abs(off) < std::max<oauth::milliseconds>(o.max_clock_skew / 2, 1s), text,
            text);
}

}  // namespace

std::vector<postgres_finding> check_postgres(const postgres_options& o, instant now) {
  auto all = std::vector<postgres_finding>{};
  auto cluster = std::optional<crypto::bytes<16>>{};
  const auto began = std::chrono::steady_clock::now();
  for (auto i = std::size_t{0}; i < o.shards.size(); ++i) {
    auto to = findings{all, i};
    const auto address = parse_address(o.shards[i]);
    if (!address) {
      to.add(kind::broken, address.error());
      continue;
    }
    check_encryption(*address, to);
    auto hosts = probe_hosts(*address);
    auto* primary = find_primary(hosts);
    if (primary == nullptr) {
      for (const auto& h : hosts)
        to.add(kind::broken, h.name + ": " + (h.error.empty() ? "it is a standby" : h.error));
      continue;
    }
    const auto passed =
        std::chrono::duration_cast<std::chrono::milliseconds>(primary->asked_at - began);
    check_clock(*primary, (now.time_since_epoch() + passed).count(), o, to);
    check_hosts(hosts, *primary, to);
    auto& s = *primary->with;
    check_settings(s, to);
    check_role(s, to);
    if (check_self(s, i, o.shards.size(), cluster, to)) check_plans(s, to);
    if (s.is_usable()) check_barrier(s, to);
  }
  return all;
}

}  // namespace mintage::storage
