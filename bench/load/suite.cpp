#include "bench/load/suite.hpp"

#include <algorithm>
#include <cmath>

#include "bench/load/spread.hpp"

namespace mintage::bench {
namespace {

/// Two significant digits: a rate that reads well, and that a second run is likely to use again.
double rounded(double rate) {
  if (rate < 10) return std::max(1.0, rate);
  const auto unit = std::pow(10.0, std::floor(std::log10(rate)) - 1);
  return std::floor(rate / unit) * unit;
}

double median_rate(const outcome& o) {
  auto rates = std::vector<double>{};
  for (const auto& r : o.rounds) rates.push_back(r.rate());
  return spread_of(rates).median;
}

}  // namespace

std::vector<outcome> run_suite(const subject& s, const method& how, std::size_t connections,
                               const objective& goal, progress_line& line) {
  auto out = std::vector<outcome>{};
  const auto measure = [&](const scenario& what, const method& m) {
    const auto who = s.make_client(what.who);
    const auto codes = minted_codes(s, who);
    line.say(what.name);
    out.push_back(run_scenario(s, who, *codes, what, m, line));
  };
  auto base = scenario{"code-es256", {false, "ES256"}, connections, {}, {}};
  measure(base, how);
  const auto rate = std::max(1.0, median_rate(out.front()));
  auto other = base;
  other.name = "code-es256-public";
  other.who.is_public = true;
  measure(other, how);
  other = base;
  other.name = "code-rs256";
  other.who.id_token_alg = "RS256";
  measure(other, how);
  other = base;
  other.name = "code-es256-open";
  other.arrivals = pace{arrival_kind::poisson, rounded(rate / 2)};
  measure(other, how);
  other.name = "code-es256-ramp";
  other.arrivals->rate = rounded(rate * 0.4);
  other.ramp = goal;
  auto steps = how;
  steps.warm_up = std::min<nanoseconds>(how.warm_up, std::chrono::seconds{1});
  steps.duration = std::min<nanoseconds>(how.duration, std::chrono::seconds{2});
  measure(other, steps);
  return out;
}

}  // namespace mintage::bench
