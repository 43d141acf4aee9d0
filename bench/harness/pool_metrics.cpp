#include "bench/harness/pool_metrics.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace mintage::bench {
namespace {

/// One line `name{label="value"} number`.
struct metric_line {
  std::string_view name;
  std::string_view labels;
  double value = 0;
};

std::optional<double> number(std::string_view text) noexcept {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  auto value = 0.0;
  const auto end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end) return {};
  return value;
}

std::optional<metric_line> read_line(std::string_view line) noexcept {
  if (line.empty() || line.front() == '#') return {};
  const auto space = line.rfind(' ');
  if (space == line.npos) return {};
  const auto value = number(line.substr(space + 1));
  if (!value) return {};
  const auto series = line.substr(0, space);
  const auto brace = std::min(series.find('{'), series.size());
  return metric_line{series.substr(0, brace), series.substr(brace), *value};
}

/// The value of a label; empty when absent. Names of pools and bounds contain no quotes.
std::string_view label(std::string_view labels, std::string_view name) noexcept {
  for (auto at = labels.find(name); at != labels.npos; at = labels.find(name, at + 1)) {
    const auto begins = at > 0 && (labels[at - 1] == '{' || labels[at - 1] == ',');
    const auto after = labels.substr(at + name.size());
    if (!begins || !after.starts_with("=\"")) continue;
    return after.substr(2, after.find('"', 2) - 2);
  }
  return {};
}

/// The pool in `mintage_POOL` + `ending`; empty when `name` is not of that form.
std::string_view pool_in(std::string_view name, std::string_view ending) noexcept {
  constexpr auto prefix = std::string_view{"mintage_"};
  if (!name.starts_with(prefix) || !name.ends_with(ending)) return {};
  if (name.size() <= prefix.size() + ending.size()) return {};
  return name.substr(prefix.size(), name.size() - prefix.size() - ending.size());
}

void take_batch(pool_reading& out, const metric_line& m) {
  if (const auto pool = pool_in(m.name, "_batch_size_bucket"); !pool.empty()) {
    auto& sizes = out.batch_size[std::string{pool}];
    // Counts of the page are cumulative.
    const auto bound = number(label(m.labels, "le"));
    if (!bound) return;
    auto before = std::uint64_t{0};
    for (const auto& [_, count] : sizes.buckets) before += count;
    const auto total = static_cast<std::uint64_t>(m.value);
    sizes.buckets.emplace_back(*bound, total > before ? total - before : 0);
  } else if (const auto summed = pool_in(m.name, "_batch_size_sum"); !summed.empty()) {
    out.batch_size[std::string{summed}].sum = m.value;
  } else if (const auto counted = pool_in(m.name, "_batch_size_count"); !counted.empty()) {
    out.batch_size[std::string{counted}].count = static_cast<std::uint64_t>(m.value);
  }
}

}  // namespace

size_counts operator-(const size_counts& end, const size_counts& begin) {
  auto out = end;
  out.sum -= begin.sum;
  out.count -= std::min(out.count, begin.count);
  const auto common = std::min(out.buckets.size(), begin.buckets.size());
  for (auto i = std::size_t{0}; i < common; ++i) {
    auto& count = out.buckets[i].second;
    count -= std::min(count, begin.buckets[i].second);
  }
  return out;
}

pool_reading parse_metrics(std::string_view page) {
  auto out = pool_reading{};
  while (!page.empty()) {
    const auto text = page.substr(0, page.find('\n'));
    page.remove_prefix(std::min(page.size(), text.size() + 1));
    const auto m = read_line(text);
    if (!m) continue;
    const auto pool = std::string{label(m->labels, "pool")};
    if (m->name == "mintage_in_flight") {
      out.in_flight = m->value;
    } else if (m->name == "mintage_pool_queue_depth" && !pool.empty()) {
      out.queue_depth[pool] = m->value;
    } else if (m->name == "mintage_pool_busy_seconds_total" && !pool.empty()) {
      out.busy_seconds[pool] = m->value;
    } else if (m->name == "mintage_store_round_size_sum") {
      out.rounds.sum += m->value;
    } else if (m->name == "mintage_store_round_size_count") {
      out.rounds.count += static_cast<std::uint64_t>(m->value);
    } else if (m->name == "mintage_signature_lanes_total") {
      out.lanes.sum += m->value;
    } else if (m->name == "mintage_signature_lane_calls_total") {
      out.lanes.count += static_cast<std::uint64_t>(m->value);
    } else {
      take_batch(out, *m);
    }
  }
  return out;
}

}  // namespace mintage::bench
