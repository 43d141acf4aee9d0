#include <gtest/gtest.h>

#include "oauth/client/authentication.hpp"

namespace mintage::oauth {
namespace {

constexpr auto noon = instant{milliseconds{1'800'000'000'000}};

crypto::digest proof(std::uint8_t n) {
  auto d = crypto::digest{};
  d.fill(n);
  return d;
}

TEST(proven_secrets, forget_after_their_time) {
  auto proven = proven_secrets{8, seconds{60}};
  EXPECT_FALSE(proven.holds(proof(1), noon));
  proven.remember(proof(1), noon);
  EXPECT_TRUE(proven.holds(proof(1), noon + milliseconds{59'999}));
  EXPECT_FALSE(proven.holds(proof(1), noon + seconds{60}));
  EXPECT_FALSE(proven.holds(proof(2), noon));
  proven.remember(proof(1), noon + seconds{30});
  EXPECT_TRUE(proven.holds(proof(1), noon + seconds{60}));
}

TEST(proven_secrets, hold_no_more_than_their_capacity) {
  auto proven = proven_secrets{3, seconds{60}};
  for (auto n = std::uint8_t{1}; n <= 10; ++n) {
    proven.remember(proof(n), noon);
    EXPECT_TRUE(proven.holds(proof(n), noon));
  }
  auto held = 0;
  for (auto n = std::uint8_t{1}; n <= 10; ++n) held += proven.holds(proof(n), noon) ? 1 : 0;
  EXPECT_EQ(held, 3);
}

TEST(proven_secrets, drop_the_expired_first) {
  auto proven = proven_secrets{3, seconds{60}};
  proven.remember(proof(1), noon);
  proven.remember(proof(2), noon + seconds{50});
  proven.remember(proof(3), noon);
  const auto later = noon + seconds{60};
  proven.remember(proof(4), later);
  EXPECT_TRUE(proven.holds(proof(2), later));
  EXPECT_TRUE(proven.holds(proof(4), later));
  proven.remember(proof(2), later);
  EXPECT_TRUE(proven.holds(proof(4), later));
}

TEST(proven_secrets, remember_nothing_without_capacity) {
  auto none = proven_secrets{0, seconds{60}};
  none.remember(proof(1), noon);
  EXPECT_FALSE(none.holds(proof(1), noon));
}

}  // namespace
}  // namespace mintage::oauth
