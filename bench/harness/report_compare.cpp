#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <optional>

#include "bench/harness/formatted.hpp"
#include "bench/harness/report.hpp"
#include "bench/harness/spread.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;

/// The spread of a metric of one scenario; nothing when the report lacks it.
std::optional<spread> metric(const json::object& scenario, const char* name) {
  const auto* summary = scenario.if_contains("summary");
  const auto* found = summary != nullptr && summary->is_object()
                          ? summary->get_object().if_contains(name)
                          : nullptr;
  if (found == nullptr || !found->is_object()) return {};
  const auto number = [&](const char* member) {
    return found->get_object().at(member).to_number<double>();
  };
  return spread{number("median"), number("least"), number("most")};
}

const json::object* scenario_named(const json::object& report, json::string_view name) {
  for (const auto& each : report.at("scenarios").as_array()) {
    if (each.at("name").as_string() == name) return &each.get_object();
  }
  return nullptr;
}

const char* words(verdict v) {
  if (v == verdict::better) return "better";
  return v == verdict::worse ? "worse" : "no difference";
}

}  // namespace

std::string servers_table(const std::vector<json::object>& reports) {
  auto names = std::vector<json::string>{};
  for (const auto& report : reports) {
    for (const auto& each : report.at("scenarios").as_array()) {
      const auto& name = each.at("name").as_string();
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  auto out = formatted("%-20s %-34s %9s %9s %9s %8s %7s\n", "", "", "answers/s", "p50 ms", "p99 ms",
                       "CPU us", "times");
  for (const auto& name : names) {
    auto first = 0.0;
    for (const auto& report : reports) {
      const auto* scenario = scenario_named(report, name);
      if (scenario == nullptr) continue;
      const auto median = [&](const char* of) {
        return metric(*scenario, of).value_or(spread{}).median;
      };
      const auto cpu = median("server_cpu_us");
      if (first == 0) first = cpu;
      out +=
          formatted("%-20s %-34s %9.0f %9.2f %9.2f %8.1f %7.1f\n", name.c_str(),
                    report.at("server").as_string().c_str(), median("rate"), median("p50_us") / 1e3,
                    median("p99_us") / 1e3, cpu, first > 0 ? cpu / first : 0);
    }
  }
  return out +
         "\nMedians over the rounds. CPU: microseconds of the server's process per request.\n";
}

comparison compare_reports(const json::object& first, const json::object& second,
                           double threshold) {
  struct measure {
    const char* name;
    const char* title;
    bool more_is_better;
  };
  constexpr auto metrics = std::array{
      measure{"rate", "answers/s", true}, measure{"server_cpu_us", "server CPU us", false},
      measure{"p50_us", "p50 us", false}, measure{"p99_us", "p99 us", false}};
  auto out = comparison{};
  out.table = formatted("%-26s %-14s %23s %23s %8s\n", "", "", "first", "second", "change");
  for (const auto& each : first.at("scenarios").as_array()) {
    const auto& name = each.at("name").as_string();
    const auto* other = scenario_named(second, name);
    if (other == nullptr) continue;
    ++out.common;
    for (const auto& m : metrics) {
      // A rate that was offered says nothing about the server.
      const auto is_open = each.at("config").at("loop").as_string() == "open";
      const auto a = metric(each.get_object(), m.name);
      const auto b = metric(*other, m.name);
      if (!a || !b || (is_open && m.more_is_better)) continue;
      const auto d = compare(*a, *b, m.more_is_better);
      const auto is_regression = d.what == verdict::worse && std::abs(d.percent) > threshold;
      out.regressions += is_regression ? 1 : 0;
      out.table +=
          formatted("%-26s %-14s %9.1f [%5.0f,%5.0f] %9.1f [%5.0f,%5.0f] %+7.1f%%  %s%s\n",
                    name.c_str(), m.title, a->median, a->least, a->most, b->median, b->least,
                    b->most, d.percent, words(d.what), is_regression ? ", REGRESSION" : "");
    }
  }
  return out;
}

}  // namespace mintage::bench
