// Slow comparisons: who may wait for one. (CAU-12, TOK-21)
#include "actors/stages/hash_permits.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/unit/actors/stages/slow_claims.hpp"

namespace mintage::actors {
namespace {

using test::claim;
using place = std::shared_ptr<const service::slow_claim>;

TEST(hash_permits, bound_a_source_whatever_ids_it_claims) {
  auto permits = hash_permits{64, 4};
  auto taken = std::vector<place>{};
  for (auto id = std::uint8_t{0}; id < 4; ++id) {
    taken.push_back(permits.enter(claim(1, id)));
    EXPECT_TRUE(taken.back());
  }
  EXPECT_FALSE(permits.enter(claim(1, 9)));
  EXPECT_TRUE(permits.enter(claim(2, 9)));
  taken.pop_back();
  EXPECT_TRUE(permits.enter(claim(1, 9)));
}

TEST(hash_permits, leave_room_for_sources_that_have_none) {
  auto permits = hash_permits{64, 16};
  auto taken = std::vector<place>{};
  for (auto source = std::uint8_t{0}; source < 10; ++source)
    while (auto p = permits.enter(claim(source, 0))) taken.push_back(std::move(p));
  ASSERT_LE(taken.size(), 64U);
  // Places that come free go to those who have few.
  taken.erase(taken.begin(), taken.begin() + 8);
  for (auto source = std::uint8_t{100}; source < 104; ++source) {
    taken.push_back(permits.enter(claim(source, 0)));
    EXPECT_TRUE(taken.back()) << int{source};
  }
}

TEST(hash_permits, give_no_place_to_what_is_pretended) {
  auto permits = hash_permits{8, 4};
  auto taken = std::vector<place>{};
  for (auto id = std::uint8_t{0}; id < 200; ++id) {
    taken.push_back(permits.enter(claim(1, id, false)));
    EXPECT_TRUE(taken.back());
  }
  for (auto id = std::uint8_t{200}; id < 204; ++id) {
    taken.push_back(permits.enter(claim(1, id)));
    EXPECT_TRUE(taken.back());
  }
}

TEST(hash_permits, refuse_what_is_pretended_as_if_it_were_real) {  // TOK-21
  for (const auto is_real : {true, false}) {
    auto permits = hash_permits{64, 4};
    auto taken = std::vector<place>{};
    while (auto p = permits.enter(claim(1, 7, is_real))) taken.push_back(std::move(p));
    EXPECT_EQ(taken.size(), 4U) << "of one id";
  }
  for (const auto is_real : {true, false}) {
    auto permits = hash_permits{64, 4};
    auto taken = std::vector<place>{};
    while (auto p = permits.enter(claim(1, 1))) taken.push_back(std::move(p));
    EXPECT_FALSE(permits.enter(claim(1, 7, is_real))) << "of a source that has all it may";
  }
}

TEST(hash_permits, take_other_limits) {
  auto permits = hash_permits{8, 2};
  auto taken = std::vector<place>{};
  taken.push_back(permits.enter(claim(1, 0)));
  taken.push_back(permits.enter(claim(1, 1)));
  EXPECT_FALSE(permits.enter(claim(1, 2)));
  permits.set_limits(8, 3);
  taken.push_back(permits.enter(claim(1, 2)));
  EXPECT_TRUE(taken.back());
  permits.set_limits(2, 3);
  EXPECT_FALSE(permits.enter(claim(2, 0))) << "there are three already";
  taken.clear();
  EXPECT_TRUE(permits.enter(claim(2, 0)));
}

}  // namespace
}  // namespace mintage::actors
