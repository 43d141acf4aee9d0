/// @file
/// A scenario: rounds of load against one server, and their figures.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/harness/load.hpp"
#include "bench/harness/pool_metrics.hpp"
#include "bench/harness/progress_line.hpp"
#include "bench/harness/ramp.hpp"
#include "bench/harness/target_server.hpp"
#include "bench/harness/value_source.hpp"

namespace mintage::bench {

/// A kind of request and its weight in a mix, above zero.
struct share {
  request_kind kind = request_kind::code;
  double weight = 1;
};
/// @param text for example "code=4,refresh=5,client-credentials=1".
/// @returns nothing for another form, or when it names a kind twice.
[[nodiscard]] std::optional<std::vector<share>> parse_mix(std::string_view text);

/// The load of a scenario.
struct scenario {
  std::string name;
  audience who;
  std::vector<share> mix{share{}};
  std::size_t connections = 64;
  /// Answers after which a connection is reopened; 0 = never.
  std::size_t reconnect_every = 0;
  /// Shown in the report.
  bool is_tls = false;
  /// Set = open loop.
  std::optional<pace> arrivals;
  /// Set = search for the highest rate that keeps it. `arrivals` then has kind and first rate.
  std::optional<objective> ramp;
};

/// How a scenario is measured.
struct method {
  nanoseconds warm_up{std::chrono::seconds{2}};
  nanoseconds duration{std::chrono::seconds{5}};
  unsigned rounds = 3;
  /// Set = as many rounds as are needed for so many answers, and every minted code is redeemed, so
  /// that the server afterwards holds what these answers left.
  std::uint64_t requests = 0;
  std::size_t threads = 1;
  nanoseconds patience{std::chrono::seconds{10}};
  /// One of this many answers has its signatures verified; 0 = none.
  std::size_t verify_every = 500;
  /// Maximum number of rates of a ramp.
  unsigned steps = 40;
  /// Prefixes of the kinds of failure that do not fail a run, for example "503".
  std::vector<std::string> allowed;
};

struct round {
  load_result load;
  /// Use of the server's process, when it runs on this machine.
  std::optional<process_use> server;
  /// Readings of its pools; none without an admin listener.
  std::vector<pool_reading> pools;
  /// Size of its database after the round, when it was started for the run.
  std::uint64_t stored_kib = 0;
  std::uint64_t verified = 0;
  std::uint64_t forged = 0;

  [[nodiscard]] std::uint64_t requests() const noexcept {
    return load.counts.answers() + load.counts.failures();
  }
  /// Good answers per second.
  [[nodiscard]] double rate() const noexcept;
  [[nodiscard]] std::optional<double> server_us() const noexcept;  ///< CPU per request
  [[nodiscard]] double harness_us() const noexcept;                ///< CPU per request
  [[nodiscard]] double percentile_us(double p) const noexcept;
  /// Mean number of signatures in a call that signs in lanes; nothing when there was no such call.
  [[nodiscard]] std::optional<double> lane_fill() const noexcept;
};

struct ramp_step {
  double offered = 0;
  bool held = false;
  round measured;
};

struct outcome {
  scenario what;
  method how;
  std::vector<round> rounds;
  std::vector<ramp_step> steps;
  /// Ramp: the highest rate that kept the objective.
  double best = 0;
  /// Memory of the server before the scenario, when it runs on this machine.
  std::uint64_t resident_before_kib = 0;

  /// Failures whose kind is not allowed. Invalid signatures always count.
  [[nodiscard]] std::uint64_t unexplained() const;
};

/// Reasons to distrust a round, as sentences, for example that the harness was the bottleneck.
[[nodiscard]] std::vector<std::string> doubts(const round& r);

/// Number of codes that a round needs at most.
[[nodiscard]] std::size_t codes_for(double rate, nanoseconds duration);

/// One source for each kind of a mix.
using value_sources = std::vector<std::unique_ptr<value_source>>;

/// @throws std::runtime_error when the server cannot be reached or prepared.
[[nodiscard]] outcome run_scenario(const target_server& s, const client& who,
                                   const value_sources& values, const scenario& what,
                                   const method& how, progress_line& line);

/// Thrown when the server does not announce a kind of request that the mix needs.
class not_served : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Creates a client, mints its codes and runs. @pre `s` has an admin listener.
/// @throws std::runtime_error as above; not_served.
[[nodiscard]] outcome run_scenario(const target_server& s, const scenario& what, const method& how,
                                   progress_line& line);

}  // namespace mintage::bench
