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

class the_clock : public testing::Test {
 protected:
  the_clock() {
    wall::set(begin);
    steady::set(12345s);
  }
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

TEST_F(the_clock, follows_a_clock_that_is_set_forward) {
  EXPECT_EQ(clock.now(), after_begin(0ms));
  wall::move(1h);
  EXPECT_EQ(clock.now(), after_begin(1h));
  pass(1s);
  EXPECT_EQ(clock.now(), after_begin(1h + 1s));
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
