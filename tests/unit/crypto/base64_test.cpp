#include "crypto/base64.hpp"

#include <gtest/gtest.h>

#include "tests/unit/crypto/hex.hpp"

namespace mintage::crypto {
namespace {

struct vector {
  std::string_view octets;
  std::string_view text;
};

// RFC 4648 §10 without padding, RFC 7515 App. C, and the two characters that differ.
const auto url_vectors = std::array{
    vector{"", ""},
    vector{"66", "Zg"},
    vector{"666f", "Zm8"},
    vector{"666f6f", "Zm9v"},
    vector{"666f6f62", "Zm9vYg"},
    vector{"666f6f6261", "Zm9vYmE"},
    vector{"666f6f626172", "Zm9vYmFy"},
    vector{"03 ec ff e0 c1", "A-z_4ME"},
    vector{"fb ff bf", "-_-_"},
};

TEST(base64url, known_answers) {
  for (const auto& [octets, text] : url_vectors) {
    EXPECT_EQ(base64url(from_hex(octets)), text);
    EXPECT_EQ(base64url_size(from_hex(octets).size()), text.size());
    EXPECT_EQ(base64url_decode(text), from_hex(octets));
  }
}

TEST(base64url, refuses_every_other_spelling) {
  for (const auto* text : {
           "Zg==",   "Zg=",   "Zm8=",    "=",    "====",     // padding
           "Z",      "Zm9vY",                                // a lone character carries no octet
           "Zh",     "Zm9",   "Zm9vYmF", "_",    "A-z_4MF",  // unused trailing bits
           "+/+/",   "Zm+v",  "Zm/v",                        // the other alphabet
           "Zm9v\n", " Zm9",  "Zm 9v",   "Zm.v", "Zm9\x80", "\xffm9v",
       }) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(base64url_decode(std::string_view{"Zm\0v", 4}), std::nullopt);
}

TEST(base64url, accepts_one_last_character_in_sixteen_or_four) {
  const auto alphabet =
      std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
  auto after_one = 0;
  auto after_two = 0;
  for (const auto c : alphabet) {
    after_one += base64url_decode(std::string{"A"} + c) ? 1 : 0;
    after_two += base64url_decode(std::string{"AA"} + c) ? 1 : 0;
  }
  EXPECT_EQ(after_one, 4);
  EXPECT_EQ(after_two, 16);
}

TEST(base64url, every_octet_in_every_position_comes_back) {
  for (auto octet = 0; octet < 256; ++octet) {
    for (auto size = std::size_t{1}; size <= 7; ++size) {
      for (auto at = std::size_t{0}; at < size; ++at) {
        auto data = std::string(size, '\x5a');
        data[at] = static_cast<char>(octet);
        ASSERT_EQ(base64url_decode(base64url(data)), data);
      }
    }
  }
}

TEST(base64url, appends_behind_what_is_there) {
  auto out = std::string{"header."};
  base64url_append(out, as_bytes("foob"));
  EXPECT_EQ(out, "header.Zm9vYg");
}

TEST(base64url, writes_not_one_character_too_many) {
  for (auto size = std::size_t{0}; size < 9; ++size) {
    auto buffer = std::string(16, '#');
    const auto data = std::string(size, 'x');
    const auto* end = base64url_write(buffer.data(), as_bytes(data));
    EXPECT_EQ(static_cast<std::size_t>(end - buffer.data()), base64url_size(size));
    EXPECT_EQ(buffer.substr(base64url_size(size)), std::string(16 - base64url_size(size), '#'));
  }
}

TEST(base64, refuses_incomplete_padding_and_other_characters) {  // CAU-03
  for (const auto* text : {
           "Zg=",
           "Zm8==",
           "Zm9v=",
           "Zm9v====",
           "=",
           "==",
           "====",
           "Z===",
           "Zg==Zg==",
           "Z=g=",
           "Zh==",
           "Zm9=",
           "Zh",  // unused trailing bits
           "-_-_",
           "Zm9v Zm9v",
           "Zm9v\r\n",
           "Zm:v",
           "Z",
       }) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(base64, decodes_with_and_without_padding) {  // CAU-03
  for (const auto& [text, octets] : {std::pair{"", ""},
                                     {"Zg", "f"},
                                     {"Zg==", "f"},
                                     {"Zm8", "fo"},
                                     {"Zm8=", "fo"},
                                     {"Zm9v", "foo"},
                                     {"+/+/", "\xfb\xff\xbf"}}) {
    EXPECT_EQ(base64_decode(text), octets);
  }
}

TEST(base64, decodes_kat_02) {
  EXPECT_EQ(base64_decode("czZCaGRSa3F0MzpnWDFmQmF0M2JW"), "s6BhdRkqt3:gX1fBat3bV");
}

}  // namespace
}  // namespace mintage::crypto
