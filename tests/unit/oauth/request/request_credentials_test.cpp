// How a token request names and proves its client. (CAU-01 to CAU-06)
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "tests/unit/oauth/request/token_request_samples.hpp"

namespace mintage::oauth {
namespace {

using namespace samples;

TEST(token_request, refuses_more_than_one_mechanism) {  // CAU-01, NEG-058, NEG-059
  const auto assertion =
      "&client_assertion=a.b.c&client_assertion_type=" + std::string{assertion_type};
  const auto reason = std::string_view{"several client authentication mechanisms"};
  expect_refused(by_header(basic("a:b"), "&client_secret=s"), errc::invalid_request, reason);
  expect_refused(by_header(basic("a:b"), assertion), errc::invalid_request, reason);
  expect_refused(by_header("Bearer x", "&client_secret=s"), errc::invalid_request, reason);
  expect_refused(with("&client_secret=s" + assertion), errc::invalid_request, reason);
  // Empty is not sent (TOK-05).
  EXPECT_TRUE(by_header(basic("a:b"), "&client_secret=&client_assertion=").parse());
}

TEST(token_request, refuses_contradictory_client_ids) {  // CAU-02, NEG-060, NEG-061
  expect_refused(by_header(basic("c1:s"), "&client_id=c2"), errc::invalid_request,
                 "contradictory client ids");
  expect_refused(by_header(basic("c1:s"), "&client_id=C1"), errc::invalid_request,
                 "contradictory client ids");
  EXPECT_TRUE(by_header(basic("c1:s"), "&client_id=c1").parse());
  EXPECT_TRUE(by_header(basic("c1:s"), "&client_id=").parse());
}

/// A request with an assertion of these claims, which nothing has signed.
sample with_assertion(std::string_view claims, const std::string& more = {}) {
  const auto text = crypto::base64url(std::string_view{R"({"alg":"ES256"})"}) + "." +
                    crypto::base64url(claims) + ".AAAA";
  return with("&client_assertion=" + text +
              "&client_assertion_type=" + std::string{assertion_type} + more);
}

TEST(token_request, compares_client_id_with_the_subject_of_an_assertion) {  // CAU-02, NEG-091
  const auto claims = std::string_view{R"({"iss":"c1","sub":"c1"})"};
  expect_refused(with_assertion(claims, "&client_id=c2"), errc::invalid_request,
                 "contradictory client ids");
  for (const auto* more : {"", "&client_id=c1", "&client_id="}) {
    auto s = with_assertion(claims, more);
    const auto request = s.parse();
    ASSERT_TRUE(request) << more;
    EXPECT_EQ(request->who.presented, presented_credentials::how::assertion);
    EXPECT_EQ(request->who.id, "c1");
    EXPECT_EQ(request->who.assertion.substr(0, 10), "eyJhbGciOi");
  }
}

TEST(token_request, leaves_a_malformed_assertion_to_authentication) {  // P15, NEG-078, NEG-089
  for (const auto* claims : {"{}", R"({"sub":7})", R"({"sub":"a","sub":"a"})", "no json"}) {
    auto s = with_assertion(claims, "&client_id=c2");
    const auto request = s.parse();
    ASSERT_TRUE(request) << claims;
    EXPECT_EQ(request->who.id, "c2");
  }
}

TEST(token_request, lets_only_an_assertion_be_long) {  // TOK-08
  auto s = with("&client_assertion=" + std::string(16384, 'a') +
                "&client_assertion_type=" + std::string{assertion_type});
  EXPECT_TRUE(s.parse());
  expect_refused(with("&client_assertion=" + std::string(16385, 'a') +
                      "&client_assertion_type=" + std::string{assertion_type}),
                 errc::invalid_request, "parameter value too long");
}

TEST(token_request, takes_the_spelling_of_the_user_that_client_id_shows) {  // CAU-02
  auto encoded = by_header(basic("a%20b:c+d"), "&client_id=a+b");
  const auto decoded = encoded.parse();
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->who.id, "a b");
  EXPECT_EQ(decoded->who.raw_id, "a b");
  EXPECT_FALSE(decoded->who.raw_only);
  auto plain = by_header(basic("a%20b:c+d"), "&client_id=a%2520b");
  const auto raw = plain.parse();
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->who.id, "a%20b");
  EXPECT_EQ(raw->who.secret, "c+d");
  EXPECT_TRUE(raw->who.raw_only);
}

TEST(token_request, wants_assertion_and_type_together) {  // NEG-076, NEG-077
  expect_refused(with("&client_assertion=a.b.c"), errc::invalid_request,
                 "client_assertion without its type, or the reverse");
  expect_refused(with("&client_assertion_type=" + std::string{assertion_type}),
                 errc::invalid_request, "client_assertion without its type, or the reverse");
  expect_refused(with("&client_assertion=a.b.c&client_assertion_type=urn%3Ax"),
                 errc::invalid_request, "unknown client_assertion_type");
  auto s = with("&client_assertion=a.b.c&client_assertion_type=" + std::string{assertion_type});
  EXPECT_EQ(s.parse()->who.presented, how::assertion);
}

TEST(token_request, tells_how_the_client_presents_itself) {
  EXPECT_EQ(sample{}.parse()->who.presented, how::nothing);
  EXPECT_EQ(with("&client_id=").parse()->who.presented, how::nothing);
  EXPECT_EQ(with("&client_id=a").parse()->who.presented, how::id_only);
  EXPECT_EQ(with("&client_id=a&client_secret=").parse()->who.presented, how::id_only);
  EXPECT_EQ(with("&client_secret=s").parse()->who.presented, how::post);
}

TEST(basic_header, counts_as_an_attempt_when_it_cannot_be_used) {  // CAU-04, ERR-02
  for (const auto& value :
       {std::string{}, std::string{"Basic"}, std::string{"Basic "}, std::string{"Basic    "},
        std::string{"Bearer x"}, std::string{"Basic\tYTpi"}, std::string{"BasicYTpi"},
        std::string{"Basic YTpi!"}, std::string{"Basic YTpi YTpi"}, std::string{"Basic YTpiYg="},
        std::string{"Basic YTpiYh=="}, std::string{"Basic YTpi===="}, std::string{"Basic YTp"},
        std::string{"Digest YTpi"}, basic("a"), basic(":"), basic("a:"), basic(":b")}) {
    auto s = by_header(value, "&client_id=a");
    const auto parsed = s.parse();
    ASSERT_TRUE(parsed) << value;
    EXPECT_EQ(parsed->who.presented, how::broken_header) << value;
    EXPECT_TRUE(parsed->who.by_header);
    EXPECT_EQ(parsed->who.id, "a");
    EXPECT_TRUE(parsed->who.secret.empty());
  }
}

TEST(basic_header, is_read_as_the_known_answer) {  // KAT-02, NEG-056
  for (const auto* value :
       {"Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW", "basic czZCaGRSa3F0MzpnWDFmQmF0M2JW",
        "BASIC    czZCaGRSa3F0MzpnWDFmQmF0M2JW"}) {
    auto s = by_header(value);
    const auto parsed = s.parse();
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->who.presented, how::basic);
    EXPECT_EQ(parsed->who.id, "s6BhdRkqt3");
    EXPECT_EQ(parsed->who.secret, "gX1fBat3bV");
    EXPECT_EQ(parsed->who.raw_id, "s6BhdRkqt3");
    EXPECT_EQ(parsed->who.raw_secret, "gX1fBat3bV");
    EXPECT_FALSE(parsed->who.raw_only);
    EXPECT_FALSE(parsed->decoded) << "nothing to decode, nothing to allocate";
  }
}

TEST(basic_header, may_leave_out_the_padding) {
  for (const auto* value : {"Basic YTpiYw==", "Basic YTpiYw"}) {
    auto s = by_header(value);
    EXPECT_EQ(s.parse()->who.secret, "bc");
  }
}

struct basic_case {
  const char* value;
  std::string_view id, secret, raw_id, raw_secret;
  bool raw_only;
};

TEST(basic_header, decodes_each_half_or_neither) {  // CAU-03, NEG-053, NEG-055
  for (const auto& c : {
           basic_case{"a:b:c", "a", "b:c", "a", "b:c", false},
           basic_case{"a%3Ab:c%3ad", "a:b", "c:d", "a%3Ab", "c%3ad", false},
           basic_case{"a+b:c+d", "a b", "c d", "a+b", "c+d", false},
           basic_case{"a:a%2Bb%25c", "a", "a+b%c", "a", "a%2Bb%25c", false},
           basic_case{"a:a+b%c", "a", "a+b%c", "a", "a+b%c", true},
           basic_case{"a%20:b%", "a%20", "b%", "a%20", "b%", true},
           basic_case{"a%zz:b", "a%zz", "b", "a%zz", "b", true},
           basic_case{"a:b%00", "a", "b%00", "a", "b%00", true},
           basic_case{"a:b%ff", "a", "b%ff", "a", "b%ff", true},
           basic_case{"a:b%ed%a0%80", "a", "b%ed%a0%80", "a", "b%ed%a0%80", true},
       }) {
    auto s = by_header(basic(c.value));
    const auto parsed = s.parse();
    ASSERT_TRUE(parsed) << c.value;
    const auto& who = parsed->who;
    EXPECT_EQ(who.presented, how::basic) << c.value;
    EXPECT_EQ(who.id, c.id);
    EXPECT_EQ(who.secret, c.secret);
    EXPECT_EQ(who.raw_id, c.raw_id);
    EXPECT_EQ(who.raw_secret, c.raw_secret);
    EXPECT_EQ(who.raw_only, c.raw_only) << c.value;
  }
}

TEST(token_request, takes_secrets_of_any_characters) {  // CAU-03
  constexpr auto secret = "p\xc3\xa4 \xe2\x82\xac";
  auto raw = by_header(basic(std::string{"a:"} + secret));
  EXPECT_EQ(raw.parse()->who.secret, secret);
  auto encoded = by_header(basic("a:p%C3%A4+%e2%82%ac"));
  EXPECT_EQ(encoded.parse()->who.secret, secret);
  auto one = by_header(basic("a:%"));
  EXPECT_EQ(one.parse()->who.secret, "%");
  auto post = with("&client_id=a&client_secret=p%C3%A4+%E2%82%AC");
  EXPECT_EQ(post.parse()->who.secret, secret);
  auto plain = with(std::string{"&client_id=a&client_secret="} + "p\xc3\xa4+\xe2\x82\xac");
  EXPECT_EQ(plain.parse()->who.secret, secret);
}

}  // namespace
}  // namespace mintage::oauth
