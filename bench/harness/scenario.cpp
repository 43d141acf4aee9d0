#include "bench/harness/scenario.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "bench/harness/jwks.hpp"
#include "bench/harness/metrics_watch.hpp"

namespace mintage::bench {
namespace {

/// The rate assumed of an unknown server. Warm-up ends early when the server is faster.
constexpr auto first_guess = 10'000.0;

double us_per(nanoseconds time, std::uint64_t requests) {
  if (requests == 0) return 0;
  return static_cast<double>(time.count()) / 1e3 / static_cast<double>(requests);
}

double sum_of_weights(const std::vector<share>& mix) {
  auto sum = 0.0;
  for (const auto& each : mix) sum += each.weight;
  return sum;
}

expectation expected_of(request_kind kind, value_use use, bool is_offline) {
  const auto is_login = kind == request_kind::code || kind == request_kind::refresh;
  const auto is_first = kind == request_kind::code && is_offline;
  return {is_login, is_first || use == value_use::replaced, kind == request_kind::introspect};
}

/// What the rounds of one scenario share.
class runner {
 public:
  runner(const target_server& s, const client& who, const value_sources& values,
         const scenario& what, const method& how, progress_line& line)
      : server_{s}, who_{who}, values_{values}, what_{what}, how_{how}, line_{line} {}

  /// @param shares into which the codes left are divided, for a source that ends.
  round measure(const std::string& title, nanoseconds duration, std::optional<pace> arrivals,
                std::size_t shares) {
    auto sources = prepare(title, arrivals ? arrivals->rate : rate_, duration, shares);
    line_.begin(title, duration);
    auto watch = std::optional<metrics_watch>{};
    if (server_.admin() != nullptr) watch.emplace(*server_.admin(), interval_of(duration));
    const auto before = read_use();
    auto out = round{run_load(options(duration, arrivals), sources), {}, {}, 0, 0, 0};
    if (how_.requests != 0) out.load.ran_out = false;  // expected here
    out.stored_kib = server_.stored_kib();
    const auto after = read_use();
    if (before && after) out.server = *after - *before;
    if (watch) out.pools = watch->finish();
    rate_ = std::max(out.rate(), 100.0);
    for (auto i = std::size_t{0}; i < values_.size(); ++i) {
      for (auto& each : sources) values_[i]->give_back(each.take_values(i));
    }
    verify(out);
    return out;
  }

 private:
  /// Twice a second; more often in a short round.
  static nanoseconds interval_of(nanoseconds duration) {
    return std::clamp<nanoseconds>(duration / 8, std::chrono::milliseconds{50},
                                   std::chrono::milliseconds{500});
  }

  /// The workload of each thread. @param rate expected of all kinds together.
  [[nodiscard]] std::vector<workload> prepare(const std::string& title, double rate,
                                              nanoseconds duration, std::size_t shares) const {
    auto parts = std::vector<std::vector<work>>(how_.threads);
    for (auto i = std::size_t{0}; i < what_.mix.size(); ++i) {
      const auto& [kind, weight] = what_.mix[i];
      const auto use = values_[i]->use();
      const auto share = rate * weight / sum_of_weights(what_.mix);
      auto need = std::max<std::size_t>(1000, 4 * what_.connections);
      if (use == value_use::once)
        need = how_.requests == 0 ? codes_for(share, duration) : exactly(share, duration);
      if (const auto left = values_[i]->left()) need = std::min(need, *left / shares);
      auto values = values_[i]->take(need);
      if (values.empty() && use != value_use::none)
        throw std::runtime_error{"no codes or tokens left for " + title};
      if (use == value_use::replaced && values.size() < what_.connections)
        throw std::runtime_error{"fewer refresh tokens than connections are left for " + title};
      const auto form = form_template{kind, who_, server_.where().host, server_.path_for(kind)};
      auto proofs = std::vector<std::vector<std::string>>(how_.threads);
      if (who_.proofs) {
        const auto count = use == value_use::once ? values.size() : codes_for(share, duration);
        proofs = deal(who_.proofs->make(who_.id, count), how_.threads);
      }
      auto dealt = deal(std::move(values), how_.threads);
      for (auto t = std::size_t{0}; t < how_.threads; ++t) {
        parts[t].push_back(work{kind, weight, form, expected_of(kind, use, what_.who.is_offline),
                                use, std::move(dealt[t]), std::move(proofs[t])});
      }
    }
    auto out = std::vector<workload>{};
    for (auto& each : parts) out.emplace_back(std::move(each));
    return out;
  }

  /// The number of values for a load that ends when they are used up.
  static std::size_t exactly(double rate, nanoseconds duration) {
    return static_cast<std::size_t>(rate * std::chrono::duration<double>{duration}.count()) + 1;
  }

  [[nodiscard]] std::optional<process_use> read_use() const {
    return server_.pid() ? read_process(*server_.pid()) : std::nullopt;
  }

  [[nodiscard]] load_options options(nanoseconds duration, std::optional<pace> arrivals) {
    auto o = load_options{};
    o.where = server_.where().where;
    o.tls = server_.where().tls.get();
    o.reconnect_every = what_.reconnect_every;
    o.connections = what_.connections;
    o.duration = how_.requests == 0 ? duration : 10 * duration;
    o.arrivals = arrivals;
    o.seed = ++seed_;
    o.patience = how_.patience;
    o.keep_every = how_.verify_every;
    o.tell = [this](const progress& p) { line_.show(p); };
    return o;
  }

  /// Runs after the round, so that it does not affect the figures.
  void verify(round& r) const {
    if (r.load.kept.empty()) return;
    const auto keys = jwks{server_.keys()};
    for (const auto& kept : r.load.kept) {
      // Access tokens of other servers need not be JWTs.
      const auto access_is_jws =
          std::count(kept.access_token.begin(), kept.access_token.end(), '.') == 2;
      if (kept.access_token.empty()) continue;  // an answer of introspection
      const auto good = (!access_is_jws || keys.verifies(kept.access_token)) &&
                        (kept.id_token.empty() || keys.verifies(kept.id_token));
      ++(good ? r.verified : r.forged);
    }
    r.load.kept.clear();
  }

  const target_server& server_;
  const client& who_;
  const value_sources& values_;
  const scenario& what_;
  const method& how_;
  progress_line& line_;
  double rate_ = first_guess;
  std::uint64_t seed_ = 0;
};

void run_until(runner& run, outcome& out) {
  for (auto answers = std::uint64_t{0}; answers < out.how.requests;) {
    const auto title = out.what.name + ", " + std::to_string(answers) + " answers";
    out.rounds.push_back(run.measure(title, out.how.duration, out.what.arrivals, 1));
    const auto now = out.rounds.back().load.counts.answers();
    if (now == 0) throw std::runtime_error{"no good answer in " + title};
    answers += now;
  }
}

/// A server that falls behind keeps a loose objective for a while. So it must also have answered
/// everything soon after the last request was due.
bool keeps(const round& r, const objective& o, nanoseconds duration) {
  const auto& counts = r.load.counts;
  return r.load.elapsed <= duration * 11 / 10 && counts.answers() != 0 && counts.failures() == 0 &&
         counts.latency().percentile(o.percentile) <= o.limit;
}

void run_ramp(runner& run, outcome& out, progress_line& line) {
  const auto goal = *out.what.ramp;
  auto search = ramp_search{out.what.arrivals->rate, out.how.steps};
  while (const auto rate = search.next()) {
    const auto offered = pace{out.what.arrivals->kind, *rate};
    const auto title = out.what.name + ", " + std::to_string(std::lround(*rate)) + "/s";
    auto step = ramp_step{*rate, false, run.measure(title, out.how.duration, offered, 20)};
    step.held = keeps(step.measured, goal, out.how.duration);
    search.note(step.held);
    line.say(title + ": p" + (goal.percentile == 99 ? "99" : std::to_string(goal.percentile)) +
             " " + format_time(step.measured.load.counts.latency().percentile(goal.percentile)) +
             (step.held ? ", kept" : ", broken"));
    out.steps.push_back(std::move(step));
  }
  out.best = search.best();
}

}  // namespace

std::optional<std::vector<share>> parse_mix(std::string_view text) {
  auto out = std::vector<share>{};
  while (!text.empty()) {
    const auto one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const auto equals = std::min(one.find('='), one.size());
    const auto kind = parse_kind(one.substr(0, equals));
    const auto number = one.substr(std::min(one.size(), equals + 1));
    auto weight = 0.0;
    const auto end = number.data() + number.size();
    const auto [stopped, error] = std::from_chars(number.data(), end, weight);
    if (!kind || error != std::errc{} || stopped != end || !(weight > 0) || weight > 1e6) return {};
    const auto is_same = [&](const share& s) { return s.kind == *kind; };
    if (std::any_of(out.begin(), out.end(), is_same)) return {};
    out.push_back({*kind, weight});
  }
  if (out.empty()) return {};
  return out;
}

double round::rate() const noexcept {
  const auto seconds = std::chrono::duration<double>{load.elapsed}.count();
  return seconds > 0 ? static_cast<double>(load.counts.answers()) / seconds : 0;
}
std::optional<double> round::server_us() const noexcept {
  if (!server || requests() == 0) return {};
  return us_per(server->cpu(), requests());
}
double round::harness_us() const noexcept {
  return us_per(load.harness.cpu(), requests());
}
std::optional<double> round::lane_fill() const noexcept {
  if (pools.size() < 2) return {};
  const auto during = pools.back().lanes - pools.front().lanes;
  if (during.count == 0) return {};
  return during.sum / static_cast<double>(during.count);
}

double round::percentile_us(double p) const noexcept {
  return static_cast<double>(load.counts.latency().percentile(p).count()) / 1e3;
}

std::uint64_t outcome::unexplained() const {
  auto count = std::uint64_t{0};
  const auto add = [&](const round& r, bool overload_is_expected) {
    count += r.forged;
    for (const auto& [kind, times] : r.load.counts.kinds()) {
      const auto starts = [&k = kind](std::string_view with) { return k.starts_with(with); };
      const auto expected = overload_is_expected &&
                            (starts("503") || starts("no answer in time") || starts("not sent"));
      if (!expected && std::none_of(how.allowed.begin(), how.allowed.end(), starts)) count += times;
    }
  };
  for (const auto& r : rounds) add(r, false);
  for (const auto& s : steps) add(s.measured, true);
  return count;
}

std::vector<std::string> doubts(const round& r) {
  auto out = std::vector<std::string>{};
  if (r.load.busiest >= 0.9) {
    out.emplace_back("The harness was the bottleneck: a thread of it ran " +
                     std::to_string(std::lround(r.load.busiest * 100)) +
                     " % of the time. Give it --threads or a machine of its own.");
  }
  const auto late = r.load.counts.lateness().percentile(99);
  if (late > std::chrono::milliseconds{1}) {
    out.emplace_back("The harness sent late: 1 % of the requests by " + format_time(late) +
                     " or more although a connection was free. It lacked CPU.");
  }
  if (const auto server = r.server_us(); server && *server > 0 && r.harness_us() > *server) {
    out.emplace_back("The harness used more CPU per request than the server.");
  }
  if (r.load.ran_out) out.emplace_back("The codes or tokens ran out before the time did.");
  return out;
}

std::size_t codes_for(double rate, nanoseconds duration) {
  // A Poisson count exceeds its mean by six standard deviations once in 10^9 times. A closed loop
  // may be faster than its last round.
  const auto mean = rate * std::chrono::duration<double>{duration}.count();
  return static_cast<std::size_t>(mean * 1.5 + 6 * std::sqrt(mean) + 100);
}

outcome run_scenario(const target_server& s, const client& who, const value_sources& values,
                     const scenario& what, const method& how, progress_line& line) {
  auto out = outcome{what, how, {}, {}, 0, 0};
  if (s.pid()) {
    if (const auto use = read_process(*s.pid())) out.resident_before_kib = use->resident_kib;
  }
  auto run = runner{s, who, values, out.what, out.how, line};
  if (how.warm_up.count() > 0) {
    static_cast<void>(
        run.measure(what.name + ", warm-up", how.warm_up, what.arrivals, how.rounds + 1));
  }
  if (what.ramp) {
    run_ramp(run, out, line);
    return out;
  }
  if (how.requests != 0) {
    run_until(run, out);
    return out;
  }
  for (auto i = 1U; i <= how.rounds; ++i) {
    const auto title =
        what.name + ", round " + std::to_string(i) + " of " + std::to_string(how.rounds);
    out.rounds.push_back(run.measure(title, how.duration, what.arrivals, how.rounds + 1 - i));
  }
  return out;
}

outcome run_scenario(const target_server& s, const scenario& what, const method& how,
                     progress_line& line) {
  auto kinds = std::vector<request_kind>{};
  for (const auto& each : what.mix) {
    kinds.push_back(each.kind);
    if (!s.serves(each.kind)) {
      throw not_served{"the server does not announce what " + std::string{name_of(each.kind)} +
                       " needs"};
    }
  }
  const auto who = s.make_client(what.who, kinds);
  const auto is_offline = what.who.is_offline || std::find(kinds.begin(), kinds.end(),
                                                           request_kind::refresh) != kinds.end();
  auto values = value_sources{};
  for (const auto kind : kinds) {
    if (kind == request_kind::client_credentials) {
      values.push_back(no_values());
    } else if (kind == request_kind::code) {
      values.push_back(
          minted_codes(s, who, is_offline ? "openid profile offline_access" : "openid profile"));
    } else {
      const auto rotates =
          kind == request_kind::refresh && (what.who.rotates || what.who.is_public);
      values.push_back(
          obtained_tokens(s, who, kind, rotates ? value_use::replaced : value_use::again));
    }
  }
  return run_scenario(s, who, values, what, how, line);
}

}  // namespace mintage::bench
