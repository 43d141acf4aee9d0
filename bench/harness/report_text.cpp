#include "bench/harness/formatted.hpp"
#include "bench/harness/report.hpp"
#include "bench/harness/spread.hpp"

namespace mintage::bench {
namespace {

template <class F>
spread over_rounds(const outcome& o, F value_of) {
  auto values = std::vector<double>{};
  for (const auto& r : o.rounds) values.push_back(value_of(r));
  return spread_of(values);
}

std::string row(const outcome& o, const run& of) {
  const auto rate = over_rounds(o, [](const round& r) { return r.rate(); });
  const auto p50 = over_rounds(o, [](const round& r) { return r.percentile_us(50); });
  const auto p99 = over_rounds(o, [](const round& r) { return r.percentile_us(99); });
  const auto harness = over_rounds(o, [](const round& r) { return r.harness_us(); });
  auto out = formatted("%-26s %9.0f %9.2f %9.2f %8.1f", o.what.name.c_str(), rate.median,
                       p50.median / 1e3, p99.median / 1e3, harness.median);
  const auto cpu = over_rounds(o, [](const round& r) { return r.server_us().value_or(0); });
  out += cpu.median > 0 ? formatted(" %9.1f", cpu.median) : std::string{"         -"};
  const auto least = floor_of(o.what, of.floor);
  if (least <= 0) return out + "        -      -         -\n";
  out += formatted(" %8.1f", least);
  out += cpu.median > 0 ? formatted(" %6.2f", cpu.median / least) : std::string{"      -"};
  return out + formatted(" %9.0f\n", p50.median - latency_floor_of(o.what, of));
}

}  // namespace

/// Ten lines over all rounds: what the server holds after so many answers.
std::string memory_rows(const outcome& o) {
  const auto mib = [](std::uint64_t kib) { return static_cast<double>(kib) / 1024; };
  auto out = formatted("\n%-26s %12s %9s %9s %12s\n", o.what.name.c_str(), "answers", "RSS MiB",
                       "peak MiB", "database MiB");
  out += formatted("%-26s %12s %9.1f\n", "", "before", mib(o.resident_before_kib));
  auto answers = std::uint64_t{0};
  auto told = std::uint64_t{0};
  for (const auto& r : o.rounds) {
    answers += r.load.counts.answers();
    const auto tenths = answers * 10 / o.how.requests;
    if (!r.server || tenths == told) continue;
    told = tenths;
    out +=
        formatted("%-26s %12llu %9.1f %9.1f %12.1f\n", "", static_cast<unsigned long long>(answers),
                  mib(r.server->resident_kib), mib(r.server->peak_resident_kib), mib(r.stored_kib));
  }
  return out;
}

std::string to_table(const run& r) {
  auto out = std::string{};
  if (r.floor.exchange > 0) {
    out = formatted(
        "floor of this machine: ES256 signature %.1f us, its verification %.1f us, RS256 signature "
        "%.1f us, bare exchange %.1f us (median latency %.0f us), append and sync %.0f us\n\n",
        r.floor.es256, r.floor.es256_verify, r.floor.rs256, r.floor.exchange, r.floor.exchange_p50,
        r.floor.fsync);
  }
  out += formatted("%-26s %9s %9s %9s %8s %9s %8s %6s %9s\n", "", "answers/s", "p50 ms", "p99 ms",
                   "harness", "server us", "floor us", "ratio", "beyond us");
  for (const auto& o : r.outcomes) {
    if (!o.what.ramp) {
      out += row(o, r);
      continue;
    }
    out += formatted("%-26s %9.0f  highest rate with p%g <= ", o.what.name.c_str(), o.best,
                     o.what.ramp->percentile) +
           format_time(o.what.ramp->limit) + "\n";
  }
  out +=
      "\nMedians over the rounds. harness, server, floor: CPU microseconds per request. beyond: "
      "p50 "
      "less the floor of latency.\n";
  for (const auto& o : r.outcomes) {
    if (o.how.requests != 0) out += memory_rows(o);
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
  if (r.storm) out += to_table(*r.storm);
  for (const auto& each : r.doubts) out += each + "\n";
  return out;
}

}  // namespace mintage::bench
