#include "bench/load/formatted.hpp"
#include "bench/load/report.hpp"
#include "bench/load/spread.hpp"

namespace mintage::bench {
namespace {

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
  auto out = formatted("%-26s %9.0f %9.2f %9.2f %8.1f", o.what.name.c_str(), rate.median,
                       p50.median / 1e3, p99.median / 1e3, harness.median);
  if (o.rounds.empty() || !o.rounds.front().server_us())
    return out + "         -        -      -\n";
  const auto cpu = over_rounds(o, [](const round& r) { return r.server_us().value_or(0); });
  const auto least = floor_of(o.what, floor);
  out += formatted(" %9.1f", cpu.median);
  return out + (least > 0 ? formatted(" %8.1f %6.2f\n", least, cpu.median / least)
                          : std::string{"        -      -\n"});
}

}  // namespace

std::string to_table(const run& r) {
  auto out = std::string{};
  if (r.floor.exchange > 0) {
    out = formatted(
        "floor of this machine: ES256 signature %.1f us, its verification %.1f us, RS256 signature "
        "%.1f us, bare exchange %.1f us\n\n",
        r.floor.es256, r.floor.es256_verify, r.floor.rs256, r.floor.exchange);
  }
  out += formatted("%-26s %9s %9s %9s %8s %9s %8s %6s\n", "", "answers/s", "p50 ms", "p99 ms",
                   "harness", "server us", "floor us", "ratio");
  for (const auto& o : r.outcomes) {
    if (!o.what.ramp) {
      out += row(o, r.floor);
      continue;
    }
    out += formatted("%-26s %9.0f  highest rate with p%g <= ", o.what.name.c_str(), o.best,
                     o.what.ramp->percentile) +
           format_time(o.what.ramp->limit) + "\n";
  }
  out += "\nMedians over the rounds. harness, server, floor: CPU microseconds per request.\n";
  for (const auto& o : r.outcomes) {
    for (const auto& m : o.rounds) {
      for (const auto& [kind, times] : m.load.counts.kinds()) {
        out += formatted("%s: %s: %llu times\n", o.what.name.c_str(), kind.c_str(),
                         static_cast<unsigned long long>(times));
      }
      if (m.forged != 0) {
        out += formatted("%s: wrong signature: %llu of %llu\n", o.what.name.c_str(),
                         static_cast<unsigned long long>(m.forged),
                         static_cast<unsigned long long>(m.forged + m.verified));
      }
      const auto& [full, resumed] = m.load.handshakes;
      if (o.what.reconnect_every != 0 && m.load.elapsed.count() != 0) {
        const auto time = std::chrono::duration<double>{m.load.elapsed}.count();
        out += formatted("%s: %.0f connections/s opened again (%llu %s, %llu resumed)\n",
                         o.what.name.c_str(), static_cast<double>(full + resumed) / time,
                         static_cast<unsigned long long>(full),
                         o.what.is_tls ? "full handshakes" : "without TLS",
                         static_cast<unsigned long long>(resumed));
      }
      for (const auto& each : doubts(m)) out += o.what.name + ": " + each + "\n";
    }
  }
  for (const auto& each : r.doubts) out += each + "\n";
  return out;
}

}  // namespace mintage::bench
