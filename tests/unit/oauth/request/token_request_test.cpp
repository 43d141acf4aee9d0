#include "oauth/request/token_request.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/oauth/request/token_request_samples.hpp"

namespace mintage::oauth {
namespace {

using namespace samples;

TEST(token_request, has_one_row_after_another_decide) {  // PROTOCOL §1.3
  // Breaks every row at once, then repairs them from the first to the last.
  auto s = sample{.body = "code=%zz&code=x&client_secret=s&grant_type=&client_assertion=a",
                  .authorization = "Basic x",
                  .query = "code=1",
                  .content_type = std::nullopt};
  expect_refused(s, errc::invalid_request, "no content type");
  s.content_type = "application/json";
  expect_refused(s, errc::invalid_request, "wrong content type");
  s.content_type = form_type;
  expect_refused(s, errc::invalid_request, "broken form encoding");
  s.body = "code=&code=&client_secret=s&client_assertion=a";
  expect_refused(s, errc::invalid_request, "parameter in the query string");
  s.query = "";
  expect_refused(s, errc::invalid_request, "repeated parameter");
  s.body = "code=&client_secret=s&client_assertion=a";
  expect_refused(s, errc::invalid_request, "several client authentication mechanisms");
  s.body = "code=&client_secret=s";
  s.authorization.reset();
  expect_refused(s, errc::invalid_request, "no grant_type");
  s.body += "&grant_type=password&code_verifier=short";
  expect_refused(s, errc::unsupported_grant_type, "unsupported grant_type");
  s.body = "grant_type=authorization_code&client_secret=s&code_verifier=short";
  expect_refused(s, errc::invalid_request, "no code");
  s.body += "&code=x";
  expect_refused(s, errc::invalid_request, "malformed code_verifier");
  s.body = "grant_type=authorization_code&client_secret=s&code=x";
  EXPECT_TRUE(s.parse());
}

TEST(token_request, refuses_known_parameters_in_the_query) {  // TOK-07, NEG-004
  for (const auto* name : {"grant_type", "code", "redirect_uri", "code_verifier", "client_id",
                           "client_secret", "client_assertion", "client_assertion_type",
                           "refresh_token", "scope", "resource", "audience", "token", "device_code",
                           "subject_token", "actor_token", "assertion", "authorization_details"}) {
    const auto text = std::string{name};
    for (const auto& query : {text, text + "=", text + "=x", "utm=1&" + text + "=x&b=2",
                              "%zz&" + text, "&&%&" + text}) {
      auto s = sample{};
      s.query = query;
      expect_refused(s, errc::invalid_request, "parameter in the query string");
    }
  }
  auto s = sample{};
  s.query = "c%6Fde=x";
  expect_refused(s, errc::invalid_request, "parameter in the query string");
  s.query = "";
  for (const auto c : std::string_view{"authorization_details"}) {
    s.query += "%" + std::string{"0123456789abcdef"[c >> 4]} + "0123456789abcdef"[c & 15];
  }
  expect_refused(s, errc::invalid_request, "parameter in the query string");
}

TEST(token_request, ignores_other_query_content) {  // NEG-005
  for (const auto& query : {std::string{"utm=1"}, std::string{"%zz=%ff"}, std::string{"&=&&"},
                            std::string{"x=code"}, std::string{"Code=1"}, std::string{"code%00=1"},
                            std::string{"code_challenge_method=S256"}, std::string(9000, 'x')}) {
    auto s = sample{};
    s.query = query;
    EXPECT_TRUE(s.parse()) << query;
  }
}

TEST(token_request, refuses_repeated_known_parameters) {  // TOK-05, TOK-06, NEG-032 to NEG-035
  for (const auto* more : {"&grant_type=authorization_code", "&code=mco_x", "&code=",
                           "&redirect_uri=", "&client_id=a&client_id=a", "&client_id=&client_id=a",
                           "&scope=&scope=", "&c%6fde=", "&device_code=&device_code="}) {
    expect_refused(with(more), errc::invalid_request, "repeated parameter");
  }
}

TEST(token_request, lets_resource_and_audience_repeat_eight_times) {  // NEG-036
  for (const auto* target : {"&resource=https%3A%2F%2Fa", "&audience="}) {
    auto s = sample{};
    for (auto i = 0; i < 8; ++i) s.body += target;
    EXPECT_TRUE(sample{s}.parse()) << s.body;
    s.body += target;
    expect_refused(s, errc::invalid_request, "repeated parameter");
  }
}

TEST(token_request, ignores_unknown_parameters) {  // NEG-037, PKC-07
  EXPECT_TRUE(with("&foo=1&foo=2&Code=3&code_challenge_method=plain&=&username=x").parse());
}

TEST(token_request, wants_a_supported_grant_type) {  // P11, P12, NEG-027 to NEG-031
  for (const auto* body : {"code=x", "code=x&grant_type", "code=x&grant_type="}) {
    expect_refused({.body = body}, errc::invalid_request, "no grant_type");
  }
  for (const auto* type :
       {"Authorization_Code", "authorization_code+", "password", "implicit", "refresh_tokens",
        "Client_Credentials", "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"}) {
    expect_refused({.body = "code=x&grant_type=" + std::string{type}}, errc::unsupported_grant_type,
                   "unsupported grant_type");
  }
}

TEST(token_request, wants_a_code_and_a_well_formed_verifier) {  // P13, PKC-03, NEG-045
  expect_refused({.body = "grant_type=authorization_code&redirect_uri=x"}, errc::invalid_request,
                 "no code");
  expect_refused({.body = "grant_type=authorization_code&code="}, errc::invalid_request, "no code");
  for (const auto& verifier : {std::string(42, 'a'), std::string(129, 'a'),
                               std::string(43, 'a') + "%2B", std::string(43, '+')}) {
    expect_refused(with("&code_verifier=" + verifier), errc::invalid_request,
                   "malformed code_verifier");
  }
  EXPECT_TRUE(with("&code_verifier=").parse());
  EXPECT_TRUE(with("&code_verifier=" + std::string(43, '~')).parse());
}

TEST(token_request, wants_a_refresh_token) {  // P13, RFT-01, NEG-132
  for (const auto* more : {"", "&refresh_token=", "&code=mco_x"}) {
    expect_refused({.body = std::string{"grant_type=refresh_token"} + more}, errc::invalid_request,
                   "no refresh_token");
  }
  auto s = sample{.body = "grant_type=refresh_token&refresh_token=mrt_x&scope=a+b&code_verifier=x"};
  const auto parsed = s.parse();
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->grant, grant_type::refresh_token);
  EXPECT_EQ(parsed->refresh_token, "mrt_x");
  EXPECT_EQ(parsed->scope, "a b");
}

TEST(token_request, wants_nothing_more_for_a_clients_own_token) {  // P13, CCG-01
  auto s = sample{.body = "grant_type=client_credentials"};
  const auto parsed = s.parse();
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->grant, grant_type::client_credentials);
  EXPECT_TRUE(parsed->resources().empty());
}

TEST(token_request, keeps_up_to_eight_resources_in_order) {  // TOK-05, TOK-06
  auto s = with("&resource=b&audience=x&resource=&resource=a&resource=b&resource=https%3A%2F%2Fc");
  const auto parsed = s.parse();
  ASSERT_TRUE(parsed);
  const auto kept = parsed->resources();
  EXPECT_EQ((std::vector<std::string_view>{kept.begin(), kept.end()}),
            (std::vector<std::string_view>{"b", "a", "b", "https://c"}));
  auto eight = std::string{};
  for (auto i = 0; i < 8; ++i) eight += "&resource=r" + std::to_string(i);
  auto full = with(eight);
  EXPECT_EQ(full.parse()->resources().size(), 8u);
  expect_refused(with(eight + "&resource="), errc::invalid_request, "repeated parameter");
}

TEST(token_request, leaves_a_missing_redirect_uri_to_the_code) {  // COD-02: row P18
  EXPECT_TRUE(sample{.body = "grant_type=authorization_code&code=x"}.parse());
}

TEST(token_request, gives_the_decoded_parameters) {
  auto s = with("&scope=openid+mail&client_id=a%2Fb&client_secret=%2B&code_verifier=" +
                std::string(43, 'v'));
  const auto parsed = s.parse();
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->grant, grant_type::authorization_code);
  EXPECT_EQ(parsed->code, "mco_x");
  EXPECT_EQ(parsed->redirect_uri, "https://a/cb");
  EXPECT_EQ(parsed->scope, "openid mail");
  EXPECT_EQ(parsed->code_verifier, std::string(43, 'v'));
  EXPECT_EQ(parsed->who.presented, how::post);
  EXPECT_EQ(parsed->who.id, "a/b");
  EXPECT_EQ(parsed->who.secret, "+");
  EXPECT_FALSE(parsed->who.by_header);
}

TEST(token_request, keeps_its_views_when_moved) {
  auto s = by_header(basic("%61:%62"));
  auto parsed = s.parse();
  ASSERT_TRUE(parsed);
  auto moved = std::vector<token_request>{};
  for (auto i = 0; i < 10; ++i) moved.emplace_back();
  moved[9] = std::move(*parsed);
  auto last = token_request{std::move(moved[9])};
  moved.clear();
  EXPECT_EQ(last.who.id, "a");
  EXPECT_EQ(last.who.secret, "b");
  EXPECT_EQ(last.who.raw_id, "%61");
  EXPECT_EQ(last.code, "mco_x");
}

TEST(token_request, sends_only_permitted_characters_for_broken_bodies) {  // TOK-17
  auto many = std::string{};
  for (auto i = 0; i < 65; ++i) many += "a=1&";
  expect_refused({.body = many}, errc::invalid_request, "more parameters than allowed");
  expect_refused({.body = "code=" + std::string(5000, 'x')}, errc::invalid_request,
                 "parameter value too long");
}

TEST(token_request, passes_over_unknown_parameters_of_any_length) {
  const auto good = std::string{"grant_type=authorization_code&code=mco_x&client_id=c&"};
  for (const auto& unknown :
       {std::string(200, 'x') + "=1", "state=" + std::string(20000, 'x'), std::string(30000, 'y'),
        "x=" + std::string(5000, 'x') + "&x=" + std::string(5000, 'x')}) {
    auto s = sample{.body = good + unknown};
    const auto parsed = s.parse();
    ASSERT_TRUE(parsed) << parsed.error().reason.text();
    EXPECT_EQ(parsed->code, "mco_x");
  }
}

}  // namespace
}  // namespace mintage::oauth
