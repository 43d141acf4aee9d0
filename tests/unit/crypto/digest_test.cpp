#include "crypto/digest.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "tests/unit/crypto/hex.hpp"

namespace mintage::crypto {
namespace {

struct answer {
  std::string input;
  std::string_view digest;
};

// FIPS 180-4's examples.
const auto sha256_answers = std::array{
    answer{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    answer{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    answer{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    answer{std::string(1'000'000, 'a'),
           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

TEST(sha256, known_answers) {
  auto hash = sha256_hasher{};
  for (const auto& [input, expected] : sha256_answers) {
    EXPECT_EQ(hex(sha256(input)), expected);
    EXPECT_EQ(hex(hash(input)), expected);
  }
}

TEST(sha256, kat_01_challenge_of_the_verifier) {
  EXPECT_EQ(base64url(sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(sha256_hasher, pieces_are_the_whole) {
  const auto text = std::string(200, 'x');
  auto hash = sha256_hasher{};
  for (auto cut = std::size_t{0}; cut <= text.size(); ++cut) {
    hash.begin();
    hash.add(as_bytes(text).first(cut));
    hash.add(as_bytes(text).subspan(cut));
    EXPECT_EQ(hash.end(), sha256(text));
  }
}

TEST(sha256_hasher, begin_forgets_what_was_not_ended) {
  auto hash = sha256_hasher{};
  hash.begin();
  hash.add(as_bytes("left over"));
  EXPECT_EQ(hash("abc"), sha256("abc"));
}

TEST(sha256_hasher, works_after_moves) {
  auto first = sha256_hasher{};
  auto second = std::move(first);
  EXPECT_EQ(second("abc"), sha256("abc"));
  auto third = sha256_hasher{};
  third = std::move(second);
  EXPECT_EQ(third("abc"), sha256("abc"));
}

TEST(sha256, one_shot_from_many_threads) {
  auto threads = std::vector<std::jthread>{};
  for (auto i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      const auto text = std::to_string(i);
      const auto expected = sha256_hasher{}(text);
      for (auto round = 0; round < 500; ++round) ASSERT_EQ(sha256(text), expected);
    });
  }
}

struct mac_answer {
  std::string key;
  std::string data;
  std::string_view mac;
};

std::string counted_key() {
  auto key = std::string{};
  for (auto c = char{1}; c <= 25; ++c) key.push_back(c);
  return key;
}

// RFC 4231 §4; case 2 has a key below our minimum, case 5 is truncated.
const auto mac_answers = std::array{
    mac_answer{std::string(20, '\x0b'), "Hi There",
               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    mac_answer{std::string(20, '\xaa'), std::string(50, '\xdd'),
               "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    mac_answer{counted_key(), std::string(50, '\xcd'),
               "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    mac_answer{std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    mac_answer{std::string(131, '\xaa'),
               "This is a test using a larger than block-size key and a larger than block-size "
               "data. The key needs to be hashed before being used by the HMAC algorithm.",
               "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

TEST(hmac_sha256, known_answers_again_and_again) {
  for (const auto& [key, data, expected] : mac_answers) {
    auto mac = hmac_sha256{as_bytes(key)};
    for (auto round = 0; round < 3; ++round) {
      EXPECT_EQ(hex(mac(data)), expected);
      EXPECT_NE(hex(mac("something between")), expected);
    }
  }
}

TEST(hmac_sha256, works_after_moves) {
  auto first = hmac_sha256{as_bytes(mac_answers[0].key)};
  auto second = std::move(first);
  EXPECT_EQ(hex(second(mac_answers[0].data)), mac_answers[0].mac);
  auto third = hmac_sha256{as_bytes(mac_answers[1].key)};
  third = std::move(second);
  EXPECT_EQ(hex(third(mac_answers[0].data)), mac_answers[0].mac);
}

TEST(hmac_sha256, two_keys_do_not_mix) {
  auto a = hmac_sha256{as_bytes(mac_answers[0].key)};
  auto b = hmac_sha256{as_bytes(mac_answers[1].key)};
  EXPECT_NE(a("x"), b("x"));
  EXPECT_EQ(hex(a(mac_answers[0].data)), mac_answers[0].mac);
}

TEST(hkdf_sha256, known_answer_of_rfc_5869_case_3) {  // the first 32 octets of its 42
  EXPECT_EQ(hex(hkdf_sha256(as_bytes(std::string(22, '\x0b')), "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(hkdf_sha256, is_extract_and_expand_of_rfc_5869) {
  const auto master = std::string(32, 'm');
  const auto info = std::string{"mintage/seal/1"};
  const auto extracted = hmac_sha256{digest{}}(master);
  EXPECT_EQ(hkdf_sha256(as_bytes(master), info), hmac_sha256{extracted}(info + '\x01'));
}

TEST(hkdf_sha256, differs_by_purpose_and_by_master) {
  const auto master = digest{1};
  EXPECT_NE(hkdf_sha256(master, "a"), hkdf_sha256(master, "b"));
  EXPECT_NE(hkdf_sha256(master, "a"), hkdf_sha256(digest{2}, "a"));
}

TEST(constant_time_equal, denies_every_one_octet_change_and_other_lengths) {
  const auto text = std::string{"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};
  for (auto at = std::size_t{0}; at < text.size(); ++at) {
    auto changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(constant_time_equal(text, changed));
    EXPECT_FALSE(constant_time_equal(text, std::string_view{text}.substr(0, at)));
  }
  EXPECT_FALSE(constant_time_equal(text, text + '\0'));
}

TEST(constant_time_equal, holds_for_equal_texts) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal(std::string_view{}, ""));
  EXPECT_TRUE(constant_time_equal("abc", std::string{"abc"}));
}

TEST(sha2_hasher, known_answers_again_and_again) {  // FIPS 180-4, "abc"
  struct row {
    sha2 which;
    const char* digest;
  };
  for (const auto& [which, expected] :
       {row{sha2::sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        row{sha2::sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7"},
        row{sha2::sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"}}) {
    auto hash = sha2_hasher{which};
    EXPECT_EQ(hex(hash("abc")), expected);
    EXPECT_NE(hex(hash("")), expected);
    auto moved = std::move(hash);
    EXPECT_EQ(hex(moved("abc")), expected);
  }
}

}  // namespace
}  // namespace mintage::crypto
