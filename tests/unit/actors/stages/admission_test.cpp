#include "actors/stages/admission.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

namespace mintage::actors {
namespace {

constexpr auto microsecond = std::uint64_t{1'000};
constexpr auto millisecond = 1000 * microsecond;
constexpr auto second = 1000 * millisecond;

/// A thread that works on one exchange after the other. Each exchange then waits for a disk, which
/// costs the thread nothing. The clock is the test's.
class thread_at_work {
 public:
  struct figures {
    std::size_t served = 0;
    std::size_t refused = 0;
    std::uint64_t longest = 0;  ///< of those that were admitted in the last three quarters
    std::uint64_t longest_ever = 0;
    std::size_t most_in_flight = 0;
    std::uint64_t first_refusal = 0;  ///< after so long
  };

  explicit thread_at_work(std::size_t most) : admission_{most} {}

  /// @param gap yields the nanoseconds until the next arrival.
  template <class Gap>
  figures offer(Gap gap, std::uint64_t duration) {
    auto f = figures{};
    const auto begun = now_;
    for (; now_ < begun + duration; now_ += gap()) {
      drain(f, begun + duration / 4);
      ask(f, begun);
    }
    return f;
  }
  figures offer_every(std::uint64_t gap, std::uint64_t duration) {
    return offer([gap] { return gap; }, duration);
  }
  figures offer_at_random(std::uint64_t mean, std::uint64_t duration) {
    auto random = std::mt19937_64{1};
    auto gap = std::exponential_distribution<double>{1 / static_cast<double>(mean)};
    return offer([&] { return static_cast<std::uint64_t>(gap(random)); }, duration);
  }
  /// `clients` clients, each of which sends its next request at once after an answer.
  figures keep_in_flight(std::size_t clients, std::uint64_t duration) {
    auto f = figures{};
    const auto begun = now_;
    for (; now_ < begun + duration; now_ += 10 * microsecond) {
      drain(f, begun);
      while (waiting_.size() < clients && f.refused == 0) ask(f, begun);
    }
    return f;
  }

  /// Other work has the core; requests that arrive meanwhile are handled afterwards.
  figures pause(std::uint64_t duration, std::uint64_t gap) {
    auto f = figures{};
    now_ += duration;
    if (free_at_ + duration > now_) free_at_ += duration;
    for (auto& each : waiting_) each.leaves += duration;
    for (auto asked = std::uint64_t{0}; asked < duration; asked += gap) ask(f, now_);
    return f;
  }

  [[nodiscard]] std::size_t limit() const { return admission_.limit(); }
  std::uint64_t work = 100 * microsecond;
  std::uint64_t refusal = 0;
  std::uint64_t disk = 200 * microsecond;

 private:
  struct entry {
    std::uint64_t came;
    std::uint64_t leaves;
  };

  [[nodiscard]] std::uint64_t busy_since(std::uint64_t t) const {
    return free_at_ > t ? busy_since_ : t;
  }
  void toil(std::uint64_t duration) {
    if (free_at_ <= now_) {
      busy_since_ = now_;
      free_at_ = now_;
    }
    free_at_ += duration;
  }
  void ask(figures& f, std::uint64_t begun) {
    if (!admission_.has_room(now_, waiting_.size(), busy_since(now_))) {
      if (f.refused++ == 0) f.first_refusal = now_ - begun;
      // Sockets come first: admitted exchanges wait for the refusal.
      toil(refusal);
      for (auto& each : waiting_) each.leaves += refusal;
      return;
    }
    toil(work);
    waiting_.push_back({now_, free_at_ + disk});
    f.most_in_flight = std::max(f.most_in_flight, waiting_.size());
  }
  void drain(figures& f, std::uint64_t counts_from) {
    while (!waiting_.empty() && waiting_.front().leaves <= now_) {
      const auto [came, leaves] = waiting_.front();
      waiting_.pop_front();
      admission_.left(leaves, waiting_.size(), busy_since(leaves));
      ++f.served;
      f.longest_ever = std::max(f.longest_ever, leaves - came);
      if (came >= counts_from) f.longest = std::max(f.longest, leaves - came);
    }
  }

  admission admission_;
  std::deque<entry> waiting_;
  std::uint64_t now_ = second;
  std::uint64_t free_at_ = 0;
  std::uint64_t busy_since_ = 0;
};

TEST(admission, keeps_the_fixed_limit_whatever_happens) {
  auto t = thread_at_work{10};
  const auto f = t.offer_every(1 * microsecond, 100 * millisecond);
  EXPECT_EQ(f.most_in_flight, 10U);
  EXPECT_GT(f.refused, 0U);
}

TEST(admission, refuses_nothing_that_the_thread_can_do) {
  auto even = thread_at_work{4096};
  EXPECT_EQ(even.offer_every(101 * microsecond, 20 * second).refused, 0U);
  auto random = thread_at_work{4096};
  EXPECT_EQ(random.offer_at_random(110 * microsecond, 60 * second).refused, 0U);
}

TEST(admission, admits_a_burst_that_drains) {
  auto t = thread_at_work{4096};
  for (const auto size : {std::uint64_t{500}, std::uint64_t{2000}}) {
    EXPECT_EQ(t.offer_every(200 * microsecond, second).refused, 0U);
    EXPECT_EQ(t.offer_every(1 * microsecond, size * microsecond).refused, 0U) << size;
    EXPECT_EQ(t.offer_every(second, 2 * second).refused, 0U);
  }
}

TEST(admission, refuses_nothing_because_another_had_the_core_for_a_while) {
  auto t = thread_at_work{4096};
  constexpr auto gap = 143 * microsecond;
  for (auto i = 0; i < 50; ++i) {
    EXPECT_EQ(t.offer_at_random(gap, 200 * millisecond).refused, 0U) << i;
    EXPECT_EQ(t.pause(12 * millisecond, gap).refused, 0U) << i;
    EXPECT_EQ(t.offer_at_random(gap, 200 * millisecond).refused, 0U) << i;
    for (auto turn = 0; turn < 4; ++turn) {
      EXPECT_EQ(t.pause(5 * millisecond, gap).refused, 0U) << i;
      EXPECT_EQ(t.offer_every(gap, 4 * millisecond).refused, 0U) << i;
    }
  }
}

TEST(admission, takes_clients_that_wait_for_their_answers_for_no_storm) {
  for (const auto clients : {64U, 190U}) {
    auto t = thread_at_work{4096};
    const auto f = t.keep_in_flight(clients, 5 * second);
    EXPECT_EQ(f.refused, 0U) << clients;
    EXPECT_GE(f.served, 49'000U) << clients;
  }
}

TEST(admission, lets_no_queue_stand_that_is_too_long_even_if_it_does_not_grow) {
  auto t = thread_at_work{4096};
  static_cast<void>(t.offer_every(143 * microsecond, second));
  EXPECT_GT(t.keep_in_flight(1000, second).refused, 0U);
}

TEST(admission, keeps_the_thread_busy_and_its_queue_short_in_a_storm) {
  for (const auto mean : {71 * microsecond, 33 * microsecond, 12 * microsecond}) {
    auto t = thread_at_work{4096};
    const auto f = t.offer_at_random(mean, 4 * second);
    EXPECT_GE(f.served, 39'000U) << mean;  // of 40,000
    EXPECT_GT(f.refused, 0U) << mean;
    EXPECT_LE(f.longest, admission::storm_ns + 3 * millisecond) << mean;
  }
}

TEST(admission, counts_what_refusals_take_from_the_others) {
  auto t = thread_at_work{4096};
  t.refusal = 10 * microsecond;
  const auto f = t.offer_at_random(33 * microsecond, 4 * second);
  // 30,000 a second: the thread can grant x and refuse the rest when 100 x + 10 (30,000 - x) us
  // make a second.
  EXPECT_GE(f.served, 4 * 7'600U);
  EXPECT_LE(f.longest, admission::storm_ns + 3 * millisecond);
}

/// Each client sends its next request after its answer.
TEST(admission, refuses_nobody_of_those_who_wait_for_slow_answers) {
  auto a = admission{4096};
  auto now = std::uint64_t{second};
  const auto busy_since = now;  // always busy
  constexpr auto callers = admission::least_queue;
  for (auto i = std::size_t{0}; i < callers; ++i) ASSERT_TRUE(a.has_room(now, i, busy_since));
  for (auto answer = 0; answer < 3000; ++answer) {
    now += 400 * microsecond;  // an RSA signature, and other work on the core
    a.left(now, callers - 1, busy_since);
    ASSERT_TRUE(a.has_room(now, callers - 1, busy_since)) << answer;
  }
}

TEST(admission, notices_a_storm_before_its_queue_is_long) {
  for (const auto every : {71 * microsecond, 33 * microsecond}) {
    auto t = thread_at_work{4096};
    static_cast<void>(t.offer_every(143 * microsecond, second));
    const auto f = t.offer_every(every, second);
    EXPECT_LE(f.first_refusal, 60 * millisecond) << every;
    EXPECT_LE(f.longest_ever, 40 * millisecond) << every;
  }
}

TEST(admission, refuses_nothing_once_the_storm_is_over) {
  auto t = thread_at_work{4096};
  ASSERT_GT(t.offer_every(10 * microsecond, 2 * second).refused, 0U);
  static_cast<void>(t.offer_every(143 * microsecond, 2 * admission::moment_ns));
  EXPECT_EQ(t.offer_at_random(143 * microsecond, second).refused, 0U);
  EXPECT_EQ(t.limit(), 4096U);
}

TEST(admission, forgets_a_storm_that_ended_in_silence) {
  auto t = thread_at_work{4096};
  ASSERT_GT(t.offer_every(10 * microsecond, second).refused, 0U);
  static_cast<void>(t.offer_every(second, 4 * second));
  EXPECT_EQ(t.limit(), 4096U);
}

TEST(admission, does_not_take_those_who_wait_for_a_disk_for_a_queue) {
  auto t = thread_at_work{4096};
  t.disk = 30 * millisecond;
  EXPECT_EQ(t.offer_at_random(120 * microsecond, 10 * second).refused, 0U);
  t.disk = 100 * millisecond;
  static_cast<void>(t.offer_at_random(120 * microsecond, second));
  EXPECT_EQ(t.offer_at_random(120 * microsecond, 10 * second).refused, 0U);
}

TEST(admission, lets_in_as_many_in_a_storm_as_keep_the_thread_busy_despite_its_disk) {
  auto t = thread_at_work{4096};
  t.disk = 30 * millisecond;
  const auto f = t.offer_at_random(33 * microsecond, 4 * second);
  EXPECT_GE(f.served, 37'000U);  // of 40,000
  EXPECT_LE(f.longest, t.disk + 20 * millisecond);
}

TEST(admission, takes_another_maximum) {
  auto a = admission{10};
  EXPECT_FALSE(a.has_room(0, 10, 0));
  a.set_most(12);
  EXPECT_TRUE(a.has_room(0, 11, 0));
  a.set_most(3);
  EXPECT_FALSE(a.has_room(0, 3, 0));
  EXPECT_TRUE(a.has_room(0, 2, 0)) << "when those that are there have left";
}

}  // namespace
}  // namespace mintage::actors
