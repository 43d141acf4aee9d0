#include "bench/harness/overload.hpp"

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <thread>

#include "bench/harness/formatted.hpp"

namespace mintage::bench {
namespace {

using verdict = storm_goal::verdict;

double ms(nanoseconds t) {
  return static_cast<double>(t.count()) / 1e6;
}

storm_goal goal_of(std::string_view name, std::string what, double figure, double goal,
                   bool at_least, int digits) {
  const auto met = at_least ? figure >= goal : figure <= goal;
  return {
      name, std::move(what), figure, goal, at_least, digits, met ? verdict::met : verdict::missed};
}

/// A wait in one part, and how late the harness was in it.
struct wait_of_part {
  const waits& wait;
  const histogram& late;
};

/// The part with the longer wait.
wait_of_part slower(const storm_result::part& a, const storm_result::part& b,
                    waits part_counts::*which) {
  const auto p99 = [&](const storm_result::part& p) {
    return (p.counts.*which).from_due.percentile(99);
  };
  const auto& worse = p99(a) > p99(b) ? a : b;
  return {worse.counts.*which, worse.counts.late};
}

/// The goal of a wait. It counts what clients see, including the wait for a free connection, except
/// what the harness itself was late.
storm_goal wait_goal(std::string_view name, std::string what, const wait_of_part& w,
                     double limit_ms) {
  const auto seen = ms(w.wait.from_due.percentile(99));
  auto out = goal_of(name, std::move(what), seen, limit_ms, false, 2);
  if (out.met == verdict::missed && seen - ms(w.late.percentile(99)) <= limit_ms)
    out.met = verdict::unclear;
  return out;
}

double per_second(std::uint64_t count, const storm_result::part& p) {
  return p.seconds > 0 ? static_cast<double>(count) / p.seconds : 0;
}

constexpr auto memory_slack_mib = 32.0;

/// Memory that the storm took beyond its grants: grants are stored and fill write buffers at any
/// load; refusals must leave nothing.
double excess_mib(const storm_result& r) {
  const auto mib = [](std::uint64_t kib) { return static_cast<double>(kib) / 1024; };
  const auto granted = [&](std::initializer_list<storm_part> some) {
    auto sum = std::uint64_t{0};
    for (const auto p : some) sum += r.at(p).counts.granted;
    return static_cast<double>(sum);
  };
  const auto at_end = [&](storm_part p) { return mib(r.at(p).resident_kib); };
  const auto calm = at_end(storm_part::before) - mib(r.resident_at_start_kib) +
                    at_end(storm_part::after) - at_end(storm_part::far_above);
  const auto calm_grants =
      granted({storm_part::before, storm_part::first_second, storm_part::after});
  const auto share = calm_grants == 0 ? 0.0
                                      : std::max(0.0, calm) / calm_grants *
                                            granted({storm_part::above, storm_part::far_above});
  return at_end(storm_part::far_above) - at_end(storm_part::before) - share;
}

std::array<nanoseconds, storm_parts_count> lengths_of(const storm_method& how) {
  return {how.part, how.part, how.part, std::chrono::seconds{1}, how.part};
}

/// Reads the server's use at the end of each part.
class observer {
 public:
  observer(const target_server& s, const std::vector<nanoseconds>& begins)
      : server_{s}, begins_{begins}, at_(begins.size() + 1) {}

  /// @param elapsed time of the round. Called several times a second.
  void look(nanoseconds elapsed) {
    const auto part = static_cast<std::size_t>(
        std::upper_bound(begins_.begin(), begins_.end(), elapsed) - begins_.begin());
    if (server_.pid()) at_[part] = read_process(*server_.pid()).value_or(process_use{});
  }
  /// The use until the last reading in a part. @param part -1 = before the first.
  [[nodiscard]] const process_use& until_end_of(std::ptrdiff_t part) const {
    return at_[static_cast<std::size_t>(part + 1)];
  }

 private:
  const target_server& server_;
  const std::vector<nanoseconds>& begins_;
  std::vector<process_use> at_;
};

}  // namespace

std::string_view name_of(storm_part p) noexcept {
  constexpr auto names = std::array<std::string_view, storm_parts_count>{
      "before", "above", "far_above", "first_second", "after"};
  return names[static_cast<std::size_t>(p)];
}

std::string_view name_of(storm_goal::verdict v) noexcept {
  switch (v) {
    case storm_goal::verdict::met:
      return "met";
    case storm_goal::verdict::missed:
      return "missed";
    case storm_goal::verdict::unclear:
      break;
  }
  return "unclear";
}

double remaining(double peak, double refusals, double each_us) noexcept {
  return peak * std::max(0.0, 1 - refusals * each_us / 1e6);
}

std::vector<storm_goal> compare_with_goals(const storm_result& r) {
  const auto& before = r.at(storm_part::before);
  const auto& above = r.at(storm_part::above);
  const auto& far = r.at(storm_part::far_above);
  const auto& first = r.at(storm_part::first_second);
  const auto usual = ms(before.counts.granted_after.from_due.percentile(99));
  auto out = std::vector<storm_goal>{};
  out.push_back(goal_of("goodput_above", "granted/s at 1.4 times the peak",
                        per_second(above.counts.granted, above), 0.9 * r.peak, true, 0));
  out.push_back(goal_of("goodput_far_above", "granted/s at 3 times, of what refusals leave",
                        per_second(far.counts.granted, far),
                        0.9 * remaining(r.peak, per_second(far.counts.refused, far), refusal_us),
                        true, 0));
  out.push_back(wait_goal("admitted_p99", "p99 of granted in the storm, ms",
                          slower(above, far, &part_counts::granted_after), 5 * usual));
  const auto refused_sent = [](const storm_result::part& p) {
    return ms(p.counts.refused_after.from_sent.percentile(99));
  };
  out.push_back(goal_of("refused_p99", "p99 of refusals in the storm, from when sent, ms",
                        std::max(refused_sent(above), refused_sent(far)), 20, false, 2));
  out.push_back(goal_of("memory", "memory beyond what its grants take, MiB", excess_mib(r),
                        memory_slack_mib, false, 1));
  // Requests that became due in this part; answers to requests of the storm also arrive in it.
  const auto granted = first.counts.granted_after.from_due.count();
  const auto answers = granted + first.counts.refused_after.from_due.count() + first.counts.failed;
  const auto share =
      answers == 0 ? 0.0 : 100 * static_cast<double>(granted) / static_cast<double>(answers);
  out.push_back(
      goal_of("recovery_granted", "granted in the first second after, %", share, 99, true, 2));
  out.push_back(wait_goal("recovery_p99", "p99 of granted in that second, ms",
                          {first.counts.granted_after, first.counts.late}, 2 * usual));
  return out;
}

std::vector<std::string> doubts(const storm_result& r) {
  if (r.busiest >= 0.9) {
    return {
        formatted("The harness ran %.0f %% of the time: give it a faster core.", 100 * r.busiest)};
  }
  const auto is_late = [](const storm_result::part& p) {
    return p.counts.late.percentile(99) > std::chrono::milliseconds{1};
  };
  if (std::any_of(r.parts.begin(), r.parts.end(), is_late)) {
    return {
        "The harness was late although it had time: others used its core, do not publish this."};
  }
  return {};
}

namespace {

/// The server, the client and the codes of a storm.
struct storm_source {
  const target_server& server;
  const client& who;
  std::vector<std::string> codes;
};

/// The number of codes needed at most, if the server grants no more than its peak.
std::size_t codes_of_storm(double peak, const storm_method& how) {
  auto exchanges = 0.0;
  const auto lengths = lengths_of(how);
  for (auto i = std::size_t{0}; i < storm_parts_count; ++i)
    exchanges +=
        std::min(storm_factors[i], 1.1) * peak * std::chrono::duration<double>{lengths[i]}.count();
  return static_cast<std::size_t>(exchanges * 1.1) + 2 * how.connections;
}

load_options options_of(const target_server& s, double peak, const storm_method& how,
                        storm_result& out) {
  auto o = load_options{};
  o.where = s.where().where;
  o.tls = s.where().tls.get();
  o.connections = how.connections;
  o.arrivals = pace{arrival_kind::poisson, storm_factors[0] * peak, {}};
  o.duration = nanoseconds{0};
  const auto lengths = lengths_of(how);
  for (auto i = std::size_t{0}; i < storm_parts_count; ++i) {
    o.parts.push_back(o.duration);
    if (i != 0) o.arrivals->changes.push_back({o.duration, storm_factors[i] * peak});
    out.parts[i].offered = storm_factors[i] * peak;
    out.parts[i].seconds = std::chrono::duration<double>{lengths[i]}.count();
    o.duration += lengths[i];
  }
  return o;
}

storm_result run_storm(storm_source from, double peak, double bare_us, const storm_method& how,
                       progress_line& line) {
  auto out = storm_result{};
  out.how = how;
  out.peak = peak;
  out.bare_us = bare_us;
  const auto& s = from.server;
  auto o = options_of(s, peak, how, out);
  auto sources = std::vector<workload>{};
  for (auto& codes : deal(std::move(from.codes), how.threads)) {
    sources.emplace_back(std::vector{work{
        request_kind::code, 1,
        form_template{request_kind::code, from.who, s.where().host, s.path_for(request_kind::code)},
        expectation{true, false, false}, value_use::until_granted, std::move(codes)}});
  }
  auto seen = observer{s, o.parts};
  seen.look(nanoseconds{-1});
  o.tell = [&](const progress& p) {
    seen.look(p.elapsed);
    line.show(p);
  };
  line.begin("storm", o.duration);
  auto done = run_load(o, sources);
  seen.look(o.duration - nanoseconds{1});
  for (auto i = std::size_t{0}; i < storm_parts_count; ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    auto& part = out.parts[i];
    part.counts = std::move(done.parts[i]);
    part.resident_kib = seen.until_end_of(at).resident_kib;
    if (i == 0) out.resident_at_start_kib = seen.until_end_of(-1).resident_kib;
    part.server_cpu = seen.until_end_of(at).cpu() - seen.until_end_of(at - 1).cpu();
  }
  for (const auto& [kind, times] : done.counts.kinds()) out.kinds.emplace_back(kind, times);
  out.busiest = done.busiest;
  return out;
}

/// Waits up to a minute for the background work that minting caused, which is not part of a storm.
void wait_until_idle(const target_server& s) {
  constexpr auto interval = std::chrono::milliseconds{300};
  if (!s.pid()) return;
  for (auto i = 0; i < 200; ++i) {
    const auto before = read_process(*s.pid());
    std::this_thread::sleep_for(interval);
    const auto after = read_process(*s.pid());
    if (!before || !after || (*after - *before).cpu() < interval / 20) return;
  }
}

/// Good answers per second of a short closed loop, from which the ramp begins.
double guess_rate(const target_server& s, const client& who, const value_sources& values,
                  const scenario& what, const method& m, progress_line& line) {
  auto first = m;
  first.rounds = 1;
  first.duration = std::max<nanoseconds>(m.warm_up, std::chrono::milliseconds{500});
  first.warm_up = nanoseconds{0};
  return run_scenario(s, who, values, what, first, line).rounds.front().rate();
}

}  // namespace

overload_outcome run_overload(const target_server& s, const scenario& what, const method& method,
                              double bare_us, const storm_method& how, progress_line& line) {
  constexpr auto scope = "openid profile";
  /// Of the closed loop: a rate that is kept for certain.
  constexpr auto first_share = 0.6;
  const auto who = s.make_client(what.who, {request_kind::code});
  auto values = value_sources{};
  values.push_back(minted_codes(s, who, scope));
  const auto guess = guess_rate(s, who, values, what, method, line);

  auto offered = what;
  offered.name = what.name + "-peak";
  offered.connections = how.connections;
  offered.arrivals = pace{arrival_kind::poisson, first_share * guess, {}};
  offered.ramp = peak_objective;
  auto steps = method;
  steps.duration = how.peak_step;
  steps.warm_up = nanoseconds{0};
  auto peak = run_scenario(s, who, values, offered, steps, line);
  if (peak.best == 0) throw std::runtime_error{"the server keeps p99 <= 20 ms at no rate"};

  line.say("minting codes");
  auto stock = s.mint(who, scope, codes_of_storm(peak.best, how));
  wait_until_idle(s);
  const auto rate = peak.best;
  return {std::move(peak), run_storm({s, who, std::move(stock)}, rate, bare_us, how, line)};
}

}  // namespace mintage::bench
