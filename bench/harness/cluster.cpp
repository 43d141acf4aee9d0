#include "bench/harness/cluster.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "loopback/sql_session.hpp"

namespace mintage::bench {
namespace {

using steady = std::chrono::steady_clock;
constexpr auto first_guess = 1'000.0;  // exchanges a second

/// Counters since the start of the servers.
struct readings {
  steady::time_point at{};
  std::optional<nanoseconds> nodes{nanoseconds{0}};
  size_counts commits;
  nanoseconds primary{0};
  nanoseconds standby{0};
  std::uint64_t wal = 0;
};

/// One of the two that are compared.
class side {
 public:
  /// @param database null = none, or its cost is not known.
  side(const nodes& all, const server_pair* database, const scenario& what, const method& how)
      : nodes_{all},
        database_{database},
        what_{what},
        how_{how},
        who_{all.front()->make_client(what.who, {request_kind::code})} {}

  /// @returns what `how` says of one round, or of the warm-up.
  cluster_round measure(const std::string& title, nanoseconds duration, progress_line& line) {
    const auto rate = what_.arrivals ? what_.arrivals->rate : rate_;
    const auto count = codes_for(rate, duration);
    line.begin(title, duration);
    const auto begin = read();
    auto sources = prepare(mint_at_all(nodes_, who_, scope(), count));
    const auto minted = read();
    const auto got = run_load(options(duration, line), sources);
    const auto end = read();
    auto out = cluster_round{};
    const auto& counts = got.counts;
    out.answers = counts.answers();
    out.minted = cost(begin, minted, count);
    out.exchanged = cost(minted, end, out.answers);
    out.exchanged.rate =
        static_cast<double>(out.answers) / std::chrono::duration<double>{got.elapsed}.count();
    out.p50_us = static_cast<double>(counts.latency().percentile(50).count()) / 1e3;
    out.p99_us = static_cast<double>(counts.latency().percentile(99).count()) / 1e3;
    out.failures = counts.kinds();
    if (got.ran_out) out.doubts.emplace_back("The codes ran out before the time did.");
    if (got.busiest >= 0.9) out.doubts.emplace_back("The harness was the bottleneck.");
    rate_ = std::max(out.exchanged.rate, 100.0);
    return out;
  }

 private:
  [[nodiscard]] std::string_view scope() const {
    return what_.who.is_offline ? "openid profile offline_access" : "openid profile";
  }

  [[nodiscard]] readings read() const {
    auto out = readings{};
    for (const auto& each : nodes_) {
      const auto use = each->pid() ? read_process(*each->pid()) : std::nullopt;
      if (use && out.nodes) {
        *out.nodes += use->cpu();
      } else {
        out.nodes.reset();
      }
      const auto page = parse_metrics(call(*each->admin(), "/metrics").body);
      const auto embedded = page.batch_size.find("store");
      const auto is_embedded = page.rounds.count == 0 && embedded != page.batch_size.end();
      const auto& commits = is_embedded ? embedded->second : page.rounds;
      out.commits.sum += commits.sum;
      out.commits.count += commits.count;
    }
    if (database_ != nullptr) {
      out.primary = database_->primary->cpu_time();
      out.standby = database_->standby->cpu_time();
      out.wal = database_->primary->received_lsn();
    }
    out.at = steady::now();
    return out;
  }

  [[nodiscard]] part_cost cost(const readings& from, const readings& to,
                               std::uint64_t count) const {
    auto out = part_cost{};
    if (count == 0) return out;
    const auto each = [&](nanoseconds time) {
      return static_cast<double>(time.count()) / 1e3 / static_cast<double>(count);
    };
    out.rate = static_cast<double>(count) / std::chrono::duration<double>{to.at - from.at}.count();
    if (from.nodes && to.nodes) out.nodes_us = each(*to.nodes - *from.nodes);
    if (database_ != nullptr) {
      out.primary_us = each(to.primary - from.primary);
      out.standby_us = each(to.standby - from.standby);
      out.wal = static_cast<double>(to.wal - from.wal) / static_cast<double>(count);
    }
    if (const auto commits = to.commits.count - from.commits.count; commits != 0)
      out.commit_size = (to.commits.sum - from.commits.sum) / static_cast<double>(commits);
    return out;
  }

  [[nodiscard]] std::vector<workload> prepare(std::vector<std::string> codes) const {
    const auto& first = *nodes_.front();
    const auto form = form_template{request_kind::code, who_, first.where().host,
                                    first.path_for(request_kind::code)};
    auto out = std::vector<workload>{};
    for (auto& part : deal(std::move(codes), how_.threads)) {
      out.emplace_back(std::vector{work{request_kind::code, 1, form,
                                        expectation{true, what_.who.is_offline, false},
                                        value_use::once, std::move(part)}});
    }
    return out;
  }

  [[nodiscard]] load_options options(nanoseconds duration, progress_line& line) {
    auto o = load_options{};
    o.where = nodes_.front()->where().where;
    for (auto i = std::size_t{1}; i < nodes_.size(); ++i)
      o.others.push_back(nodes_[i]->where().where);
    o.tls = nodes_.front()->where().tls.get();
    o.connections = what_.connections;
    o.duration = duration;
    o.arrivals = what_.arrivals;
    o.seed = ++seed_;
    o.patience = how_.patience;
    o.tell = [&line](const progress& p) { line.show(p); };
    return o;
  }

  const nodes& nodes_;
  const server_pair* database_;
  const scenario& what_;
  const method& how_;
  client who_;
  double rate_ = first_guess;
  std::uint64_t seed_ = 0;
};

/// The median of small commits, one after the other.
double time_commits(const loopback::postgres& primary) {
  auto session = loopback::sql_session{primary.conninfo()};
  session.prepare("commit", "SELECT pg_logical_emit_message(true, 'mintage-bench', '')");
  auto times = std::vector<double>{};
  for (auto i = 0; i < 500; ++i) {
    const auto begin = steady::now();
    session.run_prepared("commit", {});
    times.push_back(std::chrono::duration<double, std::micro>{steady::now() - begin}.count());
  }
  return spread_of(times).median;
}

/// Makes clients at the nodes in turn, and asks all others for each one when it is answered.
void time_changes(const nodes& all, unsigned count, cluster_result& out) {
  for (auto i = 0U; i < count; ++i) {
    const auto& maker = all[i % all.size()];
    const auto begin = steady::now();
    const auto made = maker->make_client({}, {request_kind::code});
    out.changes_ms.push_back(
        std::chrono::duration<double, std::milli>{steady::now() - begin}.count());
    for (const auto& each : all) out.unknown_changes += each->knows(made) ? 0 : 1;
  }
  std::sort(out.changes_ms.begin(), out.changes_ms.end());
}

nodes start_embedded(const cluster_method& m) {
  auto settings = m.settings;
  std::erase_if(settings, [](const auto& s) { return s.first.starts_with("storage.postgres."); });
  settings["storage.engine"] = "\"rocksdb\"";
  settings["storage.rocksdb.durability"] = "\"sync\"";
  auto out = nodes{};
  out.push_back(target_server::start(m.program, settings, {}));
  return out;
}

}  // namespace

std::uint64_t cluster_result::faults() const {
  auto out = unknown_changes;
  for (const auto* rounds : {&shared, &embedded}) {
    for (const auto& round : *rounds) {
      for (const auto& [_, count] : round.failures) out += count;
    }
  }
  return out;
}

cluster_result run_cluster(const cluster_method& m, nodes running, const scenario& what,
                           const method& how, progress_line& line) {
  const auto is_started = running.empty();
  auto out = cluster_result{};
  out.what = what;
  out.how = how;
  out.where = read_machine();
  auto database = std::optional<server_pair>{};
  auto other = nodes{};
  if (is_started) {
    line.say("starting PostgreSQL and Mintage");
    database.emplace(m.place);
    running = start_nodes(m.program, database->primary->conninfo(), m.nodes, m.settings);
    if (m.compares) other = start_embedded(m);
    out.commit_us = time_commits(*database->primary);
  }
  out.nodes = running.size();
  auto shared = side{running, database ? &*database : nullptr, what, how};
  auto embedded = std::optional<side>{};
  if (!other.empty()) embedded.emplace(other, nullptr, what, how);
  if (how.warm_up.count() > 0) {
    static_cast<void>(shared.measure("PostgreSQL, warm-up", how.warm_up, line));
    if (embedded) static_cast<void>(embedded->measure("RocksDB, warm-up", how.warm_up, line));
  }
  for (auto i = 1U; i <= how.rounds; ++i) {
    const auto title = ", round " + std::to_string(i) + " of " + std::to_string(how.rounds);
    out.shared.push_back(shared.measure("PostgreSQL" + title, how.duration, line));
    if (embedded) out.embedded.push_back(embedded->measure("RocksDB" + title, how.duration, line));
  }
  time_changes(running, m.changes, out);
  return out;
}

}  // namespace mintage::bench
