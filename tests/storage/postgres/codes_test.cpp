#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <future>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "tests/storage/postgres/node.hpp"

namespace mintage::test {
namespace {

using loopback::sql_value;

class statements_of_codes : public testing::Test {
 protected:
  /// A consumption by b, while an open transaction of a holds the code.
  std::future<bool> consume_in_background(const consumption& one) {
    auto out = std::async(std::launch::async, [this, one] { return b.consume(one); });
    await_lock(observer, b);
    return out;
  }

  std::string failures(const octets& key, const std::string& table) {
    return observer.ask("select failures from mintage." + table + " where key = '" + bytea(key) +
                        "'");
  }

  node a;
  node b;
  node observer;
};

TEST_F(statements_of_codes, mint_takes_new_and_expired_keys_and_no_live_ones) {
  const auto keys = random_keys(5);
  const auto all = std::set<octets>{keys.begin(), keys.end()};
  EXPECT_EQ(a.mint(keys), all);
  EXPECT_EQ(b.mint(keys), std::set<octets>{});
  EXPECT_EQ(b.mint(keys, now + code_life), all);
}

// COD-04, NEG-207
TEST_F(statements_of_codes, each_code_is_consumed_once_and_losers_are_told_by_whom) {
  constexpr auto racers_count = 4;
  const auto keys = random_keys(200);
  a.mint(keys);
  auto attempts = std::array<std::vector<std::pair<consumption, bool>>, racers_count>{};
  auto start = std::barrier{racers_count};
  {
    auto threads = std::vector<std::jthread>{};
    for (auto i = std::size_t{0}; i < racers_count; ++i) {
      threads.emplace_back([&, i] {
        auto mine = node{};
        for (const auto& key : keys) {
          const auto one = attempt_at(key, i % 2 == 0);
          start.arrive_and_wait();
          const auto has_won = mine.consume(one);
          attempts[i].emplace_back(one, has_won);
        }
      });
    }
  }
  for (auto code = std::size_t{0}; code < keys.size(); ++code) {
    auto winner = std::optional<consumption>{};
    auto grants = std::size_t{0};
    for (const auto& each : attempts) {
      const auto& [one, has_won] = each.at(code);
      grants += a.find_grant(one.birth).size();
      if (!has_won) continue;
      ASSERT_FALSE(winner) << "consumed twice";
      winner = one;
    }
    ASSERT_TRUE(winner);
    const auto told = a.explain(keys[code]);
    EXPECT_EQ(told.at(explained::attempt), winner->attempt);
    EXPECT_EQ(octets_of(told.at(explained::birth)), winner->birth);
    EXPECT_EQ(told.at(explained::consumed_at), std::to_string(now));
    EXPECT_EQ(grants, 1U);
  }
}

TEST_F(statements_of_codes, the_same_attempt_again_changes_nothing_and_is_told_that_it_won) {
  const auto one = attempt_at(a.mint());
  EXPECT_TRUE(a.consume(one));
  EXPECT_FALSE(b.consume(one));
  EXPECT_EQ(b.explain(one.key).at(explained::attempt), one.attempt);
}

TEST_F(statements_of_codes, a_retry_waits_for_the_original_and_finds_its_tombstone) {
  const auto one = attempt_at(a.mint());
  a.run_text("begin");
  EXPECT_TRUE(a.consume(one));
  auto retry = consume_in_background(one);
  a.run_text("commit");
  EXPECT_FALSE(retry.get());
  EXPECT_EQ(b.explain(one.key).at(explained::attempt), one.attempt);
}

TEST_F(statements_of_codes, a_retry_wins_when_the_original_is_rolled_back) {
  const auto one = attempt_at(a.mint());
  a.run_text("begin");
  EXPECT_TRUE(a.consume(one));
  auto retry = consume_in_background(one);
  a.run_text("rollback");
  EXPECT_TRUE(retry.get());
}

TEST_F(statements_of_codes, a_wrong_binding_consumes_nothing) {
  const auto key = a.mint();
  EXPECT_FALSE(a.consume(attempt_at(key, false, false)));
  EXPECT_EQ(a.explain(key).at(explained::consumed_at), sql_value{});
  EXPECT_TRUE(a.consume(attempt_at(key)));
}

TEST_F(statements_of_codes, an_expired_code_is_not_consumed) {
  const auto key = random_octets(34);
  a.mint({key}, now - code_life);
  EXPECT_FALSE(a.consume(attempt_at(key)));
}

// COD-05
TEST_F(statements_of_codes, a_right_try_waits_for_a_wrong_one_and_its_failure_is_kept) {
  const auto one = attempt_at(a.mint());
  a.run_text("begin");
  EXPECT_TRUE(a.count_mismatch(one.key));
  auto right = consume_in_background(one);
  a.run_text("commit");
  EXPECT_TRUE(right.get());
  EXPECT_EQ(failures(one.key, "tomb"), "1");
}

TEST_F(statements_of_codes, a_right_try_loses_behind_the_wrong_one_that_ends_the_code) {
  const auto one = attempt_at(a.mint());
  a.run_text("begin");
  EXPECT_TRUE(a.count_mismatch(one.key, 1));
  auto right = consume_in_background(one);
  a.run_text("commit");
  EXPECT_FALSE(right.get());
  EXPECT_EQ(a.explain(one.key).at(explained::dead), "t");
}

TEST_F(statements_of_codes, wrong_tries_of_all_nodes_count_together) {
  const auto key = a.mint();
  auto counted = std::atomic<int>{};
  {
    auto threads = std::vector<std::jthread>{};
    for (auto i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        auto mine = node{};
        for (auto j = 0; j < 5; ++j) counted += mine.count_mismatch(key) ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(counted, 10);
  EXPECT_FALSE(a.consume(attempt_at(key)));
  EXPECT_EQ(a.explain(key).at(explained::dead), "t");
}

TEST_F(statements_of_codes, a_revoked_code_is_not_consumed) {
  const auto key = a.mint();
  const auto values = std::vector{bytea_array({key}), std::to_string(now)};
  EXPECT_EQ(b.run(statement::revoke_code, values).size(), 1U);
  EXPECT_FALSE(a.consume(attempt_at(key)));
  EXPECT_EQ(
      b.run(statement::revoke_code, {bytea_array({key}), std::to_string(now + code_life)}).size(),
      0U);
}

// COM-02
TEST_F(statements_of_codes, a_released_code_keeps_its_value_its_life_and_its_failures) {
  for (const auto is_brief : {true, false}) {
    const auto one = attempt_at(a.mint(), is_brief);
    a.count_mismatch(one.key);
    a.consume(one);
    EXPECT_EQ(a.release(one).at(0).at(1), "t");
    EXPECT_TRUE(a.find_grant(one.birth).empty());
    const auto found = a.run(statement::find_code, {bytea_array({one.key})});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].at(1), std::to_string(now + code_life));
    EXPECT_EQ(octets_of(found[0].at(4)), "V" + one.key);
    EXPECT_EQ(failures(one.key, "code"), "1");
    EXPECT_TRUE(a.release(one).empty()) << "released twice";
    EXPECT_TRUE(b.consume(attempt_at(one.key)));
    EXPECT_EQ(a.run(statement::find_tomb, {bytea_array({one.key}), std::to_string(now)}).size(),
              1U);
  }
}

TEST_F(statements_of_codes, another_attempt_releases_nothing) {
  const auto key = a.mint();
  EXPECT_TRUE(a.consume(attempt_at(key)));
  EXPECT_TRUE(a.release(attempt_at(key)).empty());
}

// COM-02, COD-07: either the code is live and has no grant, or the grant is revoked.
TEST_F(statements_of_codes, release_and_revocation_exclude_each_other) {
  auto start = std::barrier{2};
  for (auto i = 0; i < 150; ++i) {
    const auto one = attempt_at(a.mint(), i % 2 == 0);
    a.consume(one);
    auto was_revoked = std::async(std::launch::async, [&] {
      start.arrive_and_wait();
      return b.revoke(one.birth);
    });
    start.arrive_and_wait();
    const auto released = a.release(one);
    const auto is_released = !released.empty() && released[0].at(1) == "t";
    EXPECT_NE(was_revoked.get(), is_released);
    EXPECT_EQ(!a.explain(one.key).at(explained::consumed_at), is_released);
    EXPECT_EQ(a.find_grant(one.birth).empty(), is_released);
  }
}

TEST_F(statements_of_codes, emptying_a_bucket_disturbs_no_other) {
  auto is_over = std::atomic<bool>{false};
  auto consumed = std::atomic<int>{};
  auto failed = std::atomic<int>{};
  auto threads = std::vector<std::jthread>{};
  for (auto i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      auto mine = node{};
      while (!is_over) {
        const auto keys = random_keys(8);
        mine.mint(keys);
        auto all = std::vector<consumption>{};
        for (const auto& key : std::set<octets>{keys.begin(), keys.end()}) {
          all.push_back(attempt_at(key, true));
        }
        const auto found =
            mine.consume(all, 2).size() == 8 &&
            mine.run(statement::find_tomb, {bytea_array(keys), std::to_string(now)}).size() == 8;
        failed += found ? 0 : 1;
        ++consumed;
      }
    });
  }
  for (auto i = 0; i < 50; ++i) {
    a.run_text(
        "begin; set local lock_timeout = '2s'; truncate mintage.tomb_4, mintage.brief_4; commit");
  }
  is_over = true;
  threads.clear();
  EXPECT_GT(consumed, 0);
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace mintage::test
