#include "crypto/ecdsa_der.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/crypto/hex.hpp"

namespace mintage::crypto {
namespace {

std::string repeated(std::string_view octet, int times) {
  auto out = std::string{};
  for (auto i = 0; i < times; ++i) out += octet;
  return out;
}

struct spelling {
  std::string der;
  std::string raw;
};

const auto spellings = std::vector<spelling>{
    // Both of full width: without and with the leading zero of a positive number.
    {"3044 0220" + repeated("7f", 32) + "0220" + repeated("01", 32),
     repeated("7f", 32) + repeated("01", 32)},
    {"3046 0221 00" + repeated("ff", 32) + "0221 00" + repeated("80", 32),
     repeated("ff", 32) + repeated("80", 32)},
    // Short numbers are padded in front (JWS-01).
    {"3043 021f" + repeated("7f", 31) + "0220" + repeated("01", 32),
     "00" + repeated("7f", 31) + repeated("01", 32)},
    {"3044 0220 00" + repeated("80", 31) + "0220" + repeated("01", 32),
     "00" + repeated("80", 31) + repeated("01", 32)},
    {"3006 0201 01 0201 7f", repeated("00", 31) + "01" + repeated("00", 31) + "7f"},
    {"3007 0202 0080 0201 00", repeated("00", 31) + "80" + repeated("00", 32)},
};

/// Parses from memory that ends where the octets end, so that a sanitizer sees a read beyond.
/// @param width of R‖S.
std::optional<std::string> parse(std::string_view octets, std::size_t width = 64) {
  const auto exact = std::vector<std::uint8_t>(octets.begin(), octets.end());
  auto raw = std::vector<std::uint8_t>(width, 0xee);
  if (!ecdsa_raw_from_der(exact, raw)) return std::nullopt;
  return hex(raw);
}

TEST(ecdsa_raw_from_der, refuses_what_is_not_der) {
  for (const auto& der : std::vector<std::string>{
           "",
           "30",
           "3000",
           "3106 0201 01 0201 01",                           // not a SEQUENCE
           "3006 0301 01 0201 01",                           // not an INTEGER
           "3006 0201 01 0401 01",                           // not an INTEGER
           "3003 0201 01",                                   // one number
           "3009 0201 01 0201 01 0201 01",                   // three
           "3006 0201 01 0201 01 00",                        // an octet behind the end
           "3007 0201 01 0201 01 00",                        // an octet behind the numbers
           "3005 0201 01 0201 01",                           // too short a SEQUENCE
           "3007 0201 01 0201 01",                           // too long a SEQUENCE
           "8106 0201 01 0201 01",                           // another class of tag
           "308106 0201 01 0201 01",                         // long form of a short length
           "3080 0201 01 0201 01 0000",                      // indefinite length
           "3007 028101 01 0201 01",                         // long form of a short length
           "3005 0200 0201 01",                              // an INTEGER without octets
           "3006 0201 80 0201 01",                           // negative
           "3006 0201 01 0201 ff",                           // negative
           "3007 0202 0001 0201 01",                         // a needless zero
           "3007 0201 01 0202 007f",                         // a needless zero
           "3007 0202 0000 0201 01",                         // a needless zero
           "3006 0202 01 0201 01",                           // the first number swallows the second
           "3006 0201 01 0202 01",                           // the second runs past the end
           "3026 0221 01" + repeated("01", 32) + "0201 01",  // 33 octets
           "3027 0222 0080" + repeated("01", 32) + "0201 01",  // 33 octets and a zero
           "3027 0201 01 0222 0080" + repeated("01", 32),      // the same, second
       }) {
    EXPECT_FALSE(parse(from_hex(der))) << der;
  }
}

TEST(ecdsa_raw_from_der, refuses_every_cut) {
  for (const auto& [der, raw] : spellings) {
    const auto octets = from_hex(der);
    for (auto size = std::size_t{0}; size < octets.size(); ++size) {
      EXPECT_FALSE(parse(std::string_view{octets}.substr(0, size)));
    }
  }
}

TEST(ecdsa_raw_from_der, pads_to_fixed_width) {  // JWS-01
  for (const auto& [der, raw] : spellings) {
    const auto found = parse(from_hex(der));
    ASSERT_TRUE(found) << der;
    EXPECT_EQ(*found, raw);
  }
}

TEST(ecdsa_raw_from_der, knows_the_width_of_p384) {  // JWS-01
  const auto longest = "3066 0231 00" + repeated("ff", 48) + "0231 00" + repeated("80", 48);
  EXPECT_EQ(parse(from_hex(longest), 96), repeated("ff", 48) + repeated("80", 48));
  EXPECT_FALSE(parse(from_hex(longest), 64));
  EXPECT_EQ(parse(from_hex("3006 0201 01 0201 7f"), 96),
            repeated("00", 47) + "01" + repeated("00", 47) + "7f");
  EXPECT_FALSE(parse(from_hex("3036 0231 01" + repeated("01", 48) + "0201 01"), 96));
  const auto raw = from_hex(repeated("ff", 48) + repeated("80", 48));
  EXPECT_EQ(as_chars(ecdsa_der_from_raw(as_bytes(raw)).view()), from_hex(longest));
}

TEST(ecdsa_raw_from_der, knows_the_width_of_p521) {  // JWS-01
  // 66 octets, of which the first has one bit at most: a sequence whose length takes two octets.
  const auto r = "01" + repeated("ff", 65);
  const auto longest = "308188 0242" + r + "0242" + r;
  EXPECT_EQ(parse(from_hex(longest), 132), r + r);
  EXPECT_FALSE(parse(from_hex(longest), 96));
  const auto raw = from_hex(r + r);
  EXPECT_EQ(as_chars(ecdsa_der_from_raw(as_bytes(raw)).view()), from_hex(longest));
  // 127 octets: the short form, and nothing else.
  const auto s = repeated("7f", 57);
  const auto shorter = "0242" + r + "0239" + s;
  EXPECT_EQ(parse(from_hex("307f" + shorter), 132), r + repeated("00", 9) + s);
  EXPECT_FALSE(parse(from_hex("30817f" + shorter), 132));
  EXPECT_FALSE(parse(from_hex("3082007f" + shorter), 132));
  // 128 octets: the long form.
  const auto t = repeated("7f", 58);
  EXPECT_EQ(parse(from_hex("308180 0242" + r + "023a" + t), 132), r + repeated("00", 8) + t);
  EXPECT_FALSE(parse(from_hex("3080 0242" + r + "023a" + t), 132));
}

TEST(ecdsa_der_from_raw, is_the_way_back) {
  for (const auto& [der, raw] : spellings) {
    const auto octets = from_hex(raw);
    EXPECT_EQ(as_chars(ecdsa_der_from_raw(as_bytes(octets)).view()), from_hex(der));
  }
}

}  // namespace
}  // namespace mintage::crypto
