#include "oauth/token/verified_tokens.hpp"

#include <gtest/gtest.h>

#include "crypto/digest.hpp"

namespace mintage::oauth {
namespace {

TEST(verified_tokens, know_what_was_added_and_no_more_than_their_places) {
  auto tokens = verified_tokens{16};
  for (auto i = 0; i < 1'000; ++i) {
    const auto hash = crypto::sha256(std::to_string(i));
    EXPECT_FALSE(tokens.has(hash)) << i;
    tokens.add(hash);
    EXPECT_TRUE(tokens.has(hash)) << i;
  }
  auto known = 0;
  for (auto i = 0; i < 1'000; ++i) known += tokens.has(crypto::sha256(std::to_string(i)));
  EXPECT_LE(known, 16);
  EXPECT_GT(known, 8);
}

TEST(verified_tokens, compare_the_whole_hash) {
  auto tokens = verified_tokens{1};
  auto hash = crypto::sha256(std::string_view{"token"});
  tokens.add(hash);
  for (auto& octet : hash) {
    octet ^= 1;
    EXPECT_FALSE(tokens.has(hash));
    octet ^= 1;
  }
  EXPECT_TRUE(tokens.has(hash));
}

}  // namespace
}  // namespace mintage::oauth
