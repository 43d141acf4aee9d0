#include "bench/load/scenario.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

#include "bench/load/jwks.hpp"

namespace mintage::bench {
namespace {

class minting final : public code_supply {
 public:
  minting(const subject& s, client who) : subject_{s}, who_{std::move(who)} {}
  [[nodiscard]] std::vector<std::string> take(std::size_t count) override {
    return subject_.mint(who_, count);
  }
  [[nodiscard]] std::optional<std::size_t> left() const override { return {}; }

 private:
  const subject& subject_;
  client who_;
};

class listed final : public code_supply {
 public:
  explicit listed(std::vector<std::string> codes) : codes_{std::move(codes)} {}
  [[nodiscard]] std::vector<std::string> take(std::size_t count) override {
    count = std::min(count, codes_.size());
    auto out = std::vector(codes_.end() - static_cast<std::ptrdiff_t>(count), codes_.end());
    codes_.resize(codes_.size() - count);
    return out;
  }
  [[nodiscard]] std::optional<std::size_t> left() const override { return codes_.size(); }

 private:
  std::vector<std::string> codes_;
};

/// A server of which nothing is known yet; warm-up ends early when it is faster.
constexpr auto first_guess = 10'000.0;

double us_per(nanoseconds time, std::uint64_t requests) {
  if (requests == 0) return 0;
  return static_cast<double>(time.count()) / 1e3 / static_cast<double>(requests);
}

/// Everything that the rounds of one scenario share.
class runner {
 public:
  runner(const subject& s, const client& who, code_supply& codes, const scenario& what,
         const method& how, progress_line& line)
      : subject_{s}, who_{who}, codes_{codes}, what_{what}, how_{how}, line_{line} {}

  /// @param shares of the codes left, for a supply that ends.
  round measure(const std::string& title, nanoseconds duration, std::optional<pace> arrivals,
                std::size_t shares) {
    auto need = codes_for(arrivals ? arrivals->rate : rate_, duration);
    if (const auto left = codes_.left()) need = std::min(need, *left / shares);
    auto codes = codes_.take(need);
    if (codes.empty()) throw std::runtime_error{"no codes left for " + title};
    auto sources = std::vector<code_requests>{};
    for (auto& part : deal(std::move(codes), how_.threads)) {
      sources.emplace_back(who_, subject_.where().host, subject_.token_path(), std::move(part));
    }
    line_.begin(title, duration);
    const auto before = read_use();
    auto out = round{run_load(options(duration, arrivals), sources), {}, 0, 0};
    const auto after = read_use();
    if (before && after) out.server = *after - *before;
    rate_ = std::max(out.rate(), 100.0);
    verify(out);
    return out;
  }

 private:
  [[nodiscard]] std::optional<process_use> read_use() const {
    return subject_.pid() ? read_process(*subject_.pid()) : std::nullopt;
  }

  [[nodiscard]] load_options options(nanoseconds duration, std::optional<pace> arrivals) {
    auto o = load_options{};
    o.where = subject_.where().where;
    o.connections = what_.connections;
    o.duration = duration;
    o.arrivals = arrivals;
    o.seed = ++seed_;
    o.patience = how_.patience;
    o.keep_every = how_.verify_every;
    o.tell = [this](const progress& p) { line_.show(p); };
    return o;
  }

  /// After the round, so that it costs the round nothing.
  void verify(round& r) const {
    if (r.load.kept.empty()) return;
    const auto keys = jwks{subject_.keys()};
    for (const auto& kept : r.load.kept) {
      // An access token need not be a JWT; one of ours is.
      const auto access_is_jws =
          std::count(kept.access_token.begin(), kept.access_token.end(), '.') == 2;
      const auto good = (!access_is_jws || keys.verifies(kept.access_token)) &&
                        (kept.id_token.empty() || keys.verifies(kept.id_token));
      ++(good ? r.verified : r.forged);
    }
    r.load.kept.clear();
  }

  const subject& subject_;
  const client& who_;
  code_supply& codes_;
  const scenario& what_;
  const method& how_;
  progress_line& line_;
  double rate_ = first_guess;
  std::uint64_t seed_ = 0;
};

/// A loose objective would be kept for a while by a server that falls behind: it must also have
/// answered everything soon after the last request was due.
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
    search.judge(step.held);
    line.say(title + ": p" + (goal.percentile == 99 ? "99" : std::to_string(goal.percentile)) +
             " " + format_time(step.measured.load.counts.latency().percentile(goal.percentile)) +
             (step.held ? ", kept" : ", broken"));
    out.steps.push_back(std::move(step));
  }
  out.best = search.best();
}

}  // namespace

std::unique_ptr<code_supply> minted_codes(const subject& s, const client& who) {
  return std::make_unique<minting>(s, who);
}

std::unique_ptr<code_supply> codes_from(const std::filesystem::path& file) {
  auto in = std::ifstream{file};
  auto codes = std::vector<std::string>{};
  for (auto line = std::string{}; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) codes.push_back(line);
  }
  if (codes.empty()) throw std::runtime_error{file.string() + ": holds no codes"};
  return std::make_unique<listed>(std::move(codes));
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
  if (r.load.ran_out) out.emplace_back("The codes ran out before the time did.");
  return out;
}

std::size_t codes_for(double rate, nanoseconds duration) {
  // A Poisson count exceeds its mean by six standard deviations once in a thousand million times;
  // a closed loop may turn out faster than its last round.
  const auto mean = rate * std::chrono::duration<double>{duration}.count();
  return static_cast<std::size_t>(mean * 1.5 + 6 * std::sqrt(mean) + 100);
}

outcome run_scenario(const subject& s, const client& who, code_supply& codes, const scenario& what,
                     const method& how, progress_line& line) {
  auto out = outcome{what, how, {}, {}, 0};
  auto run = runner{s, who, codes, out.what, out.how, line};
  if (how.warm_up.count() > 0) {
    static_cast<void>(
        run.measure(what.name + ", warm-up", how.warm_up, what.arrivals, how.rounds + 1));
  }
  if (what.ramp) {
    run_ramp(run, out, line);
    return out;
  }
  for (auto i = 1U; i <= how.rounds; ++i) {
    const auto title =
        what.name + ", round " + std::to_string(i) + " of " + std::to_string(how.rounds);
    out.rounds.push_back(run.measure(title, how.duration, what.arrivals, how.rounds + 1 - i));
  }
  return out;
}

}  // namespace mintage::bench
