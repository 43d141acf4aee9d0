#include "bench/harness/load.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <thread>

#include "bench/harness/driver.hpp"

namespace mintage::bench {
namespace {

load_options share_of(const load_options& o, std::size_t index, std::size_t threads) {
  auto out = o;
  out.connections = o.connections / threads + (index < o.connections % threads ? 1 : 0);
  out.connections = std::max<std::size_t>(1, out.connections);
  out.seed = o.seed * 1000 + index;
  if (out.arrivals) {
    out.arrivals->rate /= static_cast<double>(threads);
    for (auto& each : out.arrivals->changes) each.rate /= static_cast<double>(threads);
  }
  if (index != 0) out.tell = nullptr;
  return out;
}

}  // namespace

load_result run_load(const load_options& o, std::vector<workload>& sources) {
  const auto threads = sources.size();
  auto live = live_counts{};
  auto drivers = std::vector<std::unique_ptr<driver>>{};
  for (auto i = std::size_t{0}; i < threads; ++i) {
    const auto phase = static_cast<double>(i) / static_cast<double>(threads);
    drivers.push_back(std::make_unique<driver>(share_of(o, i, threads), sources[i], live, phase));
    drivers.back()->connect();
  }
  const auto start = driver::steady::now();
  auto others = std::vector<std::thread>{};
  for (auto i = std::size_t{1}; i < threads; ++i) {
    others.emplace_back([d = drivers[i].get(), start] { d->run(start); });
  }
  drivers.front()->run(start);
  for (auto& t : others) t.join();

  auto out =
      load_result{tally{drivers.front()->counts().slice_width()}, {}, {}, {}, {}, {}, {}, {}, {}};
  out.parts.resize(o.parts.size());
  for (const auto& d : drivers) {
    out.counts.add(d->counts());
    out.elapsed = std::max(out.elapsed, d->elapsed());
    out.harness.user += d->used().user;
    out.harness.system += d->used().system;
    out.harness.voluntary_switches += d->used().voluntary_switches;
    out.harness.forced_switches += d->used().forced_switches;
    out.ran_out = out.ran_out || d->ran_out();
    out.handshakes.full += d->handshakes().full;
    out.handshakes.resumed += d->handshakes().resumed;
    for (auto i = std::size_t{0}; i < out.parts.size(); ++i) out.parts[i].add(d->parts()[i]);
    std::move(d->kept().begin(), d->kept().end(), std::back_inserter(out.kept));
  }
  for (const auto& d : drivers) {
    if (out.elapsed.count() == 0) break;
    const auto share =
        static_cast<double>(d->used().cpu().count()) / static_cast<double>(out.elapsed.count());
    out.busiest = std::max(out.busiest, share);
  }
  if (o.arrivals) out.offered = o.arrivals->rate;
  return out;
}

}  // namespace mintage::bench
