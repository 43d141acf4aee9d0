#include "bench/harness/suite.hpp"

#include <algorithm>
#include <cmath>

#include "bench/harness/spread.hpp"

namespace mintage::bench {
namespace {

/// Rounds to two significant digits, so that runs are likely to use the same rate.
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

std::vector<scenario> closed_loops(const scenario& base) {
  auto out = std::vector<scenario>{};
  const auto add = [&](const char* name, std::vector<share> mix) -> scenario& {
    auto& s = out.emplace_back(base);
    s.name = name;
    s.mix = std::move(mix);
    return s;
  };
  add("code-es256", {{request_kind::code}});
  add("code-es256-public", {{request_kind::code}}).who.is_public = true;
  add("code-rs256", {{request_kind::code}}).who.id_token_alg = "RS256";
  add("refresh-rotating", {{request_kind::refresh}});
  add("refresh-static", {{request_kind::refresh}}).who.rotates = false;
  add("client-credentials", {{request_kind::client_credentials}});
  add("introspect", {{request_kind::introspect}});
  add("mixed",
      {{request_kind::code, 4}, {request_kind::refresh, 5}, {request_kind::client_credentials, 1}});
  return out;
}

}  // namespace

std::vector<outcome> run_suite(const target_server& s, const method& how, const scenario& base,
                               const objective& goal, progress_line& line) {
  auto out = std::vector<outcome>{};
  const auto measure = [&](const scenario& what, const method& m) {
    line.say(what.name);
    out.push_back(run_scenario(s, what, m, line));
  };
  for (const auto& what : closed_loops(base)) {
    const auto is_served = std::all_of(what.mix.begin(), what.mix.end(),
                                       [&](const share& each) { return s.serves(each.kind); });
    if (is_served) measure(what, how);
  }
  const auto rate = std::max(1.0, median_rate(out.front()));
  auto open = base;
  open.name = "code-es256-open";
  open.arrivals = pace{arrival_kind::poisson, rounded(rate / 2)};
  measure(open, how);
  open.name = "code-es256-ramp";
  open.arrivals->rate = rounded(rate * 0.4);
  open.ramp = goal;
  auto steps = how;
  steps.warm_up = std::min<nanoseconds>(how.warm_up, std::chrono::seconds{1});
  steps.duration = std::min<nanoseconds>(how.duration, std::chrono::seconds{2});
  measure(open, steps);
  return out;
}

}  // namespace mintage::bench
