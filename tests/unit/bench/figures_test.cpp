#include <gtest/gtest.h>
#include <unistd.h>

#include "bench/harness/process_use.hpp"
#include "bench/harness/ramp.hpp"
#include "bench/harness/scenario.hpp"
#include "bench/harness/spread.hpp"

namespace mintage::bench {
namespace {

using namespace std::chrono_literals;

TEST(parse_stat, finds_the_times_behind_any_command_name) {
  const auto rest = std::string{" S 1 2 3 4 5 6 7 8 9 10 250 75 13 14 15\n"};
  for (const auto* command : {"(mintage)", "(a b)", "(x) S 9 9)", "()"}) {
    const auto got = parse_stat("42 " + std::string{command} + rest, 100);
    ASSERT_TRUE(got) << command;
    EXPECT_EQ(got->user, 2500ms);
    EXPECT_EQ(got->system, 750ms);
  }
  EXPECT_FALSE(parse_stat("", 100));
  EXPECT_FALSE(parse_stat("42 (x) S 1 2", 100));
}

TEST(status_number, takes_whole_names_at_the_start_of_a_line) {
  const auto text =
      "Name:\tVmRSS:9\nVmRSS:\t  1234 kB\nnonvoluntary_ctxt_switches:\t7\n"
      "voluntary_ctxt_switches:\t5\n";
  EXPECT_EQ(status_number(text, "VmRSS"), 1234U);
  EXPECT_EQ(status_number(text, "voluntary_ctxt_switches"), 5U);
  EXPECT_EQ(status_number(text, "VmHWM"), 0U);
}

TEST(read_process, sees_this_one) {
  const auto got = read_process(::getpid());
  ASSERT_TRUE(got);
  EXPECT_GT(got->resident_kib, 0U);
  EXPECT_GT(got->voluntary_switches + got->forced_switches, 0U);
  EXPECT_FALSE(read_process(-1));
}

TEST(spread_of, is_median_and_extremes) {
  EXPECT_EQ(spread_of({}).median, 0);
  EXPECT_EQ(spread_of({3}).median, 3);
  const auto s = spread_of({5, 1, 4, 2});
  EXPECT_EQ(s.median, 3);
  EXPECT_EQ(s.least, 1);
  EXPECT_EQ(s.most, 5);
}

TEST(compare, finds_no_difference_while_the_spreads_touch) {
  const auto before = spread{100, 95, 105};
  for (const auto& after : {spread{100, 95, 105}, spread{110, 105, 115}, spread{90, 85, 95}}) {
    EXPECT_EQ(compare(before, after, true).what, verdict::same);
    EXPECT_EQ(compare(before, after, false).what, verdict::same);
  }
}

TEST(compare, knows_which_direction_is_better) {
  const auto before = spread{100, 95, 105};
  const auto more = spread{120, 115, 125};
  EXPECT_EQ(compare(before, more, true).what, verdict::better);
  EXPECT_EQ(compare(before, more, false).what, verdict::worse);
  EXPECT_EQ(compare(more, before, true).what, verdict::worse);
  EXPECT_NEAR(compare(before, more, true).percent, 20, 1e-9);
}

TEST(parse_objective, takes_percentile_and_limit) {
  const auto got = parse_objective("p99.9=250us");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->percentile, 99.9);
  EXPECT_EQ(got->limit, 250us);
  EXPECT_EQ(parse_objective("p50=1.5s")->limit, 1500ms);
  for (const auto* text : {"", "p", "99=5ms", "p99", "p99=", "p99=5", "p99=5m", "p0=5ms",
                           "p101=5ms", "p99=-1ms", "p99=5ms "}) {
    EXPECT_FALSE(parse_objective(text)) << text;
  }
}

/// The result of a search when exactly the rates up to `capacity` keep the objective.
double found(double first, double capacity, unsigned* steps) {
  auto search = ramp_search{first};
  while (const auto rate = search.next()) {
    search.note(*rate <= capacity);
    ++*steps;
  }
  return search.best();
}

TEST(ramp_search, comes_close_to_the_capacity_from_below) {
  for (const auto first : {10.0, 500.0, 5000.0}) {
    for (const auto capacity : {500.0, 777.0, 5200.0, 31'000.0}) {
      auto steps = 0U;
      const auto best = found(first, capacity, &steps);
      EXPECT_LE(best, capacity);
      EXPECT_GE(best, capacity * 0.9) << first << " " << capacity;
      EXPECT_LE(steps, 45U);
    }
  }
}

TEST(ramp_search, ends_where_no_rate_holds_or_every_one_does) {
  auto steps = 0U;
  EXPECT_EQ(found(500, 0, &steps), 0);
  EXPECT_GT(found(1, 1e12, &steps), 1000);
  EXPECT_LE(steps, 80U);
}

round round_of(nanoseconds harness, nanoseconds server, std::uint64_t answers) {
  auto out = round{load_result{tally{1s}, 1s, {}, 0.5, {}, false, {}, {}}, process_use{}, {}, 0, 0};
  for (auto i = std::uint64_t{0}; i < answers; ++i) out.load.counts.succeeded(1ms, 1ms);
  out.load.harness.user = harness;
  out.server->user = server;
  return out;
}

TEST(doubts, are_none_while_the_harness_has_time_to_spare) {
  const auto r = round_of(10ms, 50ms, 1000);
  EXPECT_TRUE(doubts(r).empty());
  EXPECT_NEAR(*r.server_us(), 50, 1e-9);
  EXPECT_NEAR(r.harness_us(), 10, 1e-9);
  EXPECT_NEAR(r.rate(), 1000, 1e-9);
}

TEST(doubts, say_when_the_harness_was_the_bottleneck) {
  auto busy = round_of(10ms, 50ms, 1000);
  busy.load.busiest = 0.95;
  EXPECT_EQ(doubts(busy).size(), 1U);
  EXPECT_EQ(doubts(round_of(60ms, 50ms, 1000)).size(), 1U);
  auto late = round_of(10ms, 50ms, 1000);
  for (auto i = 0; i < 100; ++i) late.load.counts.late(i < 95 ? 1us : 9ms);
  EXPECT_EQ(doubts(late).size(), 1U);
  auto short_of_codes = round_of(10ms, 50ms, 1000);
  short_of_codes.load.ran_out = true;
  EXPECT_EQ(doubts(short_of_codes).size(), 1U);
}

TEST(unexplained, leaves_out_what_is_allowed_and_never_forged_signatures) {
  auto o = outcome{};
  o.rounds.push_back(round_of(1ms, 1ms, 10));
  EXPECT_EQ(o.unexplained(), 0U);
  o.rounds.front().load.counts.failed(1ms, "503 temporarily_unavailable");
  o.rounds.front().load.counts.failed(1ms, "not JSON");
  EXPECT_EQ(o.unexplained(), 2U);
  o.how.allowed = {"503"};
  EXPECT_EQ(o.unexplained(), 1U);
  o.rounds.front().forged = 3;
  EXPECT_EQ(o.unexplained(), 4U);
}

TEST(unexplained, takes_overload_for_granted_in_the_steps_of_a_ramp) {
  auto o = outcome{};
  o.steps.push_back({100, false, round_of(1ms, 1ms, 10)});
  o.steps.front().measured.load.counts.failed(1ms, "503 temporarily_unavailable");
  o.steps.front().measured.load.counts.abandoned(1ms, 1s, "no answer in time");
  EXPECT_EQ(o.unexplained(), 0U);
  o.steps.front().measured.load.counts.failed(1ms, "500 server_error");
  EXPECT_EQ(o.unexplained(), 1U);
}

TEST(codes_for, suffices_for_a_poisson_round) {
  EXPECT_GE(codes_for(1000, 1s), 1000U + 6U * 31U);
  EXPECT_GE(codes_for(0, 1s), 1U);
}

}  // namespace
}  // namespace mintage::bench
