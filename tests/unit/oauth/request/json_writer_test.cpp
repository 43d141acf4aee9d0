#include "oauth/request/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace mintage::oauth {
namespace {

std::string written(std::string_view value) {
  auto out = std::string{};
  auto json = json_writer{out};
  json.string("v", value);
  json.end();
  return out;
}

TEST(json_writer, escapes_what_json_demands) {
  struct row {
    std::string_view value;
    std::string_view text;
  };
  const auto rows = {
      row{"\"", R"(\")"},
      row{"\\", R"(\\)"},
      row{"a\nb\r\t", R"(a\nb\r\t)"},
      row{"\b\f", R"(\b\f)"},
      row{std::string_view{"\0", 1}, R"(\u0000)"},
      row{"\x1f", R"(\u001f)"},
      row{"\x1b[0m", R"(\u001b[0m)"},
  };
  for (const auto& r : rows) EXPECT_EQ(written(r.value), R"({"v":")" + std::string{r.text} + "\"}");
}

TEST(json_writer, leaves_everything_else_as_it_is) {
  for (const auto* value : {"", "/", "<>&'", "\x7f", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91", " ",
                            "!#[]", "0123456789abcdef"}) {
    EXPECT_EQ(written(value), R"({"v":")" + std::string{value} + "\"}");
  }
}

TEST(json_writer, finds_an_escape_at_every_offset_of_a_long_value) {
  for (const auto bad : {'"', '\\', '\x01', '\x1f'}) {
    for (auto at = std::size_t{0}; at < 40; ++at) {
      auto value = std::string(40, '\xbf');
      value[at] = bad;
      const auto out = written(value);
      EXPECT_EQ(out.size(), written(std::string(40, 'x')).size() + (bad < 0x20 ? 5u : 1u))
          << int{bad} << " at " << at;
      EXPECT_EQ(out[6 + at], '\\');
    }
  }
}

TEST(json_writer, no_octet_but_34_special_ones_is_escaped) {
  auto escaped = 0;
  for (auto octet = 0; octet < 256; ++octet) {
    const auto value = std::string(9, static_cast<char>(octet));
    escaped += written(value) != R"({"v":")" + value + "\"}" ? 1 : 0;
  }
  EXPECT_EQ(escaped, 34);
}

TEST(json_writer, writes_all_kinds_of_members_in_order) {
  auto out = std::string{"before "};
  const auto values = std::vector<std::string>{"pwd", "o\"tp"};
  auto json = json_writer{out};
  json.string("joined", "https://h", "/p");
  json.integer("least", std::numeric_limits<std::int64_t>::min());
  json.integer("most", std::numeric_limits<std::int64_t>::max());
  json.integer("zero", 0);
  json.boolean("yes", true);
  json.boolean("no", false);
  json.strings("amr", values);
  json.strings("one", {std::string_view{"x"}});
  json.strings("none", std::vector<std::string>{});
  json.end();
  EXPECT_EQ(out, R"(before {"joined":"https://h/p","least":-9223372036854775808,)"
                 R"("most":9223372036854775807,"zero":0,"yes":true,"no":false,)"
                 R"("amr":["pwd","o\"tp"],"one":["x"],"none":[]})");
}

TEST(json_writer, an_object_may_be_empty) {
  auto out = std::string{};
  json_writer{out}.end();
  EXPECT_EQ(out, "{}");
}

}  // namespace
}  // namespace mintage::oauth
