#include "app/cli/metrics_page.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace mintage::app {
namespace {

/// Takes what precedes `end` off the front of `rest`, and `end` with it.
std::optional<std::string_view> take_until(std::string_view& rest, std::string_view end) {
  const auto at = rest.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(at + end.size());
  return taken;
}

/// Takes the value of a label and the quote after it. @see the escapes \\, \" and \n of the format
std::optional<std::string> take_value(std::string_view& rest) {
  auto out = std::string{};
  while (!rest.empty()) {
    auto c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return out;
    if (c == '\\' && !rest.empty()) {
      c = rest.front() == 'n' ? '\n' : rest.front();
      rest.remove_prefix(1);
    }
    out += c;
  }
  return std::nullopt;
}

using bucket = std::pair<double, double>;  // upper bound, how many were counted up to it

/// What a histogram counted between two pages, by rising bounds.
std::vector<bucket> buckets_of(const page_span& span, const std::string& name,
                               const label_filter& with) {
  auto out = std::vector<bucket>{};
  const auto before = span.before.by(name, "le", with);
  for (const auto& [bound, count] : span.now.by(name, "le", with)) {
    const auto old = std::ranges::find(before, bound, &std::pair<std::string, double>::first);
    const auto base = old == before.end() ? 0 : old->second;
    out.emplace_back(std::strtod(bound.c_str(), nullptr), count < base ? count : count - base);
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

metrics_page::metrics_page(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty() || line.front() == '#') continue;
    if (auto read = read_line(line)) samples_.push_back(std::move(*read));
  }
}

std::optional<metrics_page::sample> metrics_page::read_line(std::string_view line) {
  auto out = sample{};
  const auto end = line.find_first_of("{ ");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  out.name = line.substr(0, end);
  const auto has_labels = line[end] == '{';
  line.remove_prefix(end + 1);
  while (has_labels && !line.starts_with('}')) {
    const auto label = take_until(line, "=\"");
    auto value = label ? take_value(line) : std::nullopt;
    if (!value) return std::nullopt;
    out.labels.emplace_back(*label, std::move(*value));
    if (line.starts_with(',')) line.remove_prefix(1);
  }
  if (has_labels) line.remove_prefix(1);
  const auto number = std::string{line};
  auto* stopped = static_cast<char*>(nullptr);
  out.value = std::strtod(number.c_str(), &stopped);
  if (stopped == number.c_str() || std::isnan(out.value)) return std::nullopt;
  return out;
}

const std::string* metrics_page::sample::find(std::string_view label) const {
  const auto at = std::ranges::find(labels, label, &std::pair<std::string, std::string>::first);
  return at == labels.end() ? nullptr : &at->second;
}

bool metrics_page::sample::matches(std::string_view wanted, const label_filter& with) const {
  return name == wanted && std::ranges::all_of(with, [this](const auto& w) {
           const auto* found = find(w.first);
           return found != nullptr && *found == w.second;
         });
}

bool metrics_page::has(std::string_view name) const {
  return std::ranges::any_of(samples_, [&](const sample& s) { return s.name == name; });
}

double metrics_page::sum(std::string_view name, const label_filter& with) const {
  auto total = 0.0;
  for (const auto& s : samples_)
    if (s.matches(name, with)) total += s.value;
  return total;
}

std::vector<std::pair<std::string, double>> metrics_page::by(std::string_view name,
                                                             std::string_view label,
                                                             const label_filter& with) const {
  auto out = std::vector<std::pair<std::string, double>>{};
  for (const auto& s : samples_) {
    const auto* value = s.matches(name, with) ? s.find(label) : nullptr;
    if (value == nullptr) continue;
    const auto at = std::ranges::find(out, *value, &std::pair<std::string, double>::first);
    if (at == out.end())
      out.emplace_back(*value, s.value);
    else
      at->second += s.value;
  }
  return out;
}

std::string metrics_page::label_of(std::string_view name, std::string_view label) const {
  for (const auto& s : samples_)
    if (const auto* value = s.name == name ? s.find(label) : nullptr) return *value;
  return {};
}

double page_span::rate(std::string_view name, const label_filter& with) const {
  const auto grown = now.sum(name, with) - before.sum(name, with);
  return grown < 0 || seconds <= 0 ? 0 : grown / seconds;
}

std::optional<double> page_span::quantile(double q, std::string_view name,
                                          const label_filter& with) const {
  const auto all = buckets_of(*this, std::string{name} + "_bucket", with);
  if (all.empty() || all.back().second <= 0) return std::nullopt;
  const auto rank = q * all.back().second;
  auto below = bucket{0, 0};
  for (const auto& b : all) {
    if (b.second >= rank) {
      if (std::isinf(b.first)) return below.first;
      const auto inside = b.second - below.second;
      const auto share = inside <= 0 ? 1 : (rank - below.second) / inside;
      return below.first + (b.first - below.first) * share;
    }
    below = b;
  }
  return below.first;
}

std::optional<double> page_span::mean(std::string_view name, const label_filter& with) const {
  const auto count = rate(std::string{name} + "_count", with);
  if (count <= 0) return std::nullopt;
  return rate(std::string{name} + "_sum", with) / count;
}

}  // namespace mintage::app
