#include "app/cli/top_frame.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <optional>
#include <utility>

#include "app/cli/text_table.hpp"

namespace mintage::app {
namespace {

enum class tone : std::uint8_t { plain, head, good, odd, bad, faint };
constexpr auto tone_codes =
    std::to_array<std::string_view>({"", "\x1b[1m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[2m"});

/// A line without colours, and the tone of all of it.
struct line {
  std::string text;
  tone how = tone::plain;
};
/// A heading with lines that belong to it. The last ones go first when there is no room.
struct section {
  std::vector<line> lines;
  std::size_t least = 1;  ///< so many are shown before another section gets more
};

template <class... Values>
std::string print(const char* format, Values... values) {
  auto out = std::array<char, 256>{};
  const auto size = std::snprintf(out.data(), out.size(), format, values...);
  return {out.data(), std::min(out.size() - 1, static_cast<std::size_t>(std::max(size, 0)))};
}

std::string left(std::string_view text, std::size_t width) {
  auto out = std::string{text.substr(0, width)};
  out.resize(width, ' ');
  return out;
}

std::string number(double n) {
  if (n >= 999'950) return print("%.2fM", n / 1e6);
  return n >= 99.95 || n == std::floor(n) ? print("%.0f", n) : print("%.1f", n);
}

std::string duration(std::optional<double> seconds) {
  if (!seconds) return "-";
  if (*seconds < 1e-3) return print("%.0f us", *seconds * 1e6);
  if (*seconds < 1) return print("%.1f ms", *seconds * 1e3);
  return print("%.1f s", *seconds);
}

std::string age(double seconds) {
  const auto minutes = static_cast<long>(seconds / 60);
  if (minutes < 60) return print("%ld min", minutes);
  if (minutes < 48 * 60) return print("%ld h %ld min", minutes / 60, minutes % 60);
  return print("%ld d %ld h", minutes / 1440, minutes / 60 % 24);
}

std::string size_text(double octets) {
  return octets < 1e9 ? print("%.0f MB", octets / 1e6) : print("%.1f GB", octets / 1e9);
}

// --- sections ------------------------------------------------------------------------------------

/// What the metrics say of a server that is not ready, as a sentence without a full stop.
std::string why_not_ready(const metrics_page& page) {
  if (page.has("mintage_store_writable") && page.sum("mintage_store_writable") == 0)
    return "the database takes no writes";
  if (const auto jump = page.sum("mintage_clock_unconfirmed_seconds"); jump > 0)
    return "the clock jumped ahead by " + age(jump);
  if (page.has("mintage_cluster_lease_seconds") && page.sum("mintage_cluster_lease_seconds") == 0)
    return "the first shard is out of reach";
  return "see its log";
}

section head(const page_span& s, const top_facts& facts) {
  const auto began = s.now.sum("mintage_process_start_seconds");
  auto first = "Mintage " + s.now.label_of("mintage_build_info", "version") + "  " + facts.server;
  if (began > 0) first += "  up " + age(static_cast<double>(facts.now) - began);
  auto out = section{{{first + "  " + time_text(facts.now), tone::head}}, 4};
  out.lines.push_back({facts.is_ready ? "ready" : "NOT READY: " + why_not_ready(s.now),
                       facts.is_ready ? tone::good : tone::bad});

  const auto free = s.now.sum("mintage_headroom_ratio");
  constexpr auto width = std::size_t{20};
  const auto used = static_cast<std::size_t>(std::lround((1 - free) * double{width}));
  auto bar = std::string(std::min(used, width), '#');
  bar.resize(width, '.');
  out.lines.push_back(
      {"load [" + bar + "] " + print("%.0f %%, headroom %.0f %%", 100 - 100 * free, 100 * free),
       free > 0.4    ? tone::good
       : free > 0.15 ? tone::odd
                     : tone::bad});
  out.lines.push_back(
      {"in flight " + number(s.now.sum("mintage_in_flight")) + "   p50 " +
       duration(s.quantile(0.5, "mintage_request_seconds")) + "   p99 " +
       duration(s.quantile(0.99, "mintage_request_seconds")) + "   memory " +
       size_text(s.now.sum("mintage_process_resident_bytes")) + "   files " +
       number(s.now.sum("mintage_process_open_files")) + "   io cores " +
       number(s.rate("mintage_thread_seconds_total", {{"threads", "io"}, {"state", "running"}}))});
  return out;
}

struct answers {
  std::string name;
  double ok = 0;
  double refused = 0;
  double failed = 0;
  std::optional<double> slow;

  [[nodiscard]] double all() const { return ok + refused + failed; }
};

answers answers_of(const page_span& s, const std::string& endpoint, const std::string& grant) {
  auto out = answers{grant.empty() ? endpoint : endpoint + ' ' + grant, 0, 0, 0, {}};
  for (const auto& [result, total] :
       s.now.by("mintage_requests_total", "result", {{"endpoint", endpoint}, {"grant", grant}})) {
    const auto rate = s.rate("mintage_requests_total",
                             {{"endpoint", endpoint}, {"grant", grant}, {"result", result}});
    const auto is_ours = result == "server_error" || result == "temporarily_unavailable";
    (result == "ok" ? out.ok : is_ours ? out.failed : out.refused) += rate;
  }
  // Histograms are kept by endpoint.
  out.slow = s.quantile(0.99, "mintage_request_seconds", {{"endpoint", endpoint}});
  return out;
}

section answer_rates(const page_span& s) {
  auto all = std::vector<answers>{};
  for (const auto& [endpoint, count] : s.now.by("mintage_requests_total", "endpoint"))
    for (const auto& [grant, used] :
         s.now.by("mintage_requests_total", "grant", {{"endpoint", endpoint}}))
      if (used > 0) all.push_back(answers_of(s, endpoint, grant));
  std::ranges::stable_sort(all, std::ranges::greater{}, &answers::all);
  auto out = section{
      {{"ANSWERS PER SECOND                     ok   refused    failed       p99", tone::head}}, 4};
  for (const auto& a : all)
    out.lines.push_back(
        {left(a.name, 32) + print("%9s %9s %9s %9s", number(a.ok).c_str(),
                                  number(a.refused).c_str(), number(a.failed).c_str(),
                                  duration(a.slow).c_str()),
         a.failed > 0     ? tone::bad
         : a.all() == 0.0 ? tone::faint
                          : tone::plain});
  if (all.empty()) out.lines.push_back({"none since the start", tone::faint});
  return out;
}

section pools(const page_span& s) {
  auto out = section{{{"POOLS            waiting     cores  restarts", tone::head}}, 7};
  for (const auto& [pool, waiting] : s.now.by("mintage_pool_queue_depth", "pool")) {
    const auto restarts = s.now.sum("mintage_restarts_total", {{"pool", pool}});
    out.lines.push_back(
        {left(pool, 16) + print("%8s %9.2f %9s", number(waiting).c_str(),
                                s.rate("mintage_pool_busy_seconds_total", {{"pool", pool}}),
                                number(restarts).c_str()),
         restarts > 0 ? tone::odd : tone::plain});
  }
  return out;
}

void add_disk(const page_span& s, section& to) {
  const auto writes = s.now.sum("mintage_store_writable") > 0;
  const auto failures = s.now.sum("mintage_store_fsync_failures_total") +
                        s.now.sum("mintage_store_write_failures_total");
  to.lines.push_back({"disk             " + std::string{writes ? "writable" : "NOT WRITABLE"} +
                          "   fsyncs " + number(s.rate("mintage_store_fsync_seconds_count")) +
                          "/s   p99 " + duration(s.quantile(0.99, "mintage_store_fsync_seconds")) +
                          "   failures " + number(failures),
                      !writes        ? tone::bad
                      : failures > 0 ? tone::odd
                                     : tone::plain});
}

void add_shards(const page_span& s, section& to) {
  for (const auto& [shard, up] : s.now.by("mintage_store_up", "shard")) {
    const auto with = label_filter{{"shard", shard}};
    to.lines.push_back({left("shard " + shard, 17) + (up > 0 ? "up" : "DOWN") + "   links " +
                            number(s.now.sum("mintage_store_links", with)) + "   waiting " +
                            number(s.now.sum("mintage_store_waiting", with)) + "   commits " +
                            number(s.rate("mintage_store_round_seconds_count", with)) + "/s of " +
                            number(s.mean("mintage_store_round_size", with).value_or(0)) +
                            "   p99 " +
                            duration(s.quantile(0.99, "mintage_store_round_seconds", with)),
                        up > 0 ? tone::plain : tone::bad});
  }
}

section store(const page_span& s) {
  auto out = section{{{"STORE", tone::head}}, 3};
  out.lines.push_back({"redemptions      commits " +
                       number(s.rate("mintage_store_commit_seconds_count")) + "/s   batch " +
                       number(s.mean("mintage_store_batch_size").value_or(0)) + "   p99 " +
                       duration(s.quantile(0.99, "mintage_store_commit_seconds"))});
  if (s.now.has("mintage_store_writable")) add_disk(s, out);
  add_shards(s, out);
  const auto unwritten = s.now.sum("mintage_audit_unwritten_lines");
  const auto dropped = s.now.sum("mintage_audit_dropped_total");
  if (unwritten + dropped > 0)
    out.lines.push_back(
        {"audit stream     waiting " + number(unwritten) + "   dropped " + number(dropped),
         dropped > 0 ? tone::odd : tone::plain});
  return out;
}

section cluster(const page_span& s) {
  if (!s.now.has("mintage_cluster_nodes")) return {};
  const auto lease = s.now.sum("mintage_cluster_lease_seconds");
  auto out = section{{{"CLUSTER", tone::head}}, 2};
  out.lines.push_back({"nodes " + number(s.now.sum("mintage_cluster_nodes")) + "   lease " +
                           duration(lease) + "   behind " +
                           number(s.now.sum("mintage_cluster_behind")) + "   settings differ " +
                           number(s.now.sum("mintage_cluster_config_mismatch")) + "   clock off " +
                           duration(s.now.sum("mintage_cluster_clock_offset_seconds")),
                       lease < 0.5 ? tone::bad : tone::plain});
  return out;
}

section signatures(const page_span& s) {
  auto out =
      section{{{"SIGNATURES       by " + s.now.label_of("mintage_signature_backend", "backend"),
                tone::head}},
              2};
  const auto calls = s.rate("mintage_signature_lane_calls_total");
  if (calls > 0)
    out.lines[0].text +=
        print("   %.1f of 8 lanes", s.rate("mintage_signature_lanes_total") / calls);
  for (const auto& [alg, count] : s.now.by("mintage_sign_seconds_count", "alg")) {
    const auto with = label_filter{{"alg", alg}};
    out.lines.push_back({left(alg, 17) + number(s.rate("mintage_sign_seconds_count", with)) +
                         "/s   mean " + duration(s.mean("mintage_sign_seconds", with))});
  }
  return out;
}

section refusals(const page_span& s) {
  struct row {
    std::string reason;
    double rate;
    double total;
  };
  auto all = std::vector<row>{};
  for (const auto& [reason, total] : s.now.by("mintage_refused_total", "reason"))
    if (total > 0)
      all.push_back({reason, s.rate("mintage_refused_total", {{"reason", reason}}), total});
  std::ranges::stable_sort(all, [](const row& a, const row& b) {
    return std::pair{a.rate, a.total} > std::pair{b.rate, b.total};
  });
  auto out = section{{{"REFUSED          /s     total   reason", tone::head}}, 3};
  for (const auto& r : all)
    out.lines.push_back(
        {print("%19s %9s   ", number(r.rate).c_str(), number(r.total).c_str()) + r.reason,
         r.rate > 0 ? tone::plain : tone::faint});
  if (all.empty()) out.lines.push_back({"nothing since the start", tone::faint});
  return out;
}

// --- fitting -------------------------------------------------------------------------------------

/// Cuts the sections to so many lines together, empty lines between them not counted: each gets its
/// least, what is left goes to the first ones; then sections go, the last one first.
void fit(std::vector<section>& all, std::size_t rows) {
  const auto total = [&] {
    return std::accumulate(all.begin(), all.end(), std::size_t{0},
                           [](std::size_t n, const section& s) { return n + s.lines.size(); });
  };
  for (auto i = all.size(); i-- > 0;) {
    while (total() > rows && all[i].lines.size() > all[i].least) all[i].lines.pop_back();
  }
  while (total() > rows && !all.empty()) {
    all.back().lines.pop_back();
    if (all.size() > 1 && all.back().lines.size() < 2) all.pop_back();
  }
}

std::string drawn(const line& l, const frame_size& size) {
  auto text = l.text.substr(0, size.columns);
  for (auto& c : text)
    if (c < 0x20 || c == 0x7f) c = '?';  // an octet beyond ASCII is negative
  const auto code = tone_codes[static_cast<std::size_t>(l.how)];
  if (!size.in_colour || code.empty()) return text;
  return std::string{code} + text + "\x1b[0m";
}

}  // namespace

std::vector<std::string> render_top(const page_span& span, const top_facts& facts,
                                    const frame_size& size) {
  auto all = std::vector<section>{};
  for (auto& s : {head(span, facts), answer_rates(span), pools(span), store(span), cluster(span),
                  signatures(span), refusals(span)})
    if (!s.lines.empty()) all.push_back(s);
  // With room, an empty line precedes each section.
  const auto gaps = all.size() - 1;
  auto is_airy = true;
  if (size.rows != 0) {
    auto needed = gaps;
    for (const auto& s : all) needed += std::min(s.lines.size(), s.least);
    is_airy = needed <= size.rows;
    fit(all, is_airy ? size.rows - gaps : size.rows);
  }
  auto out = std::vector<std::string>{};
  for (const auto& s : all) {
    if (is_airy && !out.empty()) out.emplace_back();
    for (const auto& l : s.lines) out.push_back(drawn(l, size));
  }
  return out;
}

}  // namespace mintage::app
