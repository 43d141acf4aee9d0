#include "crypto/p256/montgomery.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "crypto/openssl.hpp"
#include "crypto/p256/signer.hpp"

namespace mintage::crypto {
namespace {

using words = std::array<std::uint64_t, 4>;

bignum_ptr as_bignum(const number256& n) {
  auto octets = bytes<32>{};
  write_big_endian(n, octets);
  return bignum_ptr{BN_bin2bn(octets.data(), 32, nullptr)};
}

number256 as_number(const BIGNUM* n) {
  auto octets = bytes<32>{};
  EXPECT_EQ(BN_bn2binpad(n, octets.data(), 32), 32);
  return from_big_endian(octets);
}

/// The same operations by OpenSSL, which has its own arithmetic.
class openssl_arithmetic {
 public:
  explicit openssl_arithmetic(const number256& m) : modulus_{as_bignum(m)} {}

  number256 multiply(const number256& a, const number256& b) {
    BN_mod_mul(out_.get(), as_bignum(a).get(), as_bignum(b).get(), modulus_.get(), context_.get());
    return as_number(out_.get());
  }
  number256 add(const number256& a, const number256& b) {
    BN_mod_add(out_.get(), as_bignum(a).get(), as_bignum(b).get(), modulus_.get(), context_.get());
    return as_number(out_.get());
  }
  number256 reduce(const number256& a) {
    BN_nnmod(out_.get(), as_bignum(a).get(), modulus_.get(), context_.get());
    return as_number(out_.get());
  }
  /// @returns zero for zero, which has no inverse.
  number256 inverse(const number256& a) {
    if (a == number256{}) return a;
    EXPECT_NE(BN_mod_inverse(out_.get(), as_bignum(a).get(), modulus_.get(), context_.get()),
              nullptr);
    return as_number(out_.get());
  }

 private:
  using context_ptr = std::unique_ptr<BN_CTX, freed_by<BN_CTX_free>>;
  context_ptr context_{BN_CTX_new()};
  bignum_ptr modulus_;
  bignum_ptr out_{BN_new()};
};

number256 minus(number256 n, std::uint64_t less) {
  n.words[0] -= less;  // the lowest words of both moduli are large enough
  return n;
}

/// Numbers with the longest carries and borrows, powers of two, and random ones: half of those have
/// words that are all zeros or all ones.
std::vector<number256> samples(const number256& modulus) {
  constexpr auto ones = ~std::uint64_t{0};
  auto all = std::vector<number256>{{words{}},
                                    {words{1}},
                                    {words{2}},
                                    {words{3}},
                                    {words{ones, ones, ones, ones}},
                                    {words{0, ones, ones, ones}},
                                    {words{ones, 0, 0, ones}},
                                    modulus,
                                    minus(modulus, 1),
                                    minus(modulus, 2)};
  for (auto bit = std::size_t{0}; bit < 256; bit += 5) {
    auto power = number256{};
    power.words[bit / 64] = std::uint64_t{1} << bit % 64;
    all.push_back(power);
  }
  auto draw = std::mt19937_64{20261124};
  for (auto i = 0; i < 400; ++i) {
    auto n = number256{};
    for (auto& w : n.words) {
      const auto kind = draw() % 4;
      w = kind == 0 ? 0 : kind == 1 ? ones : draw();
    }
    all.push_back(n);
  }
  return all;
}

template <class Arithmetic>
struct arithmetic_modulo;
template <number256 Modulus>
struct arithmetic_modulo<montgomery<Modulus>> : testing::Test {
  static constexpr auto modulus = Modulus;
};
using moduli = testing::Types<montgomery<p256_prime>, montgomery<p256_order>>;

template <class T>
class montgomery_arithmetic : public arithmetic_modulo<T> {};
TYPED_TEST_SUITE(montgomery_arithmetic, moduli);

TYPED_TEST(montgomery_arithmetic, agrees_with_openssl) {
  using m = TypeParam;
  auto openssl = openssl_arithmetic{this->modulus};
  const auto all = samples(this->modulus);
  for (auto i = std::size_t{0}; i < all.size(); ++i) {
    const auto a = all[i];
    const auto b = all[(i * 7 + 3) % all.size()];
    const auto small_a = openssl.reduce(a);
    const auto small_b = openssl.reduce(b);
    ASSERT_EQ(m::reduce(a), small_a) << i;
    ASSERT_EQ(m::leave(m::enter(a)), small_a) << i;
    ASSERT_EQ(m::add(small_a, small_b), openssl.add(a, b)) << i;
    ASSERT_EQ(m::leave(m::multiply(m::enter(a), m::enter(b))), openssl.multiply(a, b)) << i;
    ASSERT_EQ(m::multiply(a, m::enter(b)), openssl.multiply(a, b)) << i;
    ASSERT_EQ(divsteps<this->modulus>::invert(small_a), openssl.inverse(small_a)) << i;
    ASSERT_EQ(m::leave(m::inverse(m::enter(a))), openssl.inverse(small_a)) << i;
  }
}

TYPED_TEST(montgomery_arithmetic, inverts_many_at_once) {
  using m = TypeParam;
  auto openssl = openssl_arithmetic{this->modulus};
  auto all = std::vector<number256>{};
  for (const auto& n : samples(this->modulus))
    if (m::reduce(n) != number256{}) all.push_back(m::reduce(n));
  auto room = std::vector<number256>(all.size());
  for (const auto count : {std::size_t{0}, std::size_t{1}, std::size_t{2}, all.size()}) {
    auto some = std::vector<number256>(all.end() - static_cast<std::ptrdiff_t>(count), all.end());
    for (auto& n : some) n = m::enter(n);
    m::invert(some, room);
    for (auto i = std::size_t{0}; i < count; ++i)
      ASSERT_EQ(m::leave(some[i]), openssl.inverse(all[all.size() - count + i])) << i;
  }
}

/// Constant evaluation uses no intrinsics, so it runs the portable code.
TYPED_TEST(montgomery_arithmetic, is_the_same_without_intrinsics) {
  using m = TypeParam;
  constexpr auto ones = ~std::uint64_t{0};
  static constexpr auto a = number256{{ones, 0x0123456789abcdef, 0, ones - 1}};
  static constexpr auto b = number256{{0xfedcba9876543210, ones, ones, 0x8000000000000000}};
  constexpr auto product = m::multiply(m::enter(a), m::enter(b));
  constexpr auto sum = m::add(m::reduce(a), m::reduce(b));
  constexpr auto inverse = m::inverse(m::enter(a));
  auto volatile_a = a;
  auto volatile_b = b;
  asm volatile("" : "+m"(volatile_a), "+m"(volatile_b));  // unknown to the compiler from here on
  EXPECT_EQ(m::multiply(m::enter(volatile_a), m::enter(volatile_b)), product);
  EXPECT_EQ(m::add(m::reduce(volatile_a), m::reduce(volatile_b)), sum);
  EXPECT_EQ(m::inverse(m::enter(volatile_a)), inverse);
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

}  // namespace
}  // namespace mintage::crypto
