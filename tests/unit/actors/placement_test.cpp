#include <gtest/gtest.h>

#include <set>

#include "actors/interfaces.hpp"

namespace mintage::actors {
namespace {

std::set<std::size_t> members_in_turn(std::size_t lane, std::size_t lanes, std::size_t size) {
  auto seen = std::set<std::size_t>{};
  for (auto turn = std::size_t{0}; turn < 2 * size; ++turn)
    seen.insert(next_on_lane(lane, lanes, size, turn));
  return seen;
}

TEST(next_on_lane, names_a_member_elsewhere_when_the_lane_has_none) {
  EXPECT_EQ(members_in_turn(2, 4, 2), (std::set<std::size_t>{0}));
  EXPECT_EQ(members_in_turn(3, 4, 2), (std::set<std::size_t>{1}));
}

TEST(next_on_lane, names_all_members_of_the_lane_and_no_other) {
  for (auto lanes = std::size_t{1}; lanes <= 5; ++lanes)
    for (auto size = lanes; size <= 12; ++size)
      for (auto lane = std::size_t{0}; lane < lanes; ++lane) {
        auto mine = std::set<std::size_t>{};
        for (auto i = std::size_t{0}; i < size; ++i)
          if (lane_of(i, lanes) == lane) mine.insert(i);
        EXPECT_EQ(members_in_turn(lane, lanes, size), mine) << lane << " of " << lanes;
      }
}

}  // namespace
}  // namespace mintage::actors
