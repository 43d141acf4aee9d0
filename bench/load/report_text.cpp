#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <optional>

#include "bench/load/report.hpp"
#include "bench/load/spread.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;

[[gnu::format(printf, 1, 2)]] std::string text(const char* format, ...) {
  auto out = std::string(256, '\0');
  va_list arguments;
  va_start(arguments, format);
  const auto size = std::vsnprintf(out.data(), out.size(), format, arguments);
  va_end(arguments);
  out.resize(std::min(out.size() - 1, static_cast<std::size_t>(std::max(0, size))));
  return out;
}

template <class F>
spread over_rounds(const outcome& o, F value_of) {
  auto values = std::vector<double>{};
  for (const auto& r : o.rounds) values.push_back(value_of(r));
  return spread_of(values);
}

std::string row(const outcome& o, const floor_costs& floor) {
  const auto rate = over_rounds(o, [](const round& r) { return r.rate(); });
  const auto p50 = over_rounds(o, [](const round& r) { return r.percentile_us(50); });
  const auto p99 = over_rounds(o, [](const round& r) { return r.percentile_us(99); });
  const auto harness = over_rounds(o, [](const round& r) { return r.harness_us(); });
  auto out = text("%-26s %9.0f %9.2f %9.2f %8.1f", o.what.name.c_str(), rate.median,
                  p50.median / 1e3, p99.median / 1e3, harness.median);
  if (o.rounds.empty() || !o.rounds.front().server_us())
    return out + "         -        -      -\n";
  const auto cpu = over_rounds(o, [](const round& r) { return r.server_us().value_or(0); });
  const auto least = floor.code(o.what.who.id_token_alg);
  out += text(" %9.1f", cpu.median);
  return out + (least > 0 ? text(" %8.1f %6.2f\n", least, cpu.median / least)
                          : std::string{"        -      -\n"});
}

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

std::string to_table(const run& r) {
  auto out = std::string{};
  if (r.floor.exchange > 0) {
    out = text(
        "floor of this machine: ES256 signature %.1f us, RS256 signature %.1f us, "
        "bare exchange %.1f us\n\n",
        r.floor.es256, r.floor.rs256, r.floor.exchange);
  }
  out += text("%-26s %9s %9s %9s %8s %9s %8s %6s\n", "", "answers/s", "p50 ms", "p99 ms", "harness",
              "server us", "floor us", "ratio");
  for (const auto& o : r.outcomes) {
    if (!o.what.ramp) {
      out += row(o, r.floor);
      continue;
    }
    out += text("%-26s %9.0f  highest rate with p%g <= ", o.what.name.c_str(), o.best,
                o.what.ramp->percentile) +
           format_time(o.what.ramp->limit) + "\n";
  }
  out += "\nMedians over the rounds. harness, server, floor: CPU microseconds per request.\n";
  for (const auto& o : r.outcomes) {
    for (const auto& m : o.rounds) {
      for (const auto& [kind, times] : m.load.counts.kinds()) {
        out += text("%s: %s: %llu times\n", o.what.name.c_str(), kind.c_str(),
                    static_cast<unsigned long long>(times));
      }
      if (m.forged != 0) {
        out += text("%s: wrong signature: %llu of %llu\n", o.what.name.c_str(),
                    static_cast<unsigned long long>(m.forged),
                    static_cast<unsigned long long>(m.forged + m.verified));
      }
      for (const auto& each : doubts(m)) out += o.what.name + ": " + each + "\n";
    }
  }
  for (const auto& each : r.doubts) out += each + "\n";
  return out;
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
  out.table = text("%-26s %-14s %23s %23s %8s\n", "", "", "first", "second", "change");
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
      out.table += text("%-26s %-14s %9.1f [%5.0f,%5.0f] %9.1f [%5.0f,%5.0f] %+7.1f%%  %s%s\n",
                        name.c_str(), m.title, a->median, a->least, a->most, b->median, b->least,
                        b->most, d.percent, words(d.what), is_regression ? ", REGRESSION" : "");
    }
  }
  return out;
}

}  // namespace mintage::bench
