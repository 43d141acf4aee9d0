#include "app/headroom.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

namespace mintage::app {
namespace {

constexpr auto second = std::uint64_t{1'000'000'000};

/// A thread that so far ran, and waited for a core, for these seconds.
thread_use thread(thread_kind kind, double running, double waiting = 0) {
  return {kind, static_cast<std::uint64_t>(running * 1e9),
          static_cast<std::uint64_t>(waiting * 1e9)};
}
thread_use io(double running, double waiting = 0) {
  return thread(thread_kind::io, running, waiting);
}

TEST(headroom, is_what_the_busiest_thread_leaves) {
  auto h = headroom{};
  EXPECT_EQ(h.ratio(), 1);
  h.note(0, {{{1, io(5)}, {2, io(5)}}, {}, {}});
  EXPECT_EQ(h.ratio(), 1);
  h.note(2 * second, {{{1, io(5.5)}, {2, io(6.2)}}, {}, {}});
  EXPECT_NEAR(h.ratio(), 0.4, 1e-9);
}

TEST(headroom, is_not_where_other_programs_have_the_cores) {
  auto h = headroom{};
  h.note(0, {{{1, io(0)}}, {1000, 5000, 1}, {}});
  h.note(2 * second, {{{1, io(1, 0.5)}}, {1300, 5400, 1}, {}});
  // They have a quarter of the core, and this server the half of it: three quarters are its own.
  EXPECT_NEAR(h.ratio(), 1 - 2.0 / 3, 1e-9);
  h.note(4 * second, {{{1, io(3)}}, {1300, 5800, 1}, {}});
  EXPECT_NEAR(h.ratio(), 0.25, 1e-9);
}

TEST(headroom, is_used_by_other_threads_on_the_same_cores) {
  auto h = headroom{};
  const auto other = [](double running) { return thread(thread_kind::other, running); };
  h.note(0, {{{1, io(0)}, {2, other(0)}}, {0, 0, 2}, {}});
  h.note(second, {{{1, io(0.5)}, {2, other(1)}}, {150, 200, 2}, {}});
  EXPECT_NEAR(h.ratio(), 0.25, 1e-9);
}

TEST(headroom, of_an_idle_server_is_whole_beside_a_busy_program) {
  auto h = headroom{};
  h.note(0, {{{1, io(0)}}, {0, 0, 1}, {}});
  h.note(second, {{{1, io(0.001)}}, {100, 100, 1}, {}});
  EXPECT_NEAR(h.ratio(), 0.98, 1e-9);
}

/// What of its one core a server uses whose I/O thread runs for so long in a second, beside so many
/// commits of 100 us.
double used_beside_commits(double io_running, unsigned commits) {
  auto h = headroom{};
  auto c = metrics::work_cost{};
  const auto use = [&](double io_so_far, std::uint64_t store_ns, std::uint64_t busy) {
    return process_use{{{1, io(io_so_far)}, {2, {thread_kind::store, store_ns, 0}}},
                       {busy, busy == 0 ? 0U : 1000U, 1},
                       {{2, c.sums()}}};
  };
  h.note(0, use(0, 0, 0));
  const auto store_ns = std::uint64_t{100'000} * commits;
  for (auto i = 1U; i <= commits; ++i) c.end_period(std::uint64_t{100'000} * i);
  h.note(second, use(io_running, store_ns,
                     static_cast<std::uint64_t>(1000 * io_running) + store_ns / 1'000'000));
  return 1 - h.ratio();
}

TEST(headroom, knows_that_commits_grow_to_one_in_a_millisecond) {
  // A thousand commits take 0.1 of the core, so 0.9 are there for the rest.
  EXPECT_NEAR(used_beside_commits(0.45, 1000), 0.5, 1e-9);
  EXPECT_NEAR(used_beside_commits(0.45, 3000), 0.5, 1e-9) << "load would spare two thousand";
  // Few commits stay few: at twice the load, there are 20 of them.
  EXPECT_NEAR(used_beside_commits(0.499, 10), 0.5, 1e-9);
}

TEST(headroom, counts_store_threads_that_keep_no_account_as_they_run) {
  auto h = headroom{};
  const auto store = [](double running) { return thread(thread_kind::store, running); };
  h.note(0, {{{1, io(0)}, {2, store(0)}}, {0, 0, 1}, {}});
  h.note(second, {{{1, io(0.4)}, {2, store(0.4)}}, {80, 100, 1}, {}});
  EXPECT_NEAR(h.ratio(), 0.2, 1e-9);
}

TEST(headroom, is_not_what_one_other_thread_leaves) {
  auto h = headroom{};
  h.note(0, {{{1, io(0)}, {2, {}}, {3, {thread_kind::store, 0, 0}}}, {}, {}});
  h.note(second, {{{1, io(0.1)},
                   {2, {thread_kind::other, second, 0}},
                   {3, {thread_kind::store, second / 2, 0}}},
                  {},
                  {}});
  EXPECT_NEAR(h.ratio(), 0.5, 1e-9);
}

TEST(headroom, forgets_what_is_older_than_its_window) {
  auto h = headroom{};
  auto busy = 0.0;
  for (auto t = std::uint64_t{0}; t < 20; ++t) h.note(t * second, {{{1, io(busy += 0.9)}}, {}, {}});
  EXPECT_NEAR(h.ratio(), 0.1, 1e-9);
  for (auto t = std::uint64_t{20}; t < 31; ++t)
    h.note(t * second, {{{1, io(busy += 0.2)}}, {}, {}});
  EXPECT_NEAR(h.ratio(), 0.8, 1e-9);
}

TEST(headroom, is_never_below_zero_and_ignores_threads_that_are_new) {
  auto h = headroom{};
  h.note(0, {{{1, io(0)}}, {}, {}});
  h.note(second, {{{1, io(1.01)}}, {}, {}});
  EXPECT_EQ(h.ratio(), 0);
  auto fresh = headroom{};
  fresh.note(0, {});
  fresh.note(second, {{{7, io(40)}}, {}, {}});
  EXPECT_EQ(fresh.ratio(), 1);
}

/// Works through periods of so many events, each 40 us and 10 us for each event, again and again.
void work(metrics::work_cost& c, std::uint64_t& cpu_ns, const std::vector<unsigned>& events,
          unsigned times) {
  constexpr auto fixed_ns = std::uint64_t{40'000};
  constexpr auto each_ns = std::uint64_t{10'000};
  for (auto t = 0U; t < times; ++t)
    for (const auto n : events) {
      for (auto i = 0U; i < n; ++i) c.note_event();
      c.end_period(cpu_ns += fixed_ns + n * each_ns);
    }
}

TEST(spared_by_load, is_what_each_period_costs_beside_its_events) {
  auto c = metrics::work_cost{};
  auto cpu_ns = std::uint64_t{0};
  work(c, cpu_ns, {1, 2, 3, 2}, 100);
  EXPECT_NEAR(spared_by_load_ns(c.sums()), 400 * 40'000, 400 * 40);
}

TEST(spared_by_load, is_hardly_changed_by_a_pause_in_which_requests_gather) {
  auto c = metrics::work_cost{};
  auto cpu_ns = std::uint64_t{0};
  work(c, cpu_ns, {1, 2, 3, 2}, 1000);
  // While 50 requests came, 2 ms were spent on something else.
  cpu_ns += 2'000'000;
  work(c, cpu_ns, {50}, 1);
  EXPECT_NEAR(spared_by_load_ns(c.sums()), 4001 * 40'000, 0.1 * 4001 * 40'000);
}

TEST(spared_by_load, is_nothing_of_handshakes) {
  auto c = metrics::work_cost{};
  auto cpu_ns = std::uint64_t{0};
  auto random = std::minstd_rand{1};
  for (auto t = 0; t < 1000; ++t)
    for (const auto n : {1U, 2U, 3U, 2U}) {
      if (random() % 2 == 0) {
        constexpr auto handshake_ns = std::uint64_t{500'000};
        c.note_apart(handshake_ns);
        cpu_ns += handshake_ns;
      }
      work(c, cpu_ns, {n}, 1);
    }
  EXPECT_NEAR(spared_by_load_ns(c.sums()), 4000 * 40'000, 0.001 * 4000 * 40'000);
}

TEST(spared_by_load, is_unknown_when_periods_are_few_or_alike) {
  auto few = metrics::work_cost{};
  auto cpu_ns = std::uint64_t{0};
  work(few, cpu_ns, {1, 2, 3}, 30);
  EXPECT_EQ(spared_by_load_ns(few.sums()), 0);
  auto alike = metrics::work_cost{};
  cpu_ns = 0;
  work(alike, cpu_ns, {2}, 1000);
  EXPECT_EQ(spared_by_load_ns(alike.sums()), 0);
}

TEST(spared_by_load, is_never_more_than_the_time_nor_less_than_nothing) {
  // Costs that fall with the number of events, or rise faster than it, are no line.
  for (const auto& costs : {std::array{90, 10}, std::array{10, 90}}) {
    auto c = metrics::work_cost{};
    auto cpu_ns = std::uint64_t{0};
    for (auto t = 0; t < 1000; ++t) {
      for (auto i = 0; i <= t % 2; ++i) c.note_event();
      c.end_period(cpu_ns += static_cast<std::uint64_t>(costs.at(static_cast<std::size_t>(t % 2))));
    }
    EXPECT_GE(spared_by_load_ns(c.sums()), 0);
    EXPECT_LE(spared_by_load_ns(c.sums()), static_cast<double>(cpu_ns));
  }
}

TEST(spared_by_load, is_what_signatures_took_more_than_in_full_lanes) {
  auto c = metrics::work_cost{};
  auto cpu_ns = std::uint64_t{0};
  for (auto t = 0; t < 200; ++t) {
    c.note_event();
    c.note_signing(0, 15'000, 1, 0);   // alone
    c.note_signing(0, 32'000, 4, 8);   // half full
    c.note_signing(1, 250'000, 1, 0);  // of an algorithm without lanes
    c.end_period(cpu_ns += 400'000);
  }
  // A full call makes eight in 32 us, 4 us each.
  EXPECT_NEAR(spared_by_load_ns(c.sums()), 200 * (15'000 + 32'000 - 5 * 4'000), 1);
}

TEST(headroom, leaves_out_what_load_would_spare) {
  auto h = headroom{};
  auto c = metrics::work_cost{};
  auto cpu_ns = std::uint64_t{0};
  const auto use = [&](std::uint64_t busy, std::uint64_t all) {
    return process_use{{{1, {thread_kind::io, cpu_ns, 0}}}, {busy, all, 1}, {{1, c.sums()}}};
  };
  h.note(0, use(0, 0));
  work(c, cpu_ns, {1, 2, 3, 2}, 2000);
  ASSERT_EQ(cpu_ns, 8000U * 60'000U);
  h.note(second, use(48, 100));
  EXPECT_NEAR(h.ratio(), 1 - 8000 * 20e-6, 0.001);
  // Another program has a third of the core as well.
  work(c, cpu_ns, {1, 2, 3, 2}, 2000);
  h.note(2 * second, use(48 + 48 + 34, 200));
  EXPECT_NEAR(h.ratio(), 1 - 8000 * 20e-6 / (1 - 0.17), 0.001);
}

}  // namespace
}  // namespace mintage::app
