#include "oauth/request/percent.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

TEST(decode_percent, decodes_a_path_segment) {
  EXPECT_EQ(decode_percent("a%2Fb%2f+"), "a/b/+");
  for (const auto* text : {"%", "%2", "%2g", "%zz", "a%"})
    EXPECT_FALSE(decode_percent(text)) << text;
}

TEST(decode_percent, takes_a_plus_for_a_space_in_forms_only) {
  auto text = std::string{"a+b%2B"};
  const auto size = decode_percent(std::span{text}, plus_sign::space);
  ASSERT_TRUE(size);
  EXPECT_EQ(text.substr(0, *size), "a b+");
}

TEST(append_percent, leaves_nothing_that_has_a_meaning_in_a_url) {
  auto text = std::string{"x="};
  append_percent(text, "aZ09-._~ +&=%#?/\r\n\xc3\xa4");
  EXPECT_EQ(text, "x=aZ09-._~%20%2B%26%3D%25%23%3F%2F%0D%0A%C3%A4");
  EXPECT_EQ(decode_percent(std::string_view{text}.substr(2)), "aZ09-._~ +&=%#?/\r\n\xc3\xa4");
}

}  // namespace
}  // namespace mintage::oauth
