#include "crypto/seal.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/crypto/hex.hpp"

namespace mintage::crypto {
namespace {

constexpr auto key = digest{1, 2, 3};
constexpr auto context = std::string_view{"key/abc"};
constexpr auto plain = std::string_view{"the octets of a private key"};

TEST(unseal, refuses_every_one_octet_change) {
  const auto sealed = seal(key, context, plain);
  for (auto at = std::size_t{0}; at < sealed.size(); ++at) {
    for (const auto flip : {0x01, 0x80, 0xff}) {
      auto changed = sealed;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      EXPECT_FALSE(unseal(key, context, changed)) << at;
    }
  }
}

TEST(unseal, refuses_every_cut_and_every_addition) {
  const auto sealed = seal(key, context, plain);
  for (auto size = std::size_t{0}; size < sealed.size(); ++size) {
    EXPECT_FALSE(unseal(key, context, std::string_view{sealed}.substr(0, size)));
    EXPECT_FALSE(unseal(key, context, std::string_view{sealed}.substr(size + 1)));
  }
  EXPECT_FALSE(unseal(key, context, sealed + '\0'));
}

TEST(unseal, refuses_another_context) {
  const auto sealed = seal(key, context, plain);
  for (const auto other : {"", "key/abd", "key/ab", "key/abcd", "client/abc"}) {
    EXPECT_FALSE(unseal(key, other, sealed)) << other;
  }
  EXPECT_FALSE(unseal(key, context, seal(key, "", plain)));
}

TEST(unseal, refuses_every_other_key) {
  const auto sealed = seal(key, context, plain);
  for (auto at = std::size_t{0}; at < key.size(); ++at) {
    auto other = key;
    other[at] ^= 1;
    EXPECT_FALSE(unseal(other, context, sealed));
  }
}

TEST(unseal, known_answer) {  // test case 16 of the GCM specification
  auto known_key = digest{};
  const auto key_octets =
      from_hex("feffe9928665731c6d6a8f9467308308 feffe9928665731c6d6a8f9467308308");
  std::copy(key_octets.begin(), key_octets.end(), known_key.begin());
  const auto sealed = from_hex(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto opened =
      unseal(known_key, from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(),
            from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
}

TEST(seal, opens_again_at_any_size) {
  for (const auto size : {0, 1, 15, 16, 17, 1000, 100'000}) {
    const auto text = std::string(static_cast<std::size_t>(size), 'p');
    for (const auto about : {context, std::string_view{}}) {
      const auto sealed = seal(key, about, text);
      EXPECT_EQ(sealed.size(), text.size() + 28);
      const auto opened = unseal(key, about, sealed);
      ASSERT_TRUE(opened) << size;
      EXPECT_EQ(opened->reveal(), text);
    }
  }
}

TEST(seal, draws_a_fresh_nonce_each_time) {
  auto nonces = std::set<std::string>{};
  for (auto i = 0; i < 100; ++i) {
    EXPECT_TRUE(nonces.insert(seal(key, context, plain).substr(0, 12)).second);
  }
}

}  // namespace
}  // namespace mintage::crypto
