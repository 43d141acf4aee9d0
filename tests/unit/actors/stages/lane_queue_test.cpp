// Exchanges that wait until they fill the lanes of a call.
#include "actors/stages/lane_queue.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/actors/stages/exchanges.hpp"

namespace mintage::actors {
namespace {

std::vector<service::token_handle> exchanges(std::uint64_t first, std::uint64_t count) {
  auto out = std::vector<service::token_handle>{};
  for (auto i = first; i < first + count; ++i) {
    out.push_back(test::make_redemption("code", "client", {}));
    out.back()->tag = i;
  }
  return out;
}

std::vector<std::uint64_t> tags(const std::vector<service::token_handle>& some) {
  auto out = std::vector<std::uint64_t>{};
  for (const auto& x : some) out.push_back(x->tag);
  return out;
}

TEST(lane_queue, gives_out_what_fills_all_lanes_and_keeps_the_rest) {
  auto waiting = lane_queue<service::token_handle>{};
  waiting.add(exchanges(0, 3));
  EXPECT_TRUE(waiting.take_full().empty());
  waiting.add(exchanges(3, 8));
  EXPECT_EQ(tags(waiting.take_full()), (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_FALSE(waiting.empty());
  EXPECT_TRUE(waiting.take_full().empty());
  EXPECT_EQ(tags(waiting.take_all()), (std::vector<std::uint64_t>{8, 9, 10}));
  EXPECT_TRUE(waiting.empty());
}

TEST(lane_queue, keeps_nothing_of_a_multiple_of_the_lanes) {
  auto waiting = lane_queue<service::token_handle>{};
  waiting.add(exchanges(0, 16));
  EXPECT_EQ(waiting.take_full().size(), 16U);
  EXPECT_TRUE(waiting.empty());
  EXPECT_TRUE(waiting.take_all().empty());
}

}  // namespace
}  // namespace mintage::actors
