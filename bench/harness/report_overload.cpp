#include <algorithm>
#include <boost/json.hpp>

#include "bench/harness/formatted.hpp"
#include "bench/harness/report.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;

constexpr auto all_parts = std::array{storm_part::before, storm_part::above, storm_part::far_above,
                                      storm_part::first_second, storm_part::after};

double us(nanoseconds t) {
  return static_cast<double>(t.count()) / 1e3;
}
double ms(nanoseconds t) {
  return us(t) / 1e3;
}
double per_second(std::uint64_t count, const storm_result::part& p) {
  return static_cast<double>(count) / p.seconds;
}

const char* text_of(storm_goal::verdict v) {
  switch (v) {
    case storm_goal::verdict::met:
      return "met";
    case storm_goal::verdict::missed:
      return "MISSED";
    case storm_goal::verdict::unclear:
      break;
  }
  return "unclear: the harness was late";
}

json::object to_json(const waits& w) {
  const auto of = [](const histogram& h) {
    return json::object{{"p50", us(h.percentile(50))},
                        {"p99", us(h.percentile(99))},
                        {"p99.9", us(h.percentile(99.9))},
                        {"max", us(h.max())}};
  };
  return {{"from_due_us", of(w.from_due)}, {"from_sent_us", of(w.from_sent)}};
}

std::string row(const storm_result::part& p, storm_part which) {
  const auto& c = p.counts;
  return formatted(
      "%-13s %8.0f %9.0f %9.0f %6llu %7.2f %7.2f %7.2f %7.2f %7.2f %6.2f %6.2f %5.0f\n",
      std::string{name_of(which)}.c_str(), p.offered, per_second(c.granted, p),
      per_second(c.refused, p), static_cast<unsigned long long>(c.failed),
      ms(c.granted_after.from_due.percentile(50)), ms(c.granted_after.from_due.percentile(99)),
      ms(c.granted_after.from_sent.percentile(99)), ms(c.refused_after.from_due.percentile(99)),
      ms(c.refused_after.from_sent.percentile(99)), ms(c.late.percentile(99)),
      ms(c.turns.percentile(99)), static_cast<double>(p.resident_kib) / 1024);
}

}  // namespace

std::string to_table(const storm_result& r) {
  auto out = formatted("\npeak %.0f granted/s in closed loop; a bare exchange costs %.1f us\n\n",
                       r.peak, r.bare_us);
  out +=
      formatted("%-13s %8s %9s %9s %6s %23s %15s %13s %5s\n", "", "offered", "granted", "refused",
                "", "granted: p50    p99 sent", "refused: p99 sent", "harness: late", "RSS");
  out += formatted("%-13s %8s %9s %9s %6s %7s %7s %7s %7s %7s %6s %6s %5s\n", "", "/s", "/s", "/s",
                   "failed", "ms", "ms", "ms", "ms", "ms", "ms", "turn", "MiB");
  for (const auto p : all_parts) out += row(r.at(p), p);
  out +=
      "\nThe 99th percentiles count from when a request was due, and from when it was sent.\n"
      "late: 1 % were sent later than that although a connection was free; turn: 1 % of the\n"
      "looks at its sockets came later than that after the look before.\n\n";
  out += formatted("%-46s %10s   %10s\n", "goal", "figure", "");
  for (const auto& g : compare_with_goals(r)) {
    const auto number = [&](double v) { return formatted("%.*f", g.digits, v); };
    out += formatted("%-46s %10s %s %10s   %s\n", g.what.c_str(), number(g.figure).c_str(),
                     g.at_least ? ">=" : "<=", number(g.goal).c_str(), text_of(g.met));
  }
  for (const auto& [kind, times] : r.kinds)
    out += formatted("%s: %llu times\n", kind.c_str(), static_cast<unsigned long long>(times));
  const auto is_late = [&](storm_part p) {
    return r.at(p).counts.late.percentile(99) > std::chrono::milliseconds{1};
  };
  if (r.busiest >= 0.9)
    out +=
        formatted("The harness ran %.0f %% of the time: give it a faster core.\n", 100 * r.busiest);
  else if (std::any_of(all_parts.begin(), all_parts.end(), is_late))
    out +=
        "The harness was late although it had time: others used its core, do not publish this.\n";
  return out;
}

json::object to_json(const storm_result& r) {
  auto parts = json::array{};
  for (const auto p : all_parts) {
    const auto& part = r.at(p);
    const auto& c = part.counts;
    parts.push_back(json::object{{"name", std::string{name_of(p)}},
                                 {"seconds", part.seconds},
                                 {"offered", part.offered},
                                 {"granted", c.granted},
                                 {"refused", c.refused},
                                 {"failed", c.failed},
                                 {"granted_after", to_json(c.granted_after)},
                                 {"refused_after", to_json(c.refused_after)},
                                 {"late_p99_us", us(c.late.percentile(99))},
                                 {"turn_p99_us", us(c.turns.percentile(99))},
                                 {"server_cpu_us", us(part.server_cpu)},
                                 {"resident_kib", part.resident_kib}});
  }
  auto goals = json::array{};
  for (const auto& g : compare_with_goals(r)) {
    const auto name = g.met == storm_goal::verdict::met      ? "met"
                      : g.met == storm_goal::verdict::missed ? "missed"
                                                             : "unclear";
    goals.push_back(json::object{{"name", std::string{g.name}},
                                 {"what", g.what},
                                 {"figure", g.figure},
                                 {"goal", g.goal},
                                 {"at_least", g.at_least},
                                 {"verdict", name}});
  }
  auto kinds = json::object{};
  for (const auto& [kind, times] : r.kinds) kinds[kind] = times;
  return {{"connections", r.how.connections},
          {"threads", r.how.threads},
          {"peak", r.peak},
          {"bare_exchange_us", r.bare_us},
          {"busiest_thread", r.busiest},
          {"parts", parts},
          {"goals", goals},
          {"kinds", kinds}};
}

}  // namespace mintage::bench
