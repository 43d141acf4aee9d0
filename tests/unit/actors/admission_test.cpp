#include "actors/admission.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace mintage::actors {
namespace {

constexpr auto microsecond = std::uint64_t{1'000};
constexpr auto millisecond = 1000 * microsecond;
constexpr auto second = 1000 * millisecond;

/// A server that answers one exchange after the other, each after a wait that costs it nothing.
class queue {
 public:
  struct figures {
    std::size_t served = 0;
    std::size_t refused = 0;
    std::uint64_t longest = 0;  ///< of those that were admitted in the last three quarters
    std::size_t most_in_flight = 0;
  };

  explicit queue(std::size_t most) : admission_{most} {}

  /// @param every nanoseconds between two arrivals.
  figures offer(std::uint64_t every, std::uint64_t duration) {
    auto f = figures{};
    const auto begun = now_;
    for (; now_ < begun + duration; now_ += every) {
      drain(f, begun + duration / 4);
      if (!admission_.admits(now_, waiting_.size())) {
        ++f.refused;
        continue;
      }
      free_at_ = std::max(free_at_, now_) + work;
      waiting_.push_back({now_, free_at_ + wait});
      f.most_in_flight = std::max(f.most_in_flight, waiting_.size());
    }
    return f;
  }

  admission& subject() { return admission_; }
  std::uint64_t work = 100 * microsecond;
  std::uint64_t wait = 200 * microsecond;

 private:
  struct entry {
    std::uint64_t came;
    std::uint64_t leaves;
  };
  void drain(figures& f, std::uint64_t counts_from) {
    for (; !waiting_.empty() && waiting_.front().leaves <= now_; waiting_.pop_front()) {
      const auto [came, leaves] = waiting_.front();
      admission_.left(leaves, leaves - came, true);
      ++f.served;
      if (came >= counts_from) f.longest = std::max(f.longest, leaves - came);
    }
  }

  admission admission_;
  std::deque<entry> waiting_;
  std::uint64_t now_ = second;
  std::uint64_t free_at_ = 0;
};

TEST(admission, refuses_nothing_that_the_server_can_do) {
  auto q = queue{4096};
  EXPECT_EQ(q.offer(110 * microsecond, 5 * second).refused, 0U);
}

TEST(admission, admits_a_burst_that_drains) {
  auto q = queue{4096};
  EXPECT_EQ(q.offer(200 * microsecond, second).refused, 0U);
  EXPECT_EQ(q.offer(1 * microsecond, 500 * microsecond).refused, 0U);
  EXPECT_EQ(q.offer(200 * microsecond, second).refused, 0U);
}

TEST(admission, keeps_the_fixed_limit_whatever_happens) {
  auto q = queue{10};
  const auto f = q.offer(1 * microsecond, 100 * millisecond);
  EXPECT_EQ(f.most_in_flight, 10U);
  EXPECT_GT(f.refused, 0U);
}

TEST(admission, keeps_the_server_busy_and_its_queue_short_in_a_storm) {
  for (const auto every : {71 * microsecond, 33 * microsecond, 10 * microsecond}) {
    auto q = queue{4096};
    const auto f = q.offer(every, 4 * second);
    EXPECT_GE(f.served, 39'000U) << every;  // of 40,000
    EXPECT_GT(f.refused, 0U) << every;
    EXPECT_LE(f.longest, 4 * admission::target_ns) << every;
  }
}

TEST(admission, refuses_nothing_once_the_storm_is_over) {
  auto q = queue{4096};
  ASSERT_GT(q.offer(10 * microsecond, 2 * second).refused, 0U);
  static_cast<void>(q.offer(200 * microsecond, 100 * millisecond));
  EXPECT_EQ(q.offer(200 * microsecond, second).refused, 0U);
  EXPECT_EQ(q.subject().limit(), 4096U);
}

TEST(admission, forgets_a_storm_that_ended_in_silence) {
  auto q = queue{4096};
  ASSERT_GT(q.offer(10 * microsecond, second).refused, 0U);
  static_cast<void>(q.offer(second, 4 * second));
  EXPECT_EQ(q.subject().limit(), 4096U);
}

TEST(admission, takes_a_disk_that_is_always_slow_for_what_it_is) {
  auto q = queue{4096};
  q.wait = 30 * millisecond;
  EXPECT_EQ(q.offer(150 * microsecond, 5 * second).refused, 0U);
}

TEST(admission, gets_used_to_a_disk_that_has_become_slow) {
  auto q = queue{4096};
  static_cast<void>(q.offer(150 * microsecond, second));
  q.wait = 30 * millisecond;
  static_cast<void>(q.offer(150 * microsecond, second));
  EXPECT_EQ(q.offer(150 * microsecond, 5 * second).refused, 0U);
}

TEST(admission, is_not_deceived_by_quick_denials) {
  auto a = admission{4096};
  auto now = second;
  for (auto i = 0; i < 1000; ++i, now += 100 * microsecond) {
    static_cast<void>(a.admits(now, 0));
    static_cast<void>(a.admits(now, 0));
    a.left(now, i < 10 ? millisecond : 50 * millisecond, true);
    a.left(now, 10 * microsecond, false);
  }
  EXPECT_LT(a.limit(), 4096U);
}

}  // namespace
}  // namespace mintage::actors
