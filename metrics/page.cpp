#include "metrics/page.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cassert>
#include <limits>
#include <map>
#include <utility>

namespace mintage::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricType type_of(metric_type t) noexcept {
  switch (t) {
    case metric_type::counter:
      return MetricType::Counter;
    case metric_type::gauge:
      return MetricType::Gauge;
    case metric_type::histogram:
      break;
  }
  return MetricType::Histogram;
}

std::vector<ClientMetric::Label> render(const labels& with) {
  auto all = std::vector<ClientMetric::Label>{};
  for (const auto& l : with) all.push_back({std::string{l.name}, l.value});
  return all;
}

/// The series of one metric with equal labels, summed.
struct series_sum {
  labels with;
  std::uint64_t plus = 0;
  std::uint64_t minus = 0;
  ClientMetric::Histogram histogram;
  bool is_shown = false;

  void add(const histogram_snapshot& part, double unit) {
    if (histogram.bucket.empty())
      for (auto b = std::size_t{0}; b < part.counts.size(); ++b)
        histogram.bucket.push_back({0, b < part.bounds.size()
                                           ? static_cast<double>(part.bounds[b]) * unit
                                           : std::numeric_limits<double>::infinity()});
    auto total = std::uint64_t{0};
    for (auto b = std::size_t{0}; b < part.counts.size(); ++b) {
      total += part.counts[b];
      histogram.bucket[b].cumulative_count += total;
    }
    histogram.sample_count += total;
    histogram.sample_sum += static_cast<double>(part.sum) * unit;
  }
};

/// One metric while the page is rendered.
class family_sum {
 public:
  explicit family_sum(const metric& what) : what_{what} {}

  void add(const meter_group::series& s) {
    assert(s.what.help == what_.help && s.what.type == what_.type && s.what.unit == what_.unit);
    if (const auto* texts = std::get_if<const literal_tally*>(&s.cell)) {
      text_label_ = s.text_label;
      for (const auto& e : (*texts)->entries()) by_text_[e.text] += e.count;
      return;
    }
    auto& sum = sum_of(s.with);
    if (const auto* number = std::get_if<std::function<std::uint64_t()>>(&s.cell)) {
      const auto n = (*number)();
      (s.counts == sign::plus ? sum.plus : sum.minus) += n;
      sum.is_shown |= s.when == shown::always || n != 0;
    } else {
      const auto part = std::get<std::function<histogram_snapshot()>>(s.cell)();
      sum.add(part, what_.unit);
      sum.is_shown |= s.when == shown::always || part.is_used;
    }
  }

  [[nodiscard]] MetricFamily render() const {
    auto f =
        MetricFamily{std::string{what_.name}, std::string{what_.help}, type_of(what_.type), {}};
    for (const auto& s : series_) {
      if (!s.is_shown) continue;
      const auto count = s.plus > s.minus ? static_cast<double>(s.plus - s.minus) : 0;
      add_value(f, s.with, count * what_.unit).histogram = s.histogram;
    }
    for (const auto& [text, n] : by_text_)
      add_value(f, {{text_label_, std::string{text}}}, static_cast<double>(n) * what_.unit);
    return f;
  }

  static ClientMetric& add_value(MetricFamily& f, const labels& with, double value) {
    auto& m = f.metric.emplace_back();
    m.label = metrics::render(with);
    m.counter.value = value;
    m.gauge.value = value;
    return m;
  }

 private:
  /// In the order of first appearance.
  series_sum& sum_of(const labels& with) {
    auto key = std::string{};
    for (const auto& l : with) key.append(l.name).append("=").append(l.value).push_back('\n');
    const auto [at, is_new] = places_.try_emplace(std::move(key), series_.size());
    if (is_new) series_.emplace_back().with = with;
    return series_[at->second];
  }

  metric what_;
  std::vector<series_sum> series_;
  std::map<std::string, std::size_t> places_;
  std::map<std::string_view, std::uint64_t> by_text_;
  std::string_view text_label_;
};

MetricFamily render(const sampled_gauge& g) {
  auto f =
      MetricFamily{std::string{g.what.name}, std::string{g.what.help}, type_of(g.what.type), {}};
  for (const auto& s : g.samples) family_sum::add_value(f, s.with, s.value * g.what.unit);
  return f;
}

}  // namespace

std::string render_metrics(const board& b, const std::vector<sampled_gauge>& gauges) {
  auto sums = std::vector<family_sum>{};
  auto places = std::map<std::string_view, std::size_t>{};
  for (const auto* group : b.groups()) {
    for (const auto& s : group->all()) {
      const auto [at, is_new] = places.try_emplace(s.what.name, sums.size());
      if (is_new) sums.emplace_back(s.what);
      sums[at->second].add(s);
    }
  }
  auto page = std::vector<MetricFamily>{};
  for (const auto& s : sums) page.push_back(s.render());
  for (const auto& g : gauges) page.push_back(render(g));
  return prometheus::TextSerializer{}.Serialize(page);
}

}  // namespace mintage::metrics
