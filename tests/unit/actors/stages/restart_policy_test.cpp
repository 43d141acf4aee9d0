#include "actors/stages/restart_policy.hpp"

#include <gtest/gtest.h>

#include "actors/stages/pools.hpp"

namespace mintage::actors {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto rules =
    restart_rules{.most = 6, .window = 60s, .first_wait = 10ms, .longest_wait = 100ms};
constexpr auto second = std::uint64_t{1'000'000'000};

TEST(restart_policy, waits_twice_as_long_each_time_and_then_gives_up) {
  auto member = restart_policy{rules};
  for (const auto expected : {0ms, 10ms, 20ms, 40ms, 80ms, 100ms})
    EXPECT_EQ(member.note_end(second), expected);
  EXPECT_EQ(member.note_end(second), std::nullopt);
}

TEST(restart_policy, forgets_what_is_longer_ago_than_its_window) {
  auto member = restart_policy{rules};
  for (auto t = std::uint64_t{1}; t < 100; ++t) EXPECT_EQ(member.note_end(t * 61 * second), 0ms);
  for (auto i = 0; i < 6; ++i) EXPECT_NE(member.note_end(7000 * second), std::nullopt);
  EXPECT_EQ(member.note_end(7059 * second), std::nullopt);
  EXPECT_EQ(member.note_end(7061 * second), 0ms);
}

TEST(restart_policy, gives_up_a_member_that_always_fails_after_some_seconds) {
  auto member = restart_policy{restart_rules{}};
  auto t = second;
  while (const auto wait = member.note_end(t))
    t += static_cast<std::uint64_t>(std::chrono::nanoseconds{*wait}.count());
  EXPECT_GT(t - second, 3 * second);
  EXPECT_LT(t - second, 10 * second);
}

TEST(member_board, says_that_all_work_when_no_member_of_any_pool_is_missing) {
  auto board = member_board{{{1, 1, 2, 1, 1, 1, 1, 1, 1}}};
  for (const auto p : pools) {
    EXPECT_FALSE(board.all_work());
    board.note_working(p, 0);
    board.note_working(p, 0);
  }
  EXPECT_FALSE(board.all_work()) << "there are two code stores";
  board.note_working(pool::code_store, 1);
  EXPECT_TRUE(board.all_work());
  board.note_ended(pool::signer, 0);
  board.note_ended(pool::signer, 0);
  EXPECT_FALSE(board.all_work());
  board.note_working(pool::signer, 0);
  EXPECT_TRUE(board.all_work());
}

}  // namespace
}  // namespace mintage::actors
