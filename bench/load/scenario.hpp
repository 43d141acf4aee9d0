/// @file
/// A scenario: rounds of load against one server, and what they came to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/load.hpp"
#include "bench/load/progress_line.hpp"
#include "bench/load/ramp.hpp"
#include "bench/load/subject.hpp"

namespace mintage::bench {

/// What is asked of a server.
struct scenario {
  std::string name;
  audience who;
  std::size_t connections = 64;
  /// Set = open loop.
  std::optional<pace> arrivals;
  /// Set = search the highest rate that keeps it; `arrivals` then gives kind and first rate.
  std::optional<objective> ramp;
};

/// How it is measured.
struct method {
  nanoseconds warm_up{std::chrono::seconds{2}};
  nanoseconds duration{std::chrono::seconds{5}};
  unsigned rounds = 3;
  std::size_t threads = 1;
  nanoseconds patience{std::chrono::seconds{10}};
  /// Of each this many answers the signatures of one are verified; 0 = none.
  std::size_t verify_every = 500;
  /// At most this many rates of a ramp.
  unsigned steps = 40;
  /// Beginnings of kinds of failure that do not make a run fail, e.g. "503".
  std::vector<std::string> allowed;
};

/// Where codes come from: minted as they are needed, or from a file.
class code_supply {
 public:
  virtual ~code_supply() = default;
  /// @returns `count` codes, or fewer when there are no more.
  [[nodiscard]] virtual std::vector<std::string> take(std::size_t count) = 0;
  /// How many rounds must share what is left; nothing when there is no end.
  [[nodiscard]] virtual std::optional<std::size_t> left() const = 0;
};
[[nodiscard]] std::unique_ptr<code_supply> minted_codes(const subject& s, const client& who);
/// @param file one code per line. @throws std::runtime_error when it holds none.
[[nodiscard]] std::unique_ptr<code_supply> codes_from(const std::filesystem::path& file);

struct round {
  load_result load;
  /// Of the server's process, when it runs here.
  std::optional<process_use> server;
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
  /// The highest rate that kept the objective, for a ramp.
  double best = 0;

  /// Failures whose kind is not allowed; forged signatures always count.
  [[nodiscard]] std::uint64_t unexplained() const;
};

/// Reasons to distrust a round, as sentences: that the harness was the bottleneck, above all.
[[nodiscard]] std::vector<std::string> doubts(const round& r);

/// Codes that a round will need at most.
[[nodiscard]] std::size_t codes_for(double rate, nanoseconds duration);

/// @throws std::runtime_error when the server cannot be reached or prepared.
[[nodiscard]] outcome run_scenario(const subject& s, const client& who, code_supply& codes,
                                   const scenario& what, const method& how, progress_line& line);

}  // namespace mintage::bench
