// The server's clock when the system's clock is set. (NEG-210)
#include "app/system_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "storage/memory/engine.hpp"

namespace mintage::app {
namespace {

using namespace std::chrono_literals;
using oauth::instant;

/// A clock that stands still until it is moved. `Tag` distinguishes two of them.
template <class Tag>
struct settable_clock {
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<settable_clock>;
  static time_point now() noexcept { return time_point{duration{at.load()}}; }
  static void move(duration by) noexcept { at += by.count(); }
  static void set(duration to) noexcept { at = to.count(); }
  static inline std::atomic<std::int64_t> at{0};
};
using wall = settable_clock<struct wall_tag>;
using steady = settable_clock<struct steady_tag>;

constexpr auto begin = 1'800'000'000s;

/// Sets both clocks before a clock is constructed from them.
struct at_the_beginning {
  at_the_beginning() {
    wall::set(begin);
    steady::set(12345s);
  }
};

class the_clock : public testing::Test, at_the_beginning {
 protected:
  /// Moves both clocks.
  static void pass(std::chrono::nanoseconds time) {
    wall::move(time);
    steady::move(time);
  }
  static instant after_begin(std::chrono::milliseconds time) { return instant{begin + time}; }

  forward_clock<wall, steady> clock;
};

TEST_F(the_clock, tells_the_wall_clock) {
  EXPECT_EQ(clock.now(), after_begin(0ms));
  pass(1500ms);
  EXPECT_EQ(clock.now(), after_begin(1500ms));
  pass(999us);
  EXPECT_EQ(clock.now(), after_begin(1500ms)) << "whole milliseconds, never early";
}

TEST_F(the_clock, follows_a_clock_that_is_set_forward_by_a_minute) {
  EXPECT_EQ(clock.now(), after_begin(0ms));
  wall::move(1min);
  EXPECT_EQ(clock.now(), after_begin(1min));
  EXPECT_TRUE(clock.is_confirmed());
  pass(1s);
  EXPECT_EQ(clock.now(), after_begin(1min + 1s));
}

TEST_F(the_clock, does_not_follow_a_clock_that_jumps_ahead) {
  for (const auto jump : {std::chrono::milliseconds{60'001}, std::chrono::milliseconds{24h},
                          std::chrono::milliseconds{100 * 24h}}) {
    const auto before = clock.now();
    wall::move(jump);
    EXPECT_FALSE(clock.is_confirmed());
    EXPECT_EQ(clock.now(), before);
    pass(1s);
    EXPECT_EQ(clock.now(), before + 1s);
    wall::move(-jump);  // as if nothing had happened
    EXPECT_TRUE(clock.is_confirmed());
    EXPECT_EQ(clock.now(), before + 1s);
  }
}

TEST_F(the_clock, does_not_follow_a_clock_that_runs_ahead_in_small_steps) {
  auto steps = 0min;
  while (clock.is_confirmed() && steps < 60min) {
    wall::move(20s);
    pass(1s);
    EXPECT_EQ(clock.watch(5min), clock.is_confirmed() ? clock_change::none : clock_change::jumped);
    static_cast<void>(clock.now());
    steps += 1min;
  }
  EXPECT_EQ(steps, 4min);
  EXPECT_LE(clock.now(), after_begin(1min + 4s));
}

TEST_F(the_clock, may_be_set_forward_by_a_minute_each_hour) {
  for (auto hour = 0; hour < 24; ++hour) {
    wall::move(1min);
    EXPECT_EQ(clock.now(), after_begin((hour + 1) * 1min + hour * 1h));
    for (auto minute = 0; minute < 60; ++minute) {
      pass(1min);
      EXPECT_EQ(clock.watch(5min), clock_change::none);
    }
  }
}

TEST_F(the_clock, takes_a_time_that_lasts) {
  wall::move(24h);
  EXPECT_EQ(clock.watch(5min), clock_change::jumped);
  for (auto second = 0; second < 299; ++second) {
    pass(1s);
    EXPECT_EQ(clock.watch(5min), clock_change::none);
    EXPECT_FALSE(clock.is_confirmed());
  }
  EXPECT_EQ(clock.now(), after_begin(299s));
  EXPECT_EQ(clock.unconfirmed(), 24h);
  pass(1s);
  EXPECT_EQ(clock.watch(5min), clock_change::confirmed);
  EXPECT_TRUE(clock.is_confirmed());
  EXPECT_EQ(clock.now(), after_begin(24h + 300s));
  EXPECT_EQ(clock.unconfirmed(), 0ms);
  EXPECT_EQ(clock.watch(5min), clock_change::none);
}

TEST_F(the_clock, counts_anew_when_an_unconfirmed_time_jumps_again) {
  wall::move(24h);
  EXPECT_EQ(clock.watch(5min), clock_change::jumped);
  pass(4min);
  wall::move(24h);
  EXPECT_EQ(clock.watch(5min), clock_change::jumped);
  pass(4min);
  EXPECT_EQ(clock.watch(5min), clock_change::none);
  wall::move(-48h);
  EXPECT_EQ(clock.watch(5min), clock_change::returned);
  pass(1h);
  EXPECT_EQ(clock.watch(5min), clock_change::none);
  EXPECT_EQ(clock.now(), after_begin(1h + 8min));
}

TEST_F(the_clock, takes_a_time_that_the_operator_confirms) {
  EXPECT_EQ(clock.confirm(), 0ms);
  wall::move(24h);
  EXPECT_EQ(clock.watch(0s), clock_change::jumped);
  pass(100h);
  EXPECT_EQ(clock.watch(0s), clock_change::none) << "0 = the operator alone";
  EXPECT_EQ(clock.confirm(), 24h);
  EXPECT_EQ(clock.now(), after_begin(124h));
  EXPECT_EQ(clock.watch(0s), clock_change::confirmed);
  EXPECT_EQ(clock.watch(0s), clock_change::none);
  wall::move(24h);
  EXPECT_FALSE(clock.is_confirmed()) << "the next jump";
}

TEST_F(the_clock, tells_of_a_jump_that_was_confirmed_before_anybody_looked) {
  wall::move(24h);
  EXPECT_EQ(clock.confirm(), 24h);
  EXPECT_EQ(clock.watch(5min), clock_change::jumped_and_confirmed);
  EXPECT_EQ(clock.watch(5min), clock_change::none);
}

TEST_F(the_clock, goes_on_from_where_it_was_when_set_back_by_an_hour) {
  EXPECT_EQ(clock.now(), after_begin(0ms));
  pass(61s);
  EXPECT_EQ(clock.now(), after_begin(61s));
  wall::move(-1h);
  EXPECT_EQ(clock.now(), after_begin(61s));
  pass(10s);
  EXPECT_EQ(clock.now(), after_begin(71s));
  wall::move(1h);  // set right again: time neither loses nor jumps
  EXPECT_EQ(clock.now(), after_begin(71s));
}

TEST_F(the_clock, loses_no_time_to_a_clock_that_is_set_back_again_and_again) {
  auto last = clock.now();
  for (auto i = 0; i < 100; ++i) {
    wall::move(-1min);
    pass(1s);
    EXPECT_EQ(clock.now() - last, 1s);
    last = clock.now();
  }
}

TEST_F(the_clock, never_goes_back_for_any_of_many_threads) {
  auto threads = std::vector<std::thread>{};
  auto ordered = std::atomic<int>{0};
  for (auto t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      auto times = std::vector<instant>{};
      for (auto i = 0; i < 10'000; ++i) {
        if (t == 0) wall::move(i % 2 == 0 ? 1h : -1h);
        if (t == 1) steady::move(1ms);
        times.push_back(clock.now());
      }
      ordered += std::ranges::is_sorted(times) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ordered, 4);
}

TEST(the_system_clock, is_the_systems) {
  const auto before =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto told = system_clock{}.now();
  const auto later =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  EXPECT_GE(told + 1ms, before);  // each clock is truncated to milliseconds
  EXPECT_LE(told, later + 1ms);
}

/// A code of a minute in a store.
class a_code : public the_clock {
 protected:
  a_code() {
    const auto name = crypto::sha256("some code");
    insert_.key = storage::record_key{oauth::slot::draw(random_), name};
    insert_.expires = clock.now() + 60s;
    insert_.binding = crypto::sha256("binding");
    insert_.value = "value";
    shard_->insert({insert_}, clock.now(),
                   [](auto verdicts) { ASSERT_EQ(verdicts.at(0), storage::verdict::ok); });
  }
  storage::verdict read() {
    auto found = storage::verdict::unknown;
    shard_->read(storage::table::codes, {insert_.key}, clock.now(),
                 [&](auto results) { found = results.at(0).what; });
    return found;
  }
  storage::verdict consume() {
    auto op = storage::consume_op{};
    op.key = insert_.key;
    op.binding = insert_.binding;
    random_.fill(op.attempt);
    op.tombstone_until = clock.now() + 600s;
    op.new_grant = insert_;
    op.new_grant.kind = storage::table::grants;
    auto found = storage::verdict::unknown;
    auto batch = std::vector<storage::consume_op>{};
    batch.push_back(std::move(op));
    shard_->consume(std::move(batch), clock.now(),
                    [&](auto results) { found = results.at(0).what; });
    return found;
  }

  crypto::buffered_random random_;
  std::unique_ptr<storage::engine> engine_ = storage::open_memory_engine(10);
  std::unique_ptr<storage::shard_store> shard_ =
      engine_->open_shard(0, 1, [](auto task) { task(); });
  storage::insert_op insert_;
};

TEST_F(a_code, that_has_expired_stays_expired_when_the_clock_is_set_back_by_an_hour) {
  pass(61s);
  EXPECT_EQ(read(), storage::verdict::expired);
  wall::move(-1h);
  EXPECT_EQ(read(), storage::verdict::expired);
  EXPECT_EQ(consume(), storage::verdict::expired);
}

TEST_F(a_code, that_is_live_expires_in_its_time_although_the_clock_is_set_back_by_an_hour) {
  pass(30s);
  wall::move(-1h);
  EXPECT_EQ(read(), storage::verdict::ok);
  pass(31s);
  EXPECT_EQ(read(), storage::verdict::expired);
  EXPECT_EQ(consume(), storage::verdict::expired);
}

}  // namespace
}  // namespace mintage::app
