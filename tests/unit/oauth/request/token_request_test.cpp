#include "oauth/request/token_request.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/base64.hpp"

namespace mintage::oauth {
namespace {

using how = presented_credentials::how;

constexpr auto form_type = std::string_view{"application/x-www-form-urlencoded"};
constexpr auto assertion_type =
    std::string_view{"urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"};

/// A request with the octets that a parsed one points into.
struct sample {
  std::string body = "grant_type=authorization_code&code=mco_x&redirect_uri=https%3A%2F%2Fa%2Fcb";
  std::optional<std::string> authorization = std::nullopt;
  std::string query = "";
  std::optional<std::string> content_type = std::string{form_type};

  result<token_request> parse() {
    auto octets = authorization ? std::span<char>{*authorization} : std::span<char>{};
    return parse_token_request(
        {.content_type = content_type, .authorization = authorization, .query = query}, octets,
        body);
  }
};

std::string basic(std::string_view value, std::string_view scheme = "Basic ") {
  auto encoded = crypto::base64url(value);
  for (auto& c : encoded) c = c == '-' ? '+' : c == '_' ? '/' : c;
  encoded.resize((encoded.size() + 3) / 4 * 4, '=');
  return std::string{scheme} + encoded;
}

sample with(std::string_view more) {
  auto s = sample{};
  s.body += more;
  return s;
}

sample by_header(std::string authorization, std::string_view more = {}) {
  auto s = with(more);
  s.authorization = std::move(authorization);
  return s;
}

/// TOK-17: the description has allowed characters only and is not empty.
void expect_sendable(const denial& why) {
  EXPECT_FALSE(why.description.empty());
  EXPECT_FALSE(why.reason.text().empty());
  for (const auto c : why.description) {
    EXPECT_TRUE(c >= 0x20 && c <= 0x7e && c != '"' && c != '\\') << why.description;
  }
}

void expect_refused(sample s, errc code, std::string_view reason) {
  const auto parsed = s.parse();
  ASSERT_FALSE(parsed) << s.body;
  EXPECT_EQ(parsed.error().code, code) << s.body;
  EXPECT_EQ(parsed.error().reason, reason) << s.body;
  expect_sendable(parsed.error());
}

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
