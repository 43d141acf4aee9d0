#include "bench/harness/report.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "bench/harness/spread.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;

double us(nanoseconds t) {
  return static_cast<double>(t.count()) / 1e3;
}
double seconds(nanoseconds t) {
  return std::chrono::duration<double>{t}.count();
}

json::array list_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

/// Kinds of failure and their numbers.
template <class Kinds>
json::object kinds_of(const Kinds& kinds) {
  auto out = json::object{};
  for (const auto& [kind, times] : kinds) out[kind] = times;
  return out;
}

/// Points of the percentile axis, denser towards 100.
json::array curve_of(const histogram& h) {
  auto out = json::array{};
  for (auto rest = 100.0; rest > 0.0009; rest /= std::pow(10.0, 0.1)) {
    // Beyond the resolution of count() requests there is only the maximum.
    const auto enough = rest / 100 * static_cast<double>(h.count()) >= 1;
    const auto p = 100 - rest;
    out.push_back(json::array{p, us(h.percentile(p))});
    if (!enough) break;
  }
  return out;
}

json::object latency_of(const histogram& h) {
  return {{"p50", us(h.percentile(50))}, {"p90", us(h.percentile(90))},
          {"p99", us(h.percentile(99))}, {"p99.9", us(h.percentile(99.9))},
          {"max", us(h.max())},          {"mean", us(h.mean())}};
}

json::array slices_of(const tally& t) {
  auto out = json::array{};
  const auto width = seconds(t.slice_width());
  for (auto i = std::size_t{0}; i < t.slices().size(); ++i) {
    const auto& s = t.slices()[i];
    out.push_back(json::object{{"t", static_cast<double>(i) * width},
                               {"rate", static_cast<double>(s.answers) / width},
                               {"failures", s.failures},
                               {"p50", us(s.latency.percentile(50))},
                               {"p99", us(s.latency.percentile(99))},
                               {"max", us(s.latency.max())}});
  }
  return out;
}

json::value server_of(const round& r) {
  if (!r.server || r.requests() == 0) return nullptr;
  const auto per = [&](double value) { return value / static_cast<double>(r.requests()); };
  return json::object{
      {"cpu_us_per_request", *r.server_us()},
      {"user_us_per_request", per(us(r.server->user))},
      {"system_us_per_request", per(us(r.server->system))},
      {"voluntary_switches_per_request", per(static_cast<double>(r.server->voluntary_switches))},
      {"forced_switches_per_request", per(static_cast<double>(r.server->forced_switches))},
      {"resident_kib", r.server->resident_kib},
      {"peak_resident_kib", r.server->peak_resident_kib}};
}

/// A list for each pool that the first reading has in `figures`, with an element per reading; null
/// where a reading lacks the pool.
/// @param value_of receives the figure, the former reading's (null if none) and the seconds between
///        them.
template <class Figure, class ValueOf>
json::object series_of(const std::vector<pool_reading>& readings,
                       std::map<std::string, Figure> pool_reading::*figures, ValueOf value_of) {
  auto out = json::object{};
  for (const auto& [pool, _] : readings.front().*figures) {
    auto list = json::array{};
    const auto* before = static_cast<const Figure*>(nullptr);
    auto at = readings.front().at;
    for (const auto& reading : readings) {
      const auto found = (reading.*figures).find(pool);
      const auto* now = found == (reading.*figures).end() ? nullptr : &found->second;
      list.push_back(now == nullptr ? json::value(nullptr)
                                    : value_of(*now, before, seconds(reading.at - at)));
      before = now;
      at = reading.at;
    }
    out[pool] = std::move(list);
  }
  return out;
}

json::value mean_between(const size_counts& now, const size_counts* before, double) {
  if (before == nullptr) return nullptr;
  const auto between = now - *before;
  if (between.count == 0) return nullptr;
  return between.sum / static_cast<double>(between.count);
}

/// Batches of the whole round by upper bound of their size; the last bound is null.
json::object batch_counts(const pool_reading& first, const pool_reading& last) {
  auto out = json::object{};
  for (const auto& [pool, before] : first.batch_size) {
    auto counts = json::array{};
    if (const auto found = last.batch_size.find(pool); found != last.batch_size.end()) {
      for (const auto& [bound, count] : (found->second - before).buckets) {
        const auto is_finite = bound < 1e300;
        counts.push_back(json::array{is_finite ? json::value(bound) : json::value(nullptr), count});
      }
    }
    out[pool] = std::move(counts);
  }
  return out;
}

json::object to_json(const round& r) {
  const auto& counts = r.load.counts;
  auto requests = json::object{};
  for (const auto kind : all_kinds) {
    const auto& latency = counts.latency_of(kind);
    if (latency.count() == 0) continue;
    auto one = latency_of(latency);
    one["answers"] = latency.count();
    requests[std::string{name_of(kind)}] = one;
  }
  const auto per_second = [&](std::uint64_t n) {
    return r.load.elapsed.count() == 0 ? 0.0 : static_cast<double>(n) / seconds(r.load.elapsed);
  };
  const auto& shaken = r.load.handshakes;
  return {{"elapsed_s", seconds(r.load.elapsed)},
          {"answers", counts.answers()},
          {"failures", counts.failures()},
          {"kinds", kinds_of(counts.kinds())},
          {"rate", r.rate()},
          {"offered", r.load.offered ? json::value(*r.load.offered) : json::value(nullptr)},
          {"latency_us", latency_of(counts.latency())},
          {"curve", curve_of(counts.latency())},
          {"slices", slices_of(counts)},
          {"requests", requests},
          {"connected_again",
           {{"full", shaken.full},
            {"resumed", shaken.resumed},
            {"per_second", per_second(shaken.full + shaken.resumed)}}},
          {"server", server_of(r)},
          {"stored_kib", r.stored_kib},
          {"pools", to_json(r.pools)},
          {"harness",
           {{"cpu_us_per_request", r.harness_us()},
            {"busiest_thread", r.load.busiest},
            {"late_p99_us", us(counts.lateness().percentile(99))}}},
          {"verified", r.verified},
          {"forged", r.forged},
          {"doubts", list_of(doubts(r))}};
}

json::object config_of(const outcome& o) {
  const auto& s = o.what;
  auto mix = json::object{};
  for (const auto& each : s.mix) mix[std::string{name_of(each.kind)}] = each.weight;
  auto out = json::object{
      {"loop", s.arrivals ? "open" : "closed"},
      {"client", s.who.is_public ? "public client, PKCE" : "confidential client, Basic"},
      {"id_token_alg", s.who.id_token_alg},
      {"mix", mix},
      {"tls", s.is_tls},
      {"connections", s.connections},
      {"reconnect_every", s.reconnect_every},
      {"threads", o.how.threads},
      {"requests", o.how.requests},
      {"warm_up_s", seconds(o.how.warm_up)},
      {"duration_s", seconds(o.how.duration)}};
  if (s.arrivals) {
    out["arrivals"] = s.arrivals->kind == arrival_kind::poisson ? "poisson" : "constant";
    out["rate"] = s.arrivals->rate;
  }
  return out;
}

json::object summary_of(const std::vector<round>& rounds) {
  auto out = json::object{};
  const auto put = [&](const char* name, auto value_of) {
    auto values = std::vector<double>{};
    for (const auto& r : rounds) {
      if (const std::optional<double> v = value_of(r)) values.push_back(*v);
    }
    if (values.empty()) return;
    const auto s = spread_of(values);
    out[name] = json::object{{"median", s.median}, {"least", s.least}, {"most", s.most}};
  };
  put("rate", [](const round& r) { return r.rate(); });
  put("server_cpu_us", [](const round& r) { return r.server_us(); });
  put("harness_cpu_us", [](const round& r) { return r.harness_us(); });
  put("p50_us", [](const round& r) { return r.percentile_us(50); });
  put("p99_us", [](const round& r) { return r.percentile_us(99); });
  put("p99.9_us", [](const round& r) { return r.percentile_us(99.9); });
  put("lane_fill", [](const round& r) { return r.lane_fill(); });
  return out;
}

/// The mean of `of` over the kinds of a mix, by their weights; zero when no floor was measured.
template <class F>
double floor_of(const scenario& s, const floor_costs& floor, F of) {
  if (floor.exchange <= 0) return 0;
  auto sum = 0.0;
  auto weights = 0.0;
  for (const auto& [kind, weight] : s.mix) {
    sum += weight * of(kind);
    weights += weight;
  }
  return sum / weights;
}

double cpu_floor_of(const scenario& s, const floor_costs& floor) {
  return floor_of(s, floor, [&](request_kind kind) { return floor.of(kind, s.who.id_token_alg); });
}

/// The floor of the median latency. For a mix it is the mean, because the median may belong to any
/// kind.
double latency_floor_of(const scenario& s, const run& r) {
  const auto writes = [&](request_kind kind) {
    return kind == request_kind::code ||
           (kind == request_kind::refresh && (s.who.rotates || s.who.is_public));
  };
  return floor_of(s, r.floor, [&](request_kind kind) {
    return r.floor.latency_of(kind, s.who.id_token_alg, r.waits_for_disk && writes(kind));
  });
}

json::object to_json(const outcome& o, const run& of) {
  auto rounds = json::array{};
  for (const auto& r : o.rounds) rounds.push_back(to_json(r));
  auto out = json::object{{"name", o.what.name},
                          {"config", config_of(o)},
                          {"floor_us", cpu_floor_of(o.what, of.floor)},
                          {"floor_p50_us", latency_floor_of(o.what, of)},
                          {"resident_before_kib", o.resident_before_kib},
                          {"summary", summary_of(o.rounds)},
                          {"rounds", rounds},
                          {"unexplained", o.unexplained()}};
  if (!o.what.ramp) return out;
  auto steps = json::array{};
  for (const auto& s : o.steps) {
    auto step = to_json(s.measured);
    step["held"] = s.held;
    steps.push_back(step);
  }
  out["ramp"] = json::object{{"percentile", o.what.ramp->percentile},
                             {"limit_us", us(o.what.ramp->limit)},
                             {"best", o.best},
                             {"steps", steps}};
  return out;
}

json::object to_json(const storm_result::part& p, storm_part which) {
  const auto both = [](const waits& w) {
    return json::object{{"from_due_us", latency_of(w.from_due)},
                        {"from_sent_us", latency_of(w.from_sent)}};
  };
  return {{"name", std::string{name_of(which)}},
          {"seconds", p.seconds},
          {"offered", p.offered},
          {"granted", p.counts.granted},
          {"refused", p.counts.refused},
          {"failed", p.counts.failed},
          {"granted_after", both(p.counts.granted_after)},
          {"refused_after", both(p.counts.refused_after)},
          {"late_p99_us", us(p.counts.late.percentile(99))},
          {"turn_p99_us", us(p.counts.turns.percentile(99))},
          {"server_cpu_us", us(p.server_cpu)},
          {"resident_kib", p.resident_kib}};
}

json::object to_json(const storm_result& r) {
  auto parts = json::array{};
  for (auto i = std::size_t{0}; i < storm_parts_count; ++i)
    parts.push_back(to_json(r.parts[i], static_cast<storm_part>(i)));
  auto goals = json::array{};
  for (const auto& g : compare_with_goals(r)) {
    goals.push_back(json::object{{"name", std::string{g.name}},
                                 {"what", g.what},
                                 {"figure", g.figure},
                                 {"goal", g.goal},
                                 {"digits", g.digits},
                                 {"at_least", g.at_least},
                                 {"verdict", std::string{name_of(g.met)}}});
  }
  return {{"connections", r.how.connections},
          {"threads", r.how.threads},
          {"peak", r.peak},
          {"bare_exchange_us", r.bare_us},
          {"busiest_thread", r.busiest},
          {"parts", parts},
          {"goals", goals},
          {"kinds", kinds_of(r.kinds)},
          {"doubts", list_of(doubts(r))}};
}

}  // namespace

json::value to_json(const std::vector<pool_reading>& readings) {
  if (readings.size() < 2) return nullptr;
  auto t = json::array{};
  auto in_flight = json::array{};
  for (const auto& reading : readings) {
    t.push_back(seconds(reading.at));
    in_flight.push_back(reading.in_flight);
  }
  const auto as_it_is = [](double now, const double*, double) { return json::value(now); };
  const auto per_second = [](double now, const double* before, double time) {
    return before == nullptr || time <= 0 ? json::value(nullptr)
                                          : json::value((now - *before) / time);
  };
  return json::object{{"t", t},
                      {"in_flight", in_flight},
                      {"queue_depth", series_of(readings, &pool_reading::queue_depth, as_it_is)},
                      {"busy", series_of(readings, &pool_reading::busy_seconds, per_second)},
                      {"batch_mean", series_of(readings, &pool_reading::batch_size, mean_between)},
                      {"batch_sizes", batch_counts(readings.front(), readings.back())}};
}

json::object to_json(const run& r) {
  auto outcomes = json::array{};
  for (const auto& o : r.outcomes) outcomes.push_back(to_json(o, r));
  auto settings = json::object{};
  for (const auto& [key, value] : r.settings) settings[key] = value;
  auto out = json::object{{"mintage_bench", 1},
                          {"date", r.date},
                          {"server", r.server},
                          {"machine",
                           {{"cpu", r.where.cpu},
                            {"cores", r.where.cores},
                            {"kernel", r.where.kernel},
                            {"memory_mib", r.where.memory_mib},
                            {"load", r.where.load}}},
                          {"floor",
                           {{"es256_us", r.floor.es256},
                            {"rs256_us", r.floor.rs256},
                            {"es256_verify_us", r.floor.es256_verify},
                            {"exchange_us", r.floor.exchange},
                            {"exchange_p50_us", r.floor.exchange_p50},
                            {"fsync_us", r.floor.fsync}}},
                          {"settings", settings},
                          {"doubts", list_of(r.doubts)},
                          {"scenarios", outcomes}};
  if (r.storm) out["overload"] = to_json(*r.storm);
  return out;
}

json::object read_report(const std::filesystem::path& file) {
  auto in = std::ifstream{file};
  const auto text = std::string{std::istreambuf_iterator<char>{in}, {}};
  auto error = boost::system::error_code{};
  auto value = json::parse(text, error);
  const auto* version =
      error || !value.is_object() ? nullptr : value.get_object().if_contains("mintage_bench");
  if (version == nullptr || !version->is_int64() || version->get_int64() != 1) {
    throw std::runtime_error{file.string() + ": not a report of mintage-bench, version 1"};
  }
  return std::move(value.get_object());
}

}  // namespace mintage::bench
