// Slow comparisons: who is next, when the answer leaves. (CAU-12, TOK-21)
#include "actors/stages/hash_queue.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/actors/stages/exchanges.hpp"
#include "tests/unit/actors/stages/slow_claims.hpp"

namespace mintage::actors {
namespace {

using namespace std::chrono_literals;
using steady = hash_queue::steady;
using test::claim;

/// A job whose code names it.
slow_job job(const service::slow_claim& c, const std::string& name = {}) {
  static auto names = std::set<std::string>{};  // requests hold views
  auto x = test::make_redemption(*names.insert(name).first, "client", {});
  x->slow.emplace().candidates.emplace_back(std::string{"text"});
  x->slow_place = std::make_shared<const service::slow_claim>(c);
  return {std::move(x), 0};
}
std::string_view name_of(const slow_job& j) {
  return std::get<service::token_handle>(j.asked)->request.code;
}

TEST(hash_queue, lets_sources_take_turns) {
  auto queue = hash_queue{hash_queue::pacing::off};
  for (const auto* name : {"a1", "a2", "a3", "a4", "b1", "b2", "c1"})
    queue.push(job(claim(static_cast<std::uint8_t>(name[0]), 0), name));
  EXPECT_EQ(queue.waiting(), 7U);
  auto order = std::string{};
  while (const auto next = queue.next()) order.append(name_of(*next)).append(" ");
  EXPECT_EQ(order, "a1 b1 c1 a2 b2 a3 a4 ");
  EXPECT_EQ(queue.waiting(), 0U);
}

/// A queue whose comparisons last 8 ms, as far as it knows.
class a_paced_queue : public testing::Test {
 protected:
  a_paced_queue() {
    for (auto i = 0; i < 1000; ++i) queue.note_duration(one, one);
    queue.deliver_by([this](slow_job j) {
      const auto guard = std::scoped_lock{mutex};
      delivered.emplace_back(name_of(j), steady::now());
      changed.notify_all();
    });
  }
  void run_all(bool matched = false) {
    while (auto next = queue.next()) {
      next->set_matched(matched);
      queue.finish(std::move(*next));
    }
  }
  /// When each was delivered, in order.
  std::vector<std::pair<std::string, steady::time_point>> await(std::size_t count) {
    auto lock = std::unique_lock{mutex};
    EXPECT_TRUE(changed.wait_for(lock, 10s, [&] { return delivered.size() >= count; }));
    return delivered;
  }

  static constexpr auto one = 8ms;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<std::string, steady::time_point>> delivered;
  hash_queue queue{hash_queue::pacing::on};
};

TEST_F(a_paced_queue, tells_a_right_secret_at_once) {
  queue.push(job(claim(1, 1), "right"));
  run_all(true);
  EXPECT_EQ(delivered.size(), 1U) << "on the thread that compared";
}

TEST_F(a_paced_queue, refuses_after_the_time_of_two_secrets_real_or_not) {
  const auto begun = steady::now();
  queue.push(job(claim(1, 1, true), "real"));
  queue.push(job(claim(2, 1, false), "pretended"));
  run_all();
  for (const auto& [name, when] : await(2)) {
    EXPECT_GE(when - begun, 3 * one - 2ms) << name;
  }
}

TEST_F(a_paced_queue, refuses_one_claimant_one_after_the_other) {
  const auto begun = steady::now();
  for (auto i = 0; i < 4; ++i) queue.push(job(claim(1, 1, false), std::to_string(i)));
  queue.push(job(claim(1, 2, false), "other"));
  run_all();
  const auto all = await(5);
  EXPECT_GE(all[4].second - begun, 3 * 2 * one) << "the fourth waits for three";
  EXPECT_EQ(all[4].first, "3");
  EXPECT_TRUE(all[0].first == "other" || all[1].first == "other") << "another id does not";
}

TEST_F(a_paced_queue, believes_no_comparison_that_waited_long_for_a_core) {
  queue.note_duration(1h, one);
  queue.push(job(claim(1, 1, false), "soon"));
  run_all();
  EXPECT_EQ(await(1).size(), 1U);
}

TEST_F(a_paced_queue, drops_all_when_it_is_closed) {
  queue.note_duration(1h, 1h);
  queue.push(job(claim(1, 1)));
  auto taken = queue.next();
  queue.push(job(claim(1, 1)));
  queue.finish(std::move(*taken));
  queue.close();
  EXPECT_EQ(queue.waiting(), 0U);
  queue.push(job(claim(1, 1)));
  EXPECT_FALSE(queue.next());
  EXPECT_TRUE(delivered.empty());
}

}  // namespace
}  // namespace mintage::actors
