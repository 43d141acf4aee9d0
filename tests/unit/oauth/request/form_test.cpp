#include "oauth/request/form.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

result<fields> decode(std::string body) {
  auto decoded = form{};
  const auto done = decode_form(body, decoded);
  if (!done) return refusal{done.error()};
  auto out = fields{};
  for (const auto& f : decoded) out.emplace_back(f.name, f.value);
  return out;
}

void expect_refused(const std::string& body) {
  const auto decoded = decode(body);
  ASSERT_FALSE(decoded) << body;
  EXPECT_EQ(decoded.error().code, errc::invalid_request);
}

std::string repeat(std::string_view text, std::size_t count) {
  auto out = std::string{};
  for (auto i = std::size_t{0}; i < count; ++i) out += text;
  return out;
}

TEST(decode_form, refuses_broken_escapes) {  // TOK-04, NEG-038
  for (const auto* body : {"a=%zz", "a=%", "a=%4", "a=%4&b=1", "%=1", "%g0=1", "a=%0g", "a=1&b=%+1",
                           "a=%%41", "a=x%-1"}) {
    expect_refused(body);
  }
}

TEST(decode_form, refuses_nul) {  // NEG-039
  expect_refused("a=%00");
  expect_refused("a=x%00y");
  expect_refused("%00=x");
  expect_refused(std::string("a=x\0y", 5));
}

TEST(decode_form, refuses_what_is_not_utf8) {  // NEG-040
  const auto broken = std::vector<std::string>{"%ff",
                                               "%80",
                                               "%bf",
                                               "%c2",
                                               "%c2%41",
                                               "%c0%80",
                                               "%c1%bf",
                                               "%e0%80%80",
                                               "%e0%9f%bf",
                                               "%e2%82",
                                               "%e2%82%c0",
                                               "%ed%a0%80",
                                               "%ed%bf%bf",
                                               "%f0%80%80%80",
                                               "%f0%8f%bf%bf",
                                               "%f4%90%80%80",
                                               "%f5%80%80%80",
                                               "%f0%9f%98",
                                               "%f8%88%80%80%80",
                                               "%f0%9f%98%c0",
                                               "\xff",
                                               "\xc3",
                                               "\xed\xa0\x80",
                                               "\xc0\xaf"};
  for (const auto& value : broken) {
    expect_refused("a=" + value);
    expect_refused("a=x" + value + "y");
    expect_refused(value + "=1");
  }
}

TEST(decode_form, accepts_the_ends_of_every_utf8_range) {
  const auto whole = std::vector<std::pair<std::string, std::string>>{
      {"%01", "\x01"},
      {"%7f", "\x7f"},
      {"%c2%80", "\xc2\x80"},
      {"%df%bf", "\xdf\xbf"},
      {"%e0%a0%80", "\xe0\xa0\x80"},
      {"%ed%9f%bf", "\xed\x9f\xbf"},
      {"%ee%80%80", "\xee\x80\x80"},
      {"%ef%bf%bf", "\xef\xbf\xbf"},
      {"%f0%90%80%80", "\xf0\x90\x80\x80"},
      {"%f4%8f%bf%bf", "\xf4\x8f\xbf\xbf"},
      {"\xc3\xa9", "\xc3\xa9"},
  };
  for (const auto& [encoded, plain] : whole) {
    EXPECT_EQ(decode("a=" + encoded).value(), (fields{{"a", plain}}));
  }
}

TEST(decode_form, refuses_too_many_parameters) {  // NEG-041
  EXPECT_EQ(decode(repeat("a=1&", max_parameters))->size(), max_parameters);
  expect_refused(repeat("a=1&", max_parameters + 1));
  EXPECT_TRUE(decode(repeat("&", 1000)));
}

bool is_too_long(std::string body) {
  auto decoded = form{};
  EXPECT_TRUE(decode_form(body, decoded));
  return decoded.begin()->is_too_long;
}

TEST(decode_form, marks_long_names) {
  EXPECT_FALSE(is_too_long(std::string(128, 'n') + "=1"));
  EXPECT_FALSE(is_too_long(repeat("%6e", 128) + "=1"));
  EXPECT_TRUE(is_too_long(std::string(129, 'n') + "=1"));
  EXPECT_TRUE(is_too_long(std::string(129, 'n')));
}

TEST(decode_form, marks_long_values) {  // NEG-042
  EXPECT_FALSE(is_too_long("code=" + std::string(4096, 'x')));
  EXPECT_FALSE(is_too_long("code=" + repeat("%41", 4096)));
  EXPECT_TRUE(is_too_long("code=" + std::string(4097, 'x')));
  for (const auto* name : {"client_assertion", "assertion", "subject_token", "actor_token", "token",
                           "authorization_details"}) {
    EXPECT_FALSE(is_too_long(name + std::string{"="} + std::string(16384, 'x'))) << name;
    EXPECT_TRUE(is_too_long(name + std::string{"="} + std::string(16385, 'x'))) << name;
  }
}

TEST(decode_form, decodes_names_and_values) {
  EXPECT_EQ(decode("a+b=c+d&%41%2b=%26%3D%25&x=y").value(),
            (fields{{"a b", "c d"}, {"A+", "&=%"}, {"x", "y"}}));
  EXPECT_EQ(decode("u=https%3a%2F%2Fapp.example%2Fcb").value(),
            (fields{{"u", "https://app.example/cb"}}));
}

TEST(decode_form, skips_empty_segments_and_keeps_names_without_value) {  // TOK-04
  EXPECT_EQ(decode("").value(), fields{});
  EXPECT_EQ(decode("&&a=1&&b=2&").value(), (fields{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(decode("a&b=&c=x=y&=z").value(),
            (fields{{"a", ""}, {"b", ""}, {"c", "x=y"}, {"", "z"}}));
}

TEST(decode_form, does_not_separate_at_semicolons) {  // TOK-04
  EXPECT_EQ(decode("a=1;b=2").value(), (fields{{"a", "1;b=2"}}));
}

TEST(form_content_type, refuses_other_types_and_charsets) {  // TOK-03, NEG-006 to NEG-009
  for (const auto* type :
       {"", ";", "application/json", "multipart/form-data", "application/x-www-form-urlencoded2",
        "application/x-www-form-urlencode", "application/x-www-form-urlencoded, text/plain",
        "application/x-www-form-urlencoded; charset=iso-8859-1",
        "application/x-www-form-urlencoded;charset=utf8",
        "application/x-www-form-urlencoded; charset", "application/x-www-form-urlencoded; charset=",
        "application/x-www-form-urlencoded; charset=\"\"",
        "application/x-www-form-urlencoded; charset=\"utf-8",
        "application/x-www-form-urlencoded; charset=\"utf-88\"",
        "application/x-www-form-urlencoded; charset=\"utf-8\\\"",
        "application/x-www-form-urlencoded; charset=utf-8; charset=latin1",
        "application/x-www-form-urlencoded; charset=latin1; charset=utf-8",
        "application/x-www-form-urlencoded; a=\";\"; CHARSET=latin1",
        "application/x-www-form-urlencoded; charset =latin1"}) {
    EXPECT_FALSE(is_form_content_type(type)) << type;
  }
}

TEST(form_content_type, accepts_any_case_and_other_parameters) {  // NEG-010
  for (const auto* type :
       {"application/x-www-form-urlencoded", "Application/X-WWW-Form-URLencoded",
        "application/x-www-form-urlencoded;", "application/x-www-form-urlencoded ;charset=UTF-8",
        "application/x-www-form-urlencoded; charset=\"UTF-8\"",
        "application/x-www-form-urlencoded; Charset=\"u\\tf-8\"",
        "application/x-www-form-urlencoded; charset=utf-8; charset=UTF-8",
        "application/x-www-form-urlencoded; boundary=\"a;charset=latin1\"; charset=utf-8",
        "application/x-www-form-urlencoded; a=\"\\\";charset=latin1\"",
        "application/x-www-form-urlencoded; version=1;;"}) {
    EXPECT_TRUE(is_form_content_type(type)) << type;
  }
}

}  // namespace
}  // namespace mintage::oauth
