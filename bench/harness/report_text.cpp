#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <optional>

#include "bench/harness/formatted.hpp"
#include "bench/harness/progress_line.hpp"
#include "bench/harness/report.hpp"
#include "bench/harness/spread.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;

double number(const json::value& v) {
  return v.to_number<double>();
}
unsigned long long whole(const json::value& v) {
  return v.to_number<unsigned long long>();
}
double mib(const json::value& kib) {
  return number(kib) / 1024;
}
const char* text(const json::value& v) {
  return v.as_string().c_str();
}

/// The spread of a metric over the rounds of a scenario; nothing when the report lacks it.
std::optional<spread> metric(const json::value& scenario, const char* name) {
  const auto* summary = scenario.as_object().if_contains("summary");
  const auto* found = summary != nullptr && summary->is_object()
                          ? summary->get_object().if_contains(name)
                          : nullptr;
  if (found == nullptr || !found->is_object()) return {};
  return spread{number(found->at("median")), number(found->at("least")), number(found->at("most"))};
}
/// The median of a metric; zero when the report lacks it.
double median(const json::value& scenario, const char* name) {
  return metric(scenario, name).value_or(spread{}).median;
}

/// A line per text, or per kind of failure with its number.
std::string lines_of(const json::array& texts, const std::string& before = {}) {
  auto out = std::string{};
  for (const auto& each : texts) out += before + text(each) + "\n";
  return out;
}
std::string lines_of(const json::object& kinds, const std::string& before = {}) {
  auto out = std::string{};
  for (const auto& [kind, times] : kinds)
    out +=
        before + std::string{kind.data(), kind.size()} + formatted(": %llu times\n", whole(times));
  return out;
}

std::string scenario_line(const json::value& s) {
  if (const auto* ramp = s.as_object().if_contains("ramp")) {
    const auto limit = std::chrono::duration<double, std::micro>{number(ramp->at("limit_us"))};
    return formatted("%-26s %9.0f  highest rate with p%g <= ", text(s.at("name")),
                     number(ramp->at("best")), number(ramp->at("percentile"))) +
           format_time(std::chrono::round<nanoseconds>(limit)) + "\n";
  }
  auto out =
      formatted("%-26s %9.0f %9.2f %9.2f %8.1f", text(s.at("name")), median(s, "rate"),
                median(s, "p50_us") / 1e3, median(s, "p99_us") / 1e3, median(s, "harness_cpu_us"));
  const auto cpu = median(s, "server_cpu_us");
  out += cpu > 0 ? formatted(" %9.1f", cpu) : std::string{"         -"};
  const auto fill = metric(s, "lane_fill");
  out += fill ? formatted(" %6.1f", fill->median) : std::string{"      -"};
  const auto least = number(s.at("floor_us"));
  if (least <= 0) return out + "        -      -         -\n";
  out += formatted(" %8.1f", least);
  out += cpu > 0 ? formatted(" %6.2f", cpu / least) : std::string{"      -"};
  return out + formatted(" %9.0f\n", median(s, "p50_us") - number(s.at("floor_p50_us")));
}

/// Ten lines over all rounds: the server's memory after so many answers.
std::string memory_lines(const json::value& s) {
  auto out = formatted("\n%-26s %12s %9s %9s %12s\n", text(s.at("name")), "answers", "RSS MiB",
                       "peak MiB", "database MiB");
  out += formatted("%-26s %12s %9.1f\n", "", "before", mib(s.at("resident_before_kib")));
  const auto planned = whole(s.at("config").at("requests"));
  auto answers = 0ULL;
  auto told = 0ULL;
  for (const auto& r : s.at("rounds").as_array()) {
    answers += whole(r.at("answers"));
    const auto tenths = answers * 10 / planned;
    if (r.at("server").is_null() || tenths == told) continue;
    told = tenths;
    out += formatted("%-26s %12llu %9.1f %9.1f %12.1f\n", "", answers,
                     mib(r.at("server").at("resident_kib")),
                     mib(r.at("server").at("peak_resident_kib")), mib(r.at("stored_kib")));
  }
  return out;
}

std::string round_lines(const json::value& s, const json::value& r) {
  const auto* name = text(s.at("name"));
  auto out = lines_of(r.at("kinds").as_object(), std::string{name} + ": ");
  const auto forged = whole(r.at("forged"));
  if (forged != 0) {
    out += formatted("%s: wrong signature: %llu of %llu\n", name, forged,
                     forged + whole(r.at("verified")));
  }
  if (whole(s.at("config").at("reconnect_every")) != 0 && number(r.at("elapsed_s")) > 0) {
    const auto& again = r.at("connected_again");
    out += formatted("%s: %.0f connections/s opened again (%llu %s, %llu resumed)\n", name,
                     number(again.at("per_second")), whole(again.at("full")),
                     s.at("config").at("tls").as_bool() ? "full handshakes" : "without TLS",
                     whole(again.at("resumed")));
  }
  return out + lines_of(r.at("doubts").as_array(), std::string{name} + ": ");
}

std::string part_line(const json::value& p) {
  const auto per_second = [&](const char* name) {
    return number(p.at(name)) / number(p.at("seconds"));
  };
  const auto ms = [&](const char* whose, const char* from, const char* percentile) {
    return number(p.at(whose).at(from).at(percentile)) / 1e3;
  };
  return formatted(
      "%-13s %8.0f %9.0f %9.0f %6llu %7.2f %7.2f %7.2f %7.2f %7.2f %6.2f %6.2f %5.0f\n",
      text(p.at("name")), number(p.at("offered")), per_second("granted"), per_second("refused"),
      whole(p.at("failed")), ms("granted_after", "from_due_us", "p50"),
      ms("granted_after", "from_due_us", "p99"), ms("granted_after", "from_sent_us", "p99"),
      ms("refused_after", "from_due_us", "p99"), ms("refused_after", "from_sent_us", "p99"),
      number(p.at("late_p99_us")) / 1e3, number(p.at("turn_p99_us")) / 1e3,
      mib(p.at("resident_kib")));
}

std::string goal_line(const json::value& g) {
  const auto digits = static_cast<int>(whole(g.at("digits")));
  const auto rounded = [&](const char* name) {
    return formatted("%.*f", digits, number(g.at(name)));
  };
  auto verdict = std::string{text(g.at("verdict"))};
  if (verdict == "missed") verdict = "MISSED";
  if (verdict == "unclear") verdict += ": the harness was late";
  return formatted("%-46s %10s %s %10s   %s\n", text(g.at("what")), rounded("figure").c_str(),
                   g.at("at_least").as_bool() ? ">=" : "<=", rounded("goal").c_str(),
                   verdict.c_str());
}

std::string overload_text(const json::value& o) {
  auto out = formatted(
      "\npeak %.0f/s, kept with p99 <= 20 ms and no refusal; a bare exchange costs %.1f us\n\n",
      number(o.at("peak")), number(o.at("bare_exchange_us")));
  out +=
      formatted("%-13s %8s %9s %9s %6s %23s %15s %13s %5s\n", "", "offered", "granted", "refused",
                "", "granted: p50    p99 sent", "refused: p99 sent", "harness: late", "RSS");
  out += formatted("%-13s %8s %9s %9s %6s %7s %7s %7s %7s %7s %6s %6s %5s\n", "", "/s", "/s", "/s",
                   "failed", "ms", "ms", "ms", "ms", "ms", "ms", "turn", "MiB");
  for (const auto& part : o.at("parts").as_array()) out += part_line(part);
  out +=
      "\nThe 99th percentiles count from when a request was due, and from when it was sent.\n"
      "late: 1 % were sent later than that although a connection was free; turn: 1 % of the\n"
      "looks at its sockets came later than that after the look before.\n\n";
  out += formatted("%-46s %10s   %10s\n", "goal", "figure", "");
  for (const auto& goal : o.at("goals").as_array()) out += goal_line(goal);
  return out + lines_of(o.at("kinds").as_object()) + lines_of(o.at("doubts").as_array());
}

const json::value* scenario_named(const json::object& report, json::string_view name) {
  for (const auto& each : report.at("scenarios").as_array()) {
    if (each.at("name").as_string() == name) return &each;
  }
  return nullptr;
}

const char* words(verdict v) {
  if (v == verdict::better) return "better";
  return v == verdict::worse ? "worse" : "no difference";
}

}  // namespace

std::string to_text(const json::object& report) {
  auto out = std::string{};
  const auto floor = [&](const char* name) { return number(report.at("floor").at(name)); };
  if (floor("exchange_us") > 0) {
    out = formatted(
        "floor of this machine: ES256 signature %.1f us, its verification %.1f us, RS256 signature "
        "%.1f us, bare exchange %.1f us (median latency %.0f us), append and sync %.0f us\n\n",
        floor("es256_us"), floor("es256_verify_us"), floor("rs256_us"), floor("exchange_us"),
        floor("exchange_p50_us"), floor("fsync_us"));
  }
  out += formatted("%-26s %9s %9s %9s %8s %9s %6s %8s %6s %9s\n", "", "answers/s", "p50 ms",
                   "p99 ms", "harness", "server us", "lanes", "floor us", "ratio", "beyond us");
  const auto& scenarios = report.at("scenarios").as_array();
  for (const auto& s : scenarios) out += scenario_line(s);
  out +=
      "\nMedians over the rounds. harness, server, floor: CPU microseconds per request. lanes: "
      "signatures per call of crypto_mb, of eight. beyond: p50 less the floor of latency.\n";
  for (const auto& s : scenarios) {
    if (whole(s.at("config").at("requests")) != 0) out += memory_lines(s);
    for (const auto& r : s.at("rounds").as_array()) out += round_lines(s, r);
  }
  if (const auto* overload = report.if_contains("overload")) out += overload_text(*overload);
  return out + lines_of(report.at("doubts").as_array());
}

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
      const auto* s = scenario_named(report, name);
      if (s == nullptr) continue;
      const auto cpu = median(*s, "server_cpu_us");
      if (first == 0) first = cpu;
      out += formatted("%-20s %-34s %9.0f %9.2f %9.2f %8.1f %7.1f\n", name.c_str(),
                       text(report.at("server")), median(*s, "rate"), median(*s, "p50_us") / 1e3,
                       median(*s, "p99_us") / 1e3, cpu, first > 0 ? cpu / first : 0);
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
    // An offered rate says nothing about the server.
    const auto is_open = each.at("config").at("loop").as_string() == "open";
    for (const auto& m : metrics) {
      const auto a = metric(each, m.name);
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
