#include "bench/harness/kill_plan.hpp"

#include <gtest/gtest.h>

namespace mintage::bench {
namespace {

using namespace std::chrono_literals;

TEST(parse_kill, reads_victims_and_times) {
  const auto a = parse_kill("primary@10s");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->who, victim::primary);
  EXPECT_EQ(a->at, 10s);
  EXPECT_EQ(parse_kill("node@250ms")->at, 250ms);
  EXPECT_EQ(parse_kill("standby@1.5")->at, 1500ms);
  EXPECT_EQ(parse_kill("standby@1.5")->who, victim::standby);
  for (const auto* wrong : {"", "primary", "primary@", "etcd@1s", "node@1m", "node@-1", "node@x"})
    EXPECT_FALSE(parse_kill(wrong)) << wrong;
}

class a_login_book : public testing::Test {
 protected:
  void note(attempt a) { book_.note(book_.entries().back(), a, {}); }
  login_book book_;
};

TEST_F(a_login_book, is_clean_when_each_code_is_granted_once_and_then_refused) {
  book_.minted("a");
  note(attempt::granted);
  note(attempt::refused);
  EXPECT_EQ(book_.count().granted, 1U);
  EXPECT_EQ(book_.count().faults(), 0U);
}

TEST_F(a_login_book, allows_either_outcome_after_an_unclear_attempt) {
  book_.minted("a");
  note(attempt::unclear);
  note(attempt::refused);
  book_.minted("b");
  note(attempt::unclear);
  note(attempt::granted);
  note(attempt::refused);
  const auto sums = book_.count();
  EXPECT_EQ(sums.unclear, 2U);
  EXPECT_EQ(sums.answers_lost, 1U);
  EXPECT_EQ(sums.granted, 1U);
  EXPECT_EQ(sums.faults(), 0U);
}

TEST_F(a_login_book, finds_an_acknowledged_code_that_is_gone) {
  book_.minted("a");
  note(attempt::refused);
  EXPECT_EQ(book_.count().mints_lost, 1U);
}

TEST_F(a_login_book, finds_a_code_that_is_granted_twice) {
  book_.minted("a");
  note(attempt::granted);
  note(attempt::unclear);
  note(attempt::granted);
  EXPECT_EQ(book_.count().doubled, 1U);
  EXPECT_EQ(book_.count().faults(), 1U);
}

TEST_F(a_login_book, finds_a_code_without_a_clear_outcome) {
  book_.minted("a");
  note(attempt::unclear);
  book_.minted("b");
  note(attempt::granted);
  EXPECT_EQ(book_.count().unsettled, 2U);
}

TEST(longest_gap, counts_from_the_beginning_to_the_end) {
  const auto begin = login_book::time{} + 1s;
  EXPECT_EQ(longest_gap({}, begin, begin + 5s), 5s);
  EXPECT_EQ(longest_gap({begin + 3s, begin + 1s, begin - 1s}, begin, begin + 4s), 2s);
  EXPECT_EQ(longest_gap({begin + 1s, begin + 9s}, begin, begin + 4s), 3s);
}

}  // namespace
}  // namespace mintage::bench
