#include "oauth/request/json_reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mintage::oauth {
namespace {

std::string nested(std::size_t depth) {
  auto text = std::string{R"({"a":)"};
  for (auto i = std::size_t{1}; i < depth; ++i) text += '[';
  text += '1';
  for (auto i = std::size_t{1}; i < depth; ++i) text += ']';
  return text + '}';
}

TEST(json_object, is_nothing_but_one_strict_object) {  // JWS-02
  for (const auto& text : {std::string{},
                           std::string{" "},
                           std::string{"null"},
                           std::string{"[]"},
                           std::string{"\"a\""},
                           std::string{"1"},
                           std::string{"{"},
                           std::string{"{}}"},
                           std::string{"{}{}"},
                           std::string{"{},"},
                           std::string{"{'a':1}"},
                           std::string{R"({"a":1,})"},
                           std::string{R"({"a":1 "b":2})"},
                           std::string{R"({"a":01})"},
                           std::string{R"({"a":NaN})"},
                           std::string{R"({"a":1}//)"},
                           std::string{"{\"a\":\"\xff\"}"},
                           std::string{"{\"a\":\"\xc0\xaf\"}"},
                           std::string{"{\"a\":\"\n\"}"},
                           std::string{R"({"a":"\ud800"})"},
                           std::string{"{}\0", 3},
                           std::string{R"({"a":1,"a":1})"},
                           std::string{R"({"a":1,"\u0061":2})"},
                           std::string{R"({"x":{"a":1,"a":2}})"},
                           std::string{R"({"x":[1,{"y":{"a":1,"b":2,"a":3}}]})"},
                           std::string{R"({"a":123456789012345678901234567890})"},
                           nested(17),
                           nested(5000)}) {
    EXPECT_FALSE(json_object::read(text)) << text.substr(0, 80);
  }
}

TEST(json_object, takes_what_is_within_its_limits) {
  for (const auto& text :
       {std::string{"{}"}, std::string{" {\t}\n"}, nested(16), std::string{R"({"a":{"a":{}}})"}}) {
    EXPECT_TRUE(json_object::read(text)) << text;
  }
}

TEST(json_object, gives_members_of_the_type_that_is_asked_for) {
  const auto o = json_object::read(
      R"({"s":"\u00e9\"","i":-5,"b":true,"l":["x","y"],"m":["x",1],"n":null,"f":1.5,"e":[]})");
  ASSERT_TRUE(o);
  EXPECT_EQ(o->string("s"), "\xc3\xa9\"");
  EXPECT_EQ(o->integer("i"), -5);
  EXPECT_EQ(o->boolean("b"), true);
  EXPECT_EQ(o->strings("l"), (std::vector<std::string_view>{"x", "y"}));
  EXPECT_EQ(o->strings("e"), std::vector<std::string_view>{});
  EXPECT_TRUE(o->has("n"));
  EXPECT_FALSE(o->has("N"));
  EXPECT_EQ(o->string("i"), std::nullopt);
  EXPECT_EQ(o->string("n"), std::nullopt);
  EXPECT_EQ(o->string("absent"), std::nullopt);
  EXPECT_EQ(o->integer("s"), std::nullopt);
  EXPECT_EQ(o->integer("f"), std::nullopt);
  EXPECT_EQ(o->boolean("i"), std::nullopt);
  EXPECT_EQ(o->strings("s"), std::nullopt);
  EXPECT_EQ(o->strings("m"), std::nullopt);
  EXPECT_EQ(o->number("f"), 1.5);
  EXPECT_EQ(o->number("i"), -5);
  EXPECT_EQ(o->number("s"), std::nullopt);
  EXPECT_EQ(o->number("n"), std::nullopt);
  EXPECT_EQ(o->object("l"), std::nullopt);
}

TEST(json_object, gives_numbers_that_no_integer_holds) {
  const auto o = json_object::read(R"({"u":18446744073709551615,"e":1e300,"n":-0.5})");
  ASSERT_TRUE(o);
  EXPECT_EQ(o->number("u"), 18446744073709551615.0);
  EXPECT_EQ(o->number("e"), 1e300);
  EXPECT_EQ(o->number("n"), -0.5);
  EXPECT_FALSE(json_object::read(R"({"e":1e400})"));  // not finite
}

TEST(json_object, gives_the_text_of_an_object) {
  const auto o = json_object::read(R"({"jwk": {"kty" : "EC", "x":[1, "\u00e9\"", null]}})");
  ASSERT_TRUE(o);
  EXPECT_EQ(o->object("jwk"), "{\"kty\":\"EC\",\"x\":[1,\"\xc3\xa9\\\"\",null]}");
  EXPECT_EQ(o->object("kty"), std::nullopt);
}

TEST(json_object, gives_members_of_a_member) {
  const auto o = json_object::read(R"({"o":{"s":"x","i":1},"s":"y"})");
  ASSERT_TRUE(o);
  EXPECT_EQ(o->string("o", "s"), "x");
  EXPECT_TRUE(o->has("o", "i"));
  EXPECT_EQ(o->string("o", "i"), std::nullopt);
  EXPECT_EQ(o->string("o", "absent"), std::nullopt);
  EXPECT_FALSE(o->has("o", "absent"));
  EXPECT_FALSE(o->has("absent", "s"));
  EXPECT_FALSE(o->has("s", "s"));
}

TEST(json_object, keeps_what_it_was_read_from) {
  auto text = std::make_unique<std::string>(R"({"sub":"248289761001"})");
  auto read = json_object::read(*text);
  text.reset();
  const auto moved = std::move(*read);
  EXPECT_EQ(moved.string("sub"), "248289761001");
}

}  // namespace
}  // namespace mintage::oauth
