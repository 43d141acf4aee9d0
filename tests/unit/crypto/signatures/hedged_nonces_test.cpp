#include "crypto/signatures/hedged_nonces.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "crypto/digest.hpp"
#include "tests/unit/crypto/signatures/backends.hpp"

namespace mintage::crypto {
namespace {

/// A generator that repeats its octets, as after a copy of a running machine.
class stuck_random final : public random_source {
 public:
  explicit stuck_random(std::uint8_t octet) : octet_{octet} {}
  void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, octet_); }

 private:
  std::uint8_t octet_;
};

number256 nonce_of(random_source& random, const digest& key, const digest& of) {
  auto out = number256{};
  hedged_nonces{random}.draw(key, of, out);
  return out;
}

TEST(hedged_nonces, depend_on_key_digest_and_generator) {
  auto zeros = stuck_random{0};
  auto ones = stuck_random{1};
  const auto key = sha256(std::string_view{"key"});
  const auto a = sha256(std::string_view{"a"});
  const auto of_a = nonce_of(zeros, key, a);
  EXPECT_EQ(nonce_of(zeros, key, a), of_a);  // all three are the same
  EXPECT_NE(nonce_of(zeros, key, sha256(std::string_view{"b"})), of_a);
  EXPECT_NE(nonce_of(zeros, sha256(std::string_view{"other key"}), a), of_a);
  EXPECT_NE(nonce_of(ones, key, a), of_a);
}

TEST(hedged_nonces, are_the_first_half_of_the_hash) {
  auto random = stuck_random{3};
  auto nonces = hedged_nonces{random};
  const auto key = sha256(std::string_view{"key"});
  for (auto i = 0; i < 200; ++i) {
    const auto of = sha256(std::to_string(i));
    auto input = std::string{as_chars(key)};
    input.append(as_chars(of)).append(32, '\3');
    auto hash = sha2_hasher{sha2::sha512};
    auto nonce = number256{};
    nonces.draw(key, of, nonce);
    EXPECT_EQ(nonce, from_big_endian(hash(input).first<32>()));
    EXPECT_TRUE(is_p256_scalar(nonce));
  }
}

}  // namespace
}  // namespace mintage::crypto
