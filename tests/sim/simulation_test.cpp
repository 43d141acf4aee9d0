#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <random>
#include <string>

#include "loopback/environment.hpp"
#include "tests/sim/simulation.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace mintage::sim {
namespace {

using loopback::number_from;

std::string listed(const run_result& r) {
  auto text = std::string{};
  for (const auto& v : r.violations) text += "\n  " + v;
  return text;
}

/// Printed if the process ends in a run: by a failed assertion, a signal, a sanitizer.
std::uint64_t running_seed = 0;
void print_seed() {
  std::fprintf(stderr, "MINTAGE_SIM_SEED=%llu died\n",
               static_cast<unsigned long long>(running_seed));
}
void print_seed_and_die(int signal) {
  print_seed();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}
run_result watched_run(std::uint64_t seed) {
  running_seed = seed;
  std::signal(SIGABRT, print_seed_and_die);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_set_death_callback(print_seed);
#else
  std::signal(SIGSEGV, print_seed_and_die);
#endif
  return simulate(seed);
}

/// MINTAGE_SIM_SEED repeats one run; MINTAGE_SIM_ROUNDS says how many to make.
TEST(simulation, holds_all_rules_in_every_order_of_events) {
  if (const auto seed = number_from("MINTAGE_SIM_SEED")) {
    const auto r = watched_run(*seed);
    EXPECT_TRUE(r.violations.empty()) << listed(r);
    return;
  }
  const auto rounds = number_from("MINTAGE_SIM_ROUNDS").value_or(1000);
  auto seed = std::uint64_t{std::random_device{}()} << 20;
  auto steps = std::size_t{0};
  auto successes = std::size_t{0};
  auto retried = std::size_t{0};
  auto refreshed = std::size_t{0};
  auto used_assertions = std::size_t{0};
  auto accepted = std::size_t{0};
  auto answered_before = std::size_t{0};
  for (auto i = std::uint64_t{0}; i < rounds; ++i, ++seed) {
    const auto r = watched_run(seed);
    ASSERT_TRUE(r.violations.empty())
        << "MINTAGE_SIM_SEED=" << seed << " repeats this run:" << listed(r);
    steps += r.steps;
    successes += r.successes;
    retried += r.retried;
    refreshed += r.refreshed;
    used_assertions += r.used_assertions;
    accepted += r.accepted;
    answered_before += r.answered_before;
  }
  RecordProperty("steps", std::to_string(steps));
  RecordProperty("successes", std::to_string(successes));
  // Otherwise nothing succeeded, or no fault occurred, and the run shows nothing.
  EXPECT_GT(successes, retried);
  EXPECT_GT(retried, 0U);
  EXPECT_GT(refreshed, successes / 4);
  EXPECT_GT(used_assertions, 0U);
  EXPECT_GT(accepted, 0U);
  EXPECT_GT(answered_before, 0U);
}

TEST(simulation, repeats_itself_by_seed) {
  for (const auto seed : {1U, 2U, 3U}) {
    const auto first = simulate(seed);
    const auto second = simulate(seed);
    EXPECT_EQ(first.trace, second.trace);
    EXPECT_EQ(first.steps, second.steps);
  }
}

/// The model must detect a store that lies.
struct told_lie {
  lie told;
  std::string name;
};
class model : public testing::TestWithParam<told_lie> {};

TEST_P(model, finds_a_store_that) {
  auto found = false;
  for (auto seed = std::uint64_t{1}; seed <= 100 && !found; ++seed)
    found = !simulate(seed, GetParam().told).violations.empty();
  EXPECT_TRUE(found);
}

INSTANTIATE_TEST_SUITE_P(each_lie, model,
                         testing::Values(told_lie{lie::inserts_nothing, "inserts_nothing"},
                                         told_lie{lie::consumes_nothing, "consumes_nothing"},
                                         told_lie{lie::consumes_again, "consumes_again"},
                                         told_lie{lie::releases_nothing, "releases_nothing"},
                                         told_lie{lie::rotates_nothing, "rotates_nothing"},
                                         told_lie{lie::rotates_any, "rotates_any"},
                                         told_lie{lie::revokes_nothing, "revokes_nothing"},
                                         told_lie{lie::cuts_nothing_off, "cuts_nothing_off"},
                                         told_lie{lie::records_nothing, "records_nothing"},
                                         told_lie{lie::never_answers, "never_answers"}),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace mintage::sim
