#include <boost/json/array.hpp>

#include "bench/harness/cluster.hpp"
#include "bench/harness/formatted.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;

using rounds = std::vector<cluster_round>;

/// Median, least and most of a figure over rounds; all zero when no round has it.
template <class Figure>
spread spread_over(const rounds& all, Figure figure) {
  auto values = std::vector<double>{};
  for (const auto& each : all) {
    if (const std::optional<double> value = figure(each)) values.push_back(*value);
  }
  return spread_of(std::move(values));
}

using cost_of_round = part_cost cluster_round::*;
using figure_of_cost = std::optional<double> part_cost::*;

std::string cell(const rounds& all, cost_of_round part, figure_of_cost figure, const char* format) {
  const auto value = [&](const cluster_round& r) { return r.*part.*figure; };
  const auto s = spread_over(all, value);
  return s.most > 0 ? formatted(format, s.median) : "-";
}

std::string row(const char* name, const rounds& all, cost_of_round part, bool has_latency) {
  const auto rate = spread_over(all, [&](const auto& r) { return std::optional{(r.*part).rate}; });
  const auto p50 = spread_over(all, [](const auto& r) { return std::optional{r.p50_us}; });
  const auto p99 = spread_over(all, [](const auto& r) { return std::optional{r.p99_us}; });
  auto out = formatted("  %-11s%9.0f", name, rate.median);
  out += has_latency ? formatted("%9.2f%9.2f", p50.median / 1e3, p99.median / 1e3)
                     : formatted("%9s%9s", "-", "-");
  for (const auto& [figure, format] :
       {std::pair{&part_cost::nodes_us, "%.1f"}, std::pair{&part_cost::primary_us, "%.1f"},
        std::pair{&part_cost::standby_us, "%.1f"}, std::pair{&part_cost::wal, "%.0f"},
        std::pair{&part_cost::commit_size, "%.1f"}})
    out += formatted("%9s", cell(all, part, figure, format).c_str());
  return out + "\n";
}

/// Both parts of a login together; a row without a rate of its own.
std::string login_row(const rounds& all) {
  auto out = formatted("  %-11s%9s%9s%9s", "login", "-", "-", "-");
  for (const auto& [figure, format] :
       {std::pair{&part_cost::nodes_us, "%.1f"}, std::pair{&part_cost::primary_us, "%.1f"},
        std::pair{&part_cost::standby_us, "%.1f"}, std::pair{&part_cost::wal, "%.0f"}}) {
    const auto sum = spread_over(all, [f = figure](const auto& r) {
      const auto one = r.minted.*f;
      const auto other = r.exchanged.*f;
      return one && other ? std::optional{*one + *other} : std::nullopt;
    });
    out += formatted("%9s", sum.most > 0 ? formatted(format, sum.median).c_str() : "-");
  }
  return out + formatted("%9s\n", "-");
}

std::string table_of(const std::string& title, const rounds& all) {
  if (all.empty()) return {};
  auto out = title + "\n";
  out += formatted("  %-11s%9s%9s%9s%9s%9s%9s%9s%9s\n", "", "/s", "p50 ms", "p99 ms", "node us",
                   "primary", "standby", "WAL", "commit");
  out += row("minted", all, &cluster_round::minted, false);
  out += row("exchanged", all, &cluster_round::exchanged, true);
  return out + login_row(all);
}

/// CPU of the nodes per exchange, PostgreSQL to RocksDB, round by round.
spread ratio_of(const cluster_result& r) {
  auto ratios = std::vector<double>{};
  for (auto i = std::size_t{0}; i < std::min(r.shared.size(), r.embedded.size()); ++i) {
    const auto one = r.shared[i].exchanged.nodes_us;
    const auto other = r.embedded[i].exchanged.nodes_us;
    if (one && other && *other > 0) ratios.push_back(*one / *other);
  }
  return spread_of(std::move(ratios));
}

/// What the median exchange takes beyond a bare one, its signatures and one commit.
double beyond_us(const cluster_result& r) {
  const auto p50 =
      spread_over(r.shared, [](const auto& each) { return std::optional{each.p50_us}; });
  return p50.median - r.commit_us -
         r.floor.latency_of(request_kind::code, r.what.who.id_token_alg, false);
}

double percentile(const std::vector<double>& sorted, double p) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(p / 100 * static_cast<double>(sorted.size()));
  return sorted[std::min(rank, sorted.size() - 1)];
}

std::string failures_of(const char* name, const rounds& all) {
  auto out = std::string{};
  for (const auto& round : all) {
    for (const auto& [kind, count] : round.failures)
      out += formatted("%s: %s, %llu times\n", name, kind.c_str(),
                       static_cast<unsigned long long>(count));
    for (const auto& each : round.doubts) out += std::string{name} + ": " + each + "\n";
  }
  return out;
}

json::value number(const std::optional<double>& value) {
  // Parentheses: braces would make an array of one.
  return value ? json::value(*value) : json::value(nullptr);
}

json::object to_json(const part_cost& c) {
  return {{"rate", c.rate},
          {"nodes_cpu_us", number(c.nodes_us)},
          {"primary_cpu_us", number(c.primary_us)},
          {"standby_cpu_us", number(c.standby_us)},
          {"wal_octets", number(c.wal)},
          {"commit_size", number(c.commit_size)}};
}

json::array to_json(const rounds& all) {
  auto out = json::array{};
  for (const auto& r : all) {
    auto failures = json::object{};
    for (const auto& [kind, count] : r.failures) failures[kind] = count;
    out.emplace_back(json::object{{"answers", r.answers},
                                  {"failures", std::move(failures)},
                                  {"p50_us", r.p50_us},
                                  {"p99_us", r.p99_us},
                                  {"minted", to_json(r.minted)},
                                  {"exchanged", to_json(r.exchanged)},
                                  {"doubts", json::array(r.doubts.begin(), r.doubts.end())}});
  }
  return out;
}

}  // namespace

boost::json::object to_json(const cluster_result& r) {
  return {{"mintage_bench_cluster", 1},
          {"load", r.where.load},
          {"cpu", r.where.cpu},
          {"nodes", r.nodes},
          {"connections", r.what.connections},
          {"postgres", to_json(r.shared)},
          {"rocksdb", to_json(r.embedded)},
          {"node_cpu_ratio", ratio_of(r).median},
          {"commit_us", r.commit_us},
          {"beyond_us", beyond_us(r)},
          {"changes_ms", json::array(r.changes_ms.begin(), r.changes_ms.end())},
          {"unknown_changes", r.unknown_changes}};
}

std::string to_text(const cluster_result& r) {
  const auto pace = r.what.arrivals ? formatted("%.0f/s", r.what.arrivals->rate) : "closed loop";
  auto out =
      formatted("%zu connections, %s, %u rounds of %.1f s; load of the minute before: %.1f\n",
                r.what.connections, pace.c_str(), r.how.rounds,
                std::chrono::duration<double>{r.how.duration}.count(), r.where.load);
  out += table_of(formatted("PostgreSQL, %zu nodes", r.nodes), r.shared);
  out += table_of("RocksDB, sync, one node", r.embedded);
  out += "node, primary, standby: CPU per code, WAL: octets per code, commit: operations in one\n";
  if (const auto ratio = ratio_of(r); ratio.most > 0)
    out += formatted("node CPU per exchange, PostgreSQL / RocksDB: %.2f (%.2f to %.2f)\n",
                     ratio.median, ratio.least, ratio.most);
  if (r.commit_us > 0) out += formatted("one synchronous commit: p50 %.3f ms\n", r.commit_us / 1e3);
  if (r.commit_us > 0 && r.floor.exchange_p50 > 0)
    out += formatted("p50 beyond bare exchange, signatures and one commit: %.3f ms\n",
                     beyond_us(r) / 1e3);
  if (!r.changes_ms.empty())
    out += formatted(
        "change of a client, until all nodes know: p50 %.0f, p95 %.0f ms (%zu); "
        "%llu not known\n",
        percentile(r.changes_ms, 50), percentile(r.changes_ms, 95), r.changes_ms.size(),
        static_cast<unsigned long long>(r.unknown_changes));
  return out + failures_of("PostgreSQL", r.shared) + failures_of("RocksDB", r.embedded);
}

}  // namespace mintage::bench
