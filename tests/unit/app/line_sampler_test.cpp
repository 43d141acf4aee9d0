// Lines of refused strangers: how many of them the log gets.

#include "app/line_sampler.hpp"

#include <gtest/gtest.h>

namespace mintage::app {
namespace {

using namespace std::chrono_literals;

constexpr auto begin = line_sampler::time_point{} + 1h;

TEST(line_sampler, lets_some_lines_of_each_reason_through_and_counts_the_others) {
  auto sampler = line_sampler{};
  auto admitted = std::uint64_t{0};
  for (auto n = 0; n < 1000; ++n) admitted += sampler.admits("often", begin + n * 1ms) ? 1 : 0;
  EXPECT_EQ(admitted, line_sampler::most_lines);
  EXPECT_TRUE(sampler.admits("seldom", begin + 2s));
  EXPECT_TRUE(sampler.take_omitted(begin + 9s).empty());
  const auto omitted = sampler.take_omitted(begin + 10s);
  ASSERT_EQ(omitted.size(), 1U);
  EXPECT_EQ(omitted[0].reason, "often");
  EXPECT_EQ(omitted[0].count, 1000 - line_sampler::most_lines);
  EXPECT_TRUE(sampler.admits("often", begin + 10s));
  EXPECT_TRUE(sampler.take_omitted(begin + 1h).empty());
}

}  // namespace
}  // namespace mintage::app
