// Lists of tables in TOML, as JSON.
#include "config/table_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mintage::config {
namespace {

TEST(read_tables, gives_each_member_its_line_and_its_value_as_json) {
  const auto tables = read_tables(
      "# a comment\n"
      "[[client]]\n"
      "z = \"a \\\"b\\\" \\u0001 \u00e9\"\n"
      "a = [1, 2.5, true, [\"x\"]]\n"
      "\n"
      "[client.inner]\n"
      "deep = { \"odd key\" = -7 }\n"
      "[[resource]]\n"
      "[[client]]\n"
      "when = 2026-11-29\n");
  ASSERT_TRUE(tables) << tables.error().sentence;
  ASSERT_EQ(tables->size(), 3U);
  const auto& first = tables->front();
  EXPECT_EQ(first.list, "client");
  EXPECT_EQ(first.line, 2U);
  ASSERT_EQ(first.members.size(), 3U);
  EXPECT_EQ(first.members[0].name, "z");
  EXPECT_EQ(first.members[0].line, 3U);
  EXPECT_EQ(first.members[0].json, "\"a \\\"b\\\" \\u0001 \u00e9\"");
  EXPECT_EQ(first.members[1].json, R"([1,2.5,true,["x"]])");
  EXPECT_EQ(first.members[2].json, R"({"deep":{"odd key":-7}})");
  EXPECT_EQ((*tables)[1].list, "resource");
  EXPECT_EQ((*tables)[2].line, 9U);
  EXPECT_EQ((*tables)[2].members[0].json, "\"2026-11-29\"");
}

TEST(read_tables, takes_nothing_else_at_the_top) {
  for (const auto* text : {"a = 1\n", "\n[client]\na = 1\n", "client = [1]\n"}) {
    const auto tables = read_tables(text);
    ASSERT_FALSE(tables) << text;
    EXPECT_THAT(tables.error().sentence, testing::HasSubstr("must be a list of tables"));
  }
  EXPECT_EQ(read_tables("a = 1\n").error().line, 1U);
  EXPECT_EQ(read_tables("[[client]]\na = 1\na = 2\n").error().line, 3U);
  EXPECT_TRUE(read_tables("")->empty());
}

TEST(json_of_toml, reads_what_settings_write) {
  EXPECT_EQ(json_of_toml(R"(["a", "b"])"), R"(["a","b"])");
  EXPECT_EQ(json_of_toml(R"("64KiB")"), R"("64KiB")");
  EXPECT_EQ(toml_key("a-b_9"), "a-b_9");
  EXPECT_EQ(toml_key("a b"), "\"a b\"");
  EXPECT_EQ(toml_key(""), "\"\"");
}

}  // namespace
}  // namespace mintage::config
