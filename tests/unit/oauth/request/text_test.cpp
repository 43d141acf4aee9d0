#include "oauth/request/text.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

TEST(is_printable_utf8, refuses_control_characters_and_broken_sequences) {
  using namespace std::string_view_literals;
  for (const auto text : {
           "\0"sv,
           "a\nb"sv,
           "\t"sv,
           "\x1f"sv,
           "\x7f"sv,  // C0 and DEL
           "\xc2\x80"sv,
           "\xc2\x9f"sv,  // C1
           "\x80"sv,
           "\xff"sv,
           "a\xbf"sv,  // no lead octet
           "\xc3"sv,
           "\xe2\x82"sv,
           "\xf0\x9f\x94"sv,  // cut short
           "\xc3("
           "x"sv,
           "\xe2\x28\xa1"sv,  // broken in the middle
           "\xc0\xaf"sv,
           "\xc1\xbf"sv,
           "\xe0\x9f\xbf"sv,
           "\xf0\x8f\xbf\xbf"sv,  // not the shortest
           "\xed\xa0\x80"sv,
           "\xed\xbf\xbf"sv,  // surrogates
           "\xf4\x90\x80\x80"sv,
           "\xf5\x80\x80\x80"sv,  // beyond U+10FFFF
       }) {
    EXPECT_FALSE(is_printable_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(is_printable_utf8, takes_all_others) {
  for (const auto* text : {"", " ~", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_printable_utf8(text)) << testing::PrintToString(text);
  }
}

TEST(ascii, classes_end_where_they_should) {
  EXPECT_TRUE(is_visible_ascii("!~"));
  for (const auto* text : {"\x1f", "\x7f", "\x80", "\xff", "\n"}) {
    EXPECT_FALSE(is_visible_ascii(text));
  }
  EXPECT_FALSE(is_visible_ascii("a b"));
  EXPECT_TRUE(is_ascii("\x01\x1f \x7f"));
  EXPECT_FALSE(is_ascii("a\x80"));
}

}  // namespace
}  // namespace mintage::oauth
