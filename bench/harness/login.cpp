#include "bench/harness/login.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <boost/json/array.hpp>
#include <thread>

#include "bench/harness/formatted.hpp"
#include "bench/harness/login_journey.hpp"
#include "bench/harness/spread.hpp"

namespace mintage::bench {
namespace {

namespace json = boost::json;
using steady = std::chrono::steady_clock;

constexpr auto step_names =
    std::array<std::string_view, login_steps_count>{"journey", "authorize", "accept", "push"};

/// What one step sends, for its floor.
struct step_cost {
  unsigned exchanges;
  unsigned signatures;
};
constexpr auto costs = std::array<step_cost, login_steps_count>{{{4, 2}, {1, 0}, {1, 0}, {1, 0}}};

/// Handles that a browser gets ready for a second of accepting them.
constexpr auto handles_per_second = 1000.0;

double us_per(nanoseconds time, std::uint64_t count) noexcept {
  return count == 0 ? 0 : static_cast<double>(time.count()) / 1e3 / static_cast<double>(count);
}

/// One thread of a round.
struct browser {
  histogram latency;
  std::string failure;

  /// Repeats `operation` until the time is over or it returns false.
  template <class Operation>
  void repeat(steady::time_point end, Operation operation) {
    for (auto begin = steady::now(); begin < end;) {
      if (!operation()) return;
      const auto now = steady::now();
      latency.record(now - begin);
      begin = now;
    }
  }

  void run(const journey_plan& plan, const login_method& how, nanoseconds duration,
           std::barrier<>& start) {
    auto arrived = false;
    try {
      auto way = login_journey{plan};
      auto handles = std::vector<std::string>{};
      if (how.step == login_step::accept) {
        const auto seconds = std::chrono::duration<double>{duration}.count();
        handles.resize(static_cast<std::size_t>(seconds * handles_per_second) + 1);
        for (auto& each : handles) each = way.authorize();
      }
      arrived = true;
      start.arrive_and_wait();
      repeat(steady::now() + duration, [&] { return operate(way, how.step, handles); });
    } catch (const std::exception& e) {
      failure = e.what();
      if (!arrived) start.arrive_and_wait();
    }
  }

  static bool operate(login_journey& way, login_step step, std::vector<std::string>& handles) {
    switch (step) {
      case login_step::journey:
        way.log_in();
        return true;
      case login_step::authorize:
        static_cast<void>(way.authorize());
        return true;
      case login_step::push:
        way.push();
        return true;
      case login_step::accept:
        if (handles.empty()) return false;
        static_cast<void>(way.accept(handles.back()));
        handles.pop_back();
        return true;
    }
    return false;
  }
};

nanoseconds cpu_of(std::optional<pid_t> process) {
  const auto use = process ? read_process(*process) : std::nullopt;
  return use ? use->cpu() : nanoseconds{0};
}

login_round measure(const target_server& s, const journey_plan& plan, const login_method& how,
                    nanoseconds duration) {
  auto browsers = std::vector<browser>(how.browsers);
  auto start = std::barrier<>{static_cast<std::ptrdiff_t>(how.browsers + 1)};
  auto threads = std::vector<std::jthread>{};
  for (auto& each : browsers)
    threads.emplace_back(
        [&each, &plan, &how, duration, &start] { each.run(plan, how, duration, start); });
  start.arrive_and_wait();
  auto out = login_round{};
  const auto server = cpu_of(s.pid());
  const auto own = cpu_of(::getpid());
  const auto begin = steady::now();
  threads.clear();  // joins
  out.elapsed = steady::now() - begin;
  out.server_cpu = cpu_of(s.pid()) - server;
  out.harness_cpu = cpu_of(::getpid()) - own;
  for (auto& each : browsers) {
    out.latency.add(each.latency);
    if (out.failure.empty()) out.failure = each.failure;
  }
  return out;
}

template <class Figure>
spread spread_over(const login_result& r, Figure figure) {
  auto values = std::vector<double>{};
  for (const auto& each : r.rounds) values.push_back(figure(each));
  return spread_of(std::move(values));
}

double percentile_us(const login_round& r, double p) {
  return static_cast<double>(r.latency.percentile(p).count()) / 1e3;
}

}  // namespace

std::string_view name_of(login_step s) noexcept {
  return step_names[static_cast<std::size_t>(s)];
}

std::optional<login_step> parse_login_step(std::string_view name) noexcept {
  const auto found = std::find(step_names.begin(), step_names.end(), name);
  if (found == step_names.end()) return {};
  return static_cast<login_step>(found - step_names.begin());
}

double login_round::rate() const noexcept {
  const auto seconds = std::chrono::duration<double>{elapsed}.count();
  return seconds > 0 ? static_cast<double>(latency.count()) / seconds : 0;
}
double login_round::server_us() const noexcept {
  return us_per(server_cpu, latency.count());
}
double login_round::harness_us() const noexcept {
  return us_per(harness_cpu, latency.count());
}

std::uint64_t login_result::faults() const noexcept {
  return static_cast<std::uint64_t>(std::count_if(
      rounds.begin(), rounds.end(), [](const login_round& r) { return !r.failure.empty(); }));
}

double login_result::floor_us() const noexcept {
  const auto& cost = costs[static_cast<std::size_t>(how.step)];
  return cost.exchanges * floor.exchange + cost.signatures * floor.es256;
}

login_result run_logins(const target_server& s, const login_method& how, progress_line& line) {
  if (s.admin() == nullptr) throw std::runtime_error{"logins need the admin listener"};
  const auto plan = journey_plan{.server = s.where(),
                                 .admin = *s.admin(),
                                 .admin_token = std::string{s.admin_token()},
                                 .token_path = s.path_for(request_kind::code),
                                 .login_url = std::string{login_url},
                                 .who = s.make_client({}, {request_kind::code})};
  auto out = login_result{how, {}, {}};
  const auto title = "login, " + std::string{name_of(how.step)};
  if (how.warm_up.count() > 0) {
    line.say(title + ", warm-up");
    static_cast<void>(measure(s, plan, how, how.warm_up));
  }
  for (auto i = 1U; i <= how.rounds; ++i) {
    line.say(title + ", round " + std::to_string(i) + " of " + std::to_string(how.rounds));
    out.rounds.push_back(measure(s, plan, how, how.duration));
  }
  return out;
}

json::object to_json(const login_result& r) {
  auto rounds = json::array{};
  for (const auto& each : r.rounds)
    rounds.emplace_back(json::object{{"operations", each.latency.count()},
                                     {"rate", each.rate()},
                                     {"server_cpu_us", each.server_us()},
                                     {"harness_cpu_us", each.harness_us()},
                                     {"p50_us", percentile_us(each, 50)},
                                     {"p99_us", percentile_us(each, 99)},
                                     {"failure", each.failure}});
  const auto step = name_of(r.how.step);
  return {{"mintage_bench", 1},
          {"login", json::object{{"step", json::string_view{step.data(), step.size()}},
                                 {"browsers", r.how.browsers},
                                 {"floor_us", r.floor_us()},
                                 {"rounds", std::move(rounds)}}}};
}

std::string to_text(const login_result& r) {
  auto out = formatted("%-12s%10s%9s%9s%10s%11s%10s%7s\n", "login", "/s", "p50 ms", "p99 ms",
                       "harness", "server us", "floor us", "ratio");
  const auto server = spread_over(r, [](const auto& each) { return each.server_us(); });
  const auto floor = r.floor_us();
  out += formatted("%-12s%10.0f%9.2f%9.2f%10.1f%11.1f", std::string{name_of(r.how.step)}.c_str(),
                   spread_over(r, [](const auto& each) { return each.rate(); }).median,
                   spread_over(r, [](const auto& e) { return percentile_us(e, 50); }).median / 1e3,
                   spread_over(r, [](const auto& e) { return percentile_us(e, 99); }).median / 1e3,
                   spread_over(r, [](const auto& each) { return each.harness_us(); }).median,
                   server.median);
  out += floor > 0 ? formatted("%10.1f%7.2f\n", floor, server.median / floor)
                   : formatted("%10s%7s\n", "-", "-");
  out += formatted(
      "Medians over %zu rounds of %zu browsers, each on a thread of its own. harness, server, "
      "floor: CPU microseconds per operation.\n",
      r.rounds.size(), r.how.browsers);
  for (const auto& each : r.rounds)
    if (!each.failure.empty()) out += "a round ended early: " + each.failure + "\n";
  return out;
}

}  // namespace mintage::bench
