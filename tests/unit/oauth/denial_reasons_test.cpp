#include "oauth/denial_reasons.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "oauth/types.hpp"

namespace mintage::oauth {
namespace {

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// "COD-04", "MINT-01", or the number of a row of the precedence table: "P16".
bool is_rule(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() == 3) return text[0] == 'P' && is_digit(text[1]) && is_digit(text[2]);
  const auto dash = text.find('-');
  return (dash == 3 || dash == 4) && std::ranges::all_of(text.substr(0, dash), is_letter) &&
         text.size() == dash + 3 && std::ranges::all_of(text.substr(dash + 1), is_digit);
}

/// A document with a section, an appendix, or as a whole.
bool is_clause(std::string_view text) {
  return text.empty() || text.starts_with("RFC ") || text.starts_with("OpenID Connect ") ||
         text.starts_with("FAPI 2.0 ") || text.starts_with("RP-Initiated Logout ");
}

TEST(denial_rows, are_unique_and_say_all_that_is_to_be_said) {  // TOK-17
  auto reasons = std::set<std::string_view>{};
  for (const auto& rows : denial_tables) {
    for (const auto& row : rows) {
      EXPECT_FALSE(row.reason.empty());
      EXPECT_TRUE(reasons.insert(row.reason).second) << row.reason;
      EXPECT_TRUE(is_printable(row.reason)) << row.reason;
      EXPECT_TRUE(is_rule(row.rule)) << row.reason << ": " << row.rule;
      EXPECT_TRUE(is_clause(row.clause)) << row.reason << ": " << row.clause;
      EXPECT_TRUE(row.expected.ends_with('.')) << row.expected;
      EXPECT_GE(row.expected.size(), 20U) << row.expected;
      EXPECT_LE(row.expected.size(), 200U) << row.expected;
      EXPECT_EQ(find_denial_row(row.reason), &row);
    }
  }
  EXPECT_GT(reasons.size(), 100U);
}

TEST(denial_rows, are_not_found_for_other_texts) {
  EXPECT_EQ(find_denial_row(""), nullptr);
  EXPECT_EQ(find_denial_row("unknown cod"), nullptr);
  EXPECT_EQ(find_denial_row("unknown code "), nullptr);
}

TEST(denial_reason, is_its_literal_with_the_row_of_explanations) {
  const auto why = denial{errc::invalid_grant, "no", "redirect_uri differs"};
  EXPECT_EQ(why.reason, "redirect_uri differs");
  EXPECT_EQ(why.reason.row().rule, "COD-02");
  EXPECT_EQ(why.reason.row().clause, "RFC 6749 §4.1.3");
  EXPECT_EQ(why.reason.row().setting, "client.redirect_uris");
  EXPECT_EQ(why.reason, denial_reason{"redirect_uri differs"});
  EXPECT_NE(why.reason, denial_reason{"unknown code"});
  static_assert(sizeof(denial_reason) == sizeof(void*));
}

}  // namespace
}  // namespace mintage::oauth
