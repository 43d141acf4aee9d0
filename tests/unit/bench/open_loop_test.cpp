#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <deque>

#include "bench/harness/arrivals.hpp"
#include "bench/harness/tally.hpp"

namespace mintage::bench {
namespace {

using namespace std::chrono_literals;

TEST(arrivals, are_evenly_spaced_when_constant) {
  auto a = arrivals{{arrival_kind::constant, 1000}, 1};
  for (auto i = 0; i < 1000; ++i, a.advance()) {
    EXPECT_LE(std::chrono::abs(a.next() - i * 1ms), 1ns);
  }
}

TEST(arrivals, begin_in_the_given_phase_when_constant) {
  const auto a = arrivals{{arrival_kind::constant, 1000}, 1, 0.5};
  EXPECT_EQ(a.next(), 500us);
}

TEST(arrivals, have_mean_and_deviation_of_one_interval_when_poisson) {
  auto a = arrivals{{arrival_kind::poisson, 1000}, 42};
  auto last = 0.0;
  auto sum = 0.0;
  auto squares = 0.0;
  constexpr auto count = 100'000;
  for (auto i = 0; i < count; ++i, a.advance()) {
    const auto at = static_cast<double>(a.next().count());
    const auto gap = (at - last) / 1e6;
    EXPECT_GE(gap, 0);
    last = at;
    sum += gap;
    squares += gap * gap;
  }
  const auto mean = sum / count;
  EXPECT_NEAR(mean, 1, 0.02);
  EXPECT_NEAR(std::sqrt(squares / count - mean * mean), 1, 0.03);
}

TEST(arrivals, repeat_with_their_seed_and_differ_without) {
  const auto first_of = [](std::uint64_t seed) {
    return arrivals{{arrival_kind::poisson, 10}, seed}.next();
  };
  EXPECT_EQ(first_of(1), first_of(1));
  EXPECT_NE(first_of(1), first_of(2));
}

TEST(arrivals, go_on_at_another_rate_from_the_moment_of_the_change) {
  auto even = arrivals{{arrival_kind::constant, 1000, {{10ms, 100}, {100ms, 1000}}}, 1};
  auto counts = std::array<int, 3>{};
  for (; even.next() < 200ms; even.advance())
    ++counts[even.next() < 10ms ? 0 : even.next() < 100ms ? 1 : 2];
  EXPECT_EQ(counts, (std::array{10, 9, 100}));
  auto random = arrivals{{arrival_kind::poisson, 0.001, {{1s, 1e5}, {2s, 1e3}}}, 7};
  counts = {};
  for (; random.next() < 3s; random.advance())
    ++counts[random.next() < 1s ? 0 : random.next() < 2s ? 1 : 2];
  EXPECT_EQ(counts[0], 0);
  EXPECT_NEAR(counts[1], 100'000, 2000);
  EXPECT_NEAR(counts[2], 1000, 200);
}

TEST(open_loop, makes_due_what_was_intended_and_nothing_after_the_end) {
  auto loop = open_loop{arrivals{{arrival_kind::constant, 1000}, 1}, 10ms};
  EXPECT_FALSE(loop.take());
  loop.advance(3500us);
  EXPECT_EQ(loop.waiting(), 4U);
  EXPECT_EQ(loop.take(), nanoseconds{0});
  EXPECT_EQ(loop.take(), nanoseconds{1ms});
  EXPECT_EQ(loop.next(), nanoseconds{4ms});
  loop.advance(1h);
  EXPECT_EQ(loop.waiting(), 8U);
  EXPECT_FALSE(loop.next());
}

/// A server in virtual time: answers one request at a time in `service`, and stalls from
/// `stall_begin` to `stall_end`.
struct stalling_server {
  nanoseconds service{100us};
  nanoseconds stall_begin{400ms};
  nanoseconds stall_end{500ms};
  nanoseconds free_at{0};

  nanoseconds answer(nanoseconds sent) {
    auto begin = std::max(sent, free_at);
    if (begin >= stall_begin && begin < stall_end) begin = stall_end;
    free_at = begin + service;
    return free_at;
  }
};

TEST(open_loop, shows_a_stall_of_a_tenth_in_the_p99_that_a_closed_loop_hides) {
  // Closed: one connection, which sends nothing during the stall.
  auto closed = histogram{};
  auto server = stalling_server{};
  for (auto t = nanoseconds{0}; t < 1s;) {
    const auto answered = server.answer(t);
    closed.record(answered - t);
    t = answered;
  }
  EXPECT_LT(closed.percentile(99), 1ms);

  // Open: the same server and one connection, 2000 requests a second regardless.
  auto open = histogram{};
  server = stalling_server{};
  auto loop = open_loop{arrivals{{arrival_kind::constant, 2000}, 1}, 1s};
  auto t = nanoseconds{0};
  for (;;) {
    loop.advance(t);
    const auto intended = loop.take();
    if (intended) {
      t = server.answer(t);
      open.record(t - *intended);
    } else if (const auto next = loop.next()) {
      t = *next;
    } else {
      break;
    }
  }
  EXPECT_EQ(open.count(), 2000U);
  EXPECT_GE(open.percentile(99), 80ms);
  EXPECT_GE(open.max(), 99ms);
  EXPECT_LT(open.percentile(50), 1ms);
}

TEST(tally, counts_each_kind_of_failure_apart) {
  auto t = tally{100ms};
  t.failed(10ms, "503 temporarily_unavailable");
  t.failed(20ms, "503 temporarily_unavailable");
  t.failed(250ms, "not JSON");
  t.succeeded(260ms, 3ms);
  EXPECT_EQ(t.failures(), 3U);
  EXPECT_EQ(t.answers(), 1U);
  EXPECT_EQ(t.kinds().at("503 temporarily_unavailable"), 2U);
  EXPECT_EQ(t.kinds().at("not JSON"), 1U);
  ASSERT_EQ(t.slices().size(), 3U);
  EXPECT_EQ(t.slices()[0].failures, 2U);
  EXPECT_EQ(t.slices()[1].answers, 0U);
  EXPECT_EQ(t.slices()[2].answers, 1U);
}

TEST(tally, keeps_quick_refusals_out_of_the_latency_and_requests_given_up_in_it) {
  auto t = tally{100ms};
  t.failed(1ms, "503");
  EXPECT_EQ(t.latency().count(), 0U);
  t.abandoned(10s, 10s, "no answer in time");
  EXPECT_EQ(t.latency().max(), 10s);
  EXPECT_EQ(t.failures(), 2U);
}

TEST(tally, adds_what_another_thread_counted) {
  auto a = tally{100ms};
  auto b = tally{100ms};
  a.succeeded(50ms, 1ms);
  b.succeeded(150ms, 9ms);
  b.failed(160ms, "404");
  b.late(2ms);
  a.add(b);
  EXPECT_EQ(a.answers(), 2U);
  EXPECT_EQ(a.kinds().at("404"), 1U);
  EXPECT_EQ(a.latency().max(), 9ms);
  EXPECT_EQ(a.lateness().count(), 1U);
  EXPECT_EQ(a.slices().size(), 2U);
}

}  // namespace
}  // namespace mintage::bench
