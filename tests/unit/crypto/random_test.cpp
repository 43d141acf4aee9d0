#include "crypto/random.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace mintage::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<buffered_random>);
static_assert(!std::is_copy_assignable_v<buffered_random>);

TEST(buffered_random, fills_every_octet_of_any_size) {
  auto random = buffered_random{};
  for (const auto size : {0, 1, 31, 4095, 4096, 4097, 10'000}) {
    // An octet that is zero in all 16 rounds was not written: a chance of 2^-128 each.
    auto written = std::vector<std::uint8_t>(static_cast<std::size_t>(size));
    for (auto round = 0; round < 16; ++round) {
      auto out = std::vector<std::uint8_t>(written.size());
      random.fill(out);
      std::transform(out.begin(), out.end(), written.begin(), written.begin(), std::bit_or{});
    }
    EXPECT_EQ(std::count(written.begin(), written.end(), 0), 0) << size;
  }
}

TEST(buffered_random, gives_no_octets_twice) {
  auto one = buffered_random{};
  auto other = buffered_random{};
  auto seen = std::set<bytes<16>>{};
  for (auto i = 0; i < 2000; ++i) {  // more than one buffer holds
    EXPECT_TRUE(seen.insert(one.take<16>()).second);
    EXPECT_TRUE(seen.insert(other.take<16>()).second);
  }
}

}  // namespace
}  // namespace mintage::crypto
