#include "crypto/signatures/p256_scalar.hpp"

#include <gtest/gtest.h>

#include "crypto/bytes.hpp"
#include "crypto/openssl.hpp"
#include "tests/unit/crypto/signatures/backends.hpp"

namespace mintage::crypto {
namespace {

bignum_ptr as_bignum(const number256& n) {
  auto octets = bytes<32>{};
  write_big_endian(n, octets);
  return bignum_ptr{BN_bin2bn(octets.data(), 32, nullptr)};
}

TEST(number256, is_read_and_written_big_endian) {
  auto octets = bytes<32>{};
  for (auto i = std::size_t{0}; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(i);
  const auto n = from_big_endian(octets);
  EXPECT_EQ(n.words[3], 0x0001020304050607U);
  EXPECT_EQ(n.words[0], 0x18191a1b1c1d1e1fU);
  auto written = bytes<32>{};
  write_big_endian(n, written);
  EXPECT_EQ(written, octets);
}

TEST(number256, is_subtracted_as_openssl_does) {
  auto draw = numbers{};
  const auto difference = bignum_ptr{BN_new()};
  const auto two_to_256 = bignum_ptr{BN_new()};
  BN_set_bit(two_to_256.get(), 256);
  for (auto i = 0; i < 2'000; ++i) {
    const auto a = draw.draw();
    const auto b = i % 10 == 0 ? a : draw.draw();
    auto out = a;
    const auto borrow = subtract(out, b);
    BN_sub(difference.get(), as_bignum(a).get(), as_bignum(b).get());
    ASSERT_EQ(borrow, BN_is_negative(difference.get()) == 1 ? 1U : 0U) << i;
    if (borrow != 0) BN_add(difference.get(), difference.get(), two_to_256.get());
    ASSERT_EQ(BN_cmp(difference.get(), as_bignum(out).get()), 0) << i;
  }
}

TEST(p256_scalars, are_above_zero_and_below_the_order) {
  EXPECT_FALSE(is_p256_scalar({}));
  EXPECT_TRUE(is_p256_scalar({{1}}));
  EXPECT_TRUE(is_p256_scalar({{0, 0, 0, 1}}));
  EXPECT_TRUE(is_p256_scalar(order_minus(1)));
  EXPECT_FALSE(is_p256_scalar(p256_order));
  auto above = p256_order;
  ++above.words[0];
  EXPECT_FALSE(is_p256_scalar(above));
  constexpr auto ones = ~std::uint64_t{0};
  EXPECT_FALSE(is_p256_scalar({{ones, ones, ones, ones}}));
}

TEST(reduced_digest, is_the_remainder_by_the_order) {
  auto draw = numbers{};
  const auto expected = bignum_ptr{BN_new()};
  using context_ptr = std::unique_ptr<BN_CTX, freed_by<BN_CTX_free>>;
  const auto context = context_ptr{BN_CTX_new()};
  for (auto i = 0; i < 2'000; ++i) {
    const auto n = i == 0 ? p256_order : draw.draw();
    auto octets = bytes<32>{};
    write_big_endian(n, octets);
    BN_nnmod(expected.get(), as_bignum(n).get(), as_bignum(p256_order).get(), context.get());
    ASSERT_EQ(BN_cmp(as_bignum(reduced_digest(octets)).get(), expected.get()), 0) << i;
  }
}

}  // namespace
}  // namespace mintage::crypto
