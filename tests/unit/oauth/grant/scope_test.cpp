#include "oauth/grant/scope.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

TEST(parse_scope, reads_spaces_too_many_as_one) {
  for (const auto* scope : {" openid mail", "openid mail ", "openid  mail", "   openid   mail  "}) {
    EXPECT_EQ(parse_scope(scope).value(), (std::vector<std::string>{"openid", "mail"})) << scope;
  }
}

TEST(parse_scope, refuses_no_token_and_foreign_characters) {
  for (const auto* scope : {"", " ", "   ", "open\tid", "openid\t mail", "open\"id", "open\\id",
                            "open\x7fid", "openid\n", "\xc3\xa9"}) {
    const auto parsed = parse_scope(scope);
    ASSERT_FALSE(parsed) << scope;
    EXPECT_EQ(parsed.error().code, errc::invalid_scope);
  }
}

TEST(parse_scope, knows_the_characters_of_a_token) {
  for (auto octet = 0x21; octet < 0x100; ++octet) {
    const auto allowed =
        octet == 0x21 || (octet >= 0x23 && octet <= 0x5b) || (octet >= 0x5d && octet <= 0x7e);
    EXPECT_EQ(parse_scope(std::string(1, static_cast<char>(octet))).has_value(), allowed) << octet;
  }
}

TEST(parse_scope, keeps_order_and_collapses_duplicates) {
  EXPECT_EQ(*parse_scope("openid mail openid a mail"),
            (std::vector<std::string>{"openid", "mail", "a"}));
  EXPECT_EQ(*parse_scope("openid"), std::vector<std::string>{"openid"});
}

TEST(scope_has, compares_whole_tokens) {
  EXPECT_FALSE(scope_has("", "openid"));
  EXPECT_FALSE(scope_has("openid2 myopenid OPENID", "openid"));
  EXPECT_TRUE(scope_has("openid", "openid"));
  EXPECT_TRUE(scope_has("mail openid", "openid"));
  EXPECT_TRUE(scope_has("openid mail", "openid"));
}

TEST(join_scope, separates_by_single_spaces) {
  EXPECT_EQ(join_scope({}), "");
  EXPECT_EQ(join_scope({"openid"}), "openid");
  EXPECT_EQ(join_scope({"openid", "mail"}), "openid mail");
}

}  // namespace
}  // namespace mintage::oauth
