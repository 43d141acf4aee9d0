#include "oauth/request/came.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "crypto/base64.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto noon = instant{milliseconds{1'800'000'000'000}};

client shop() {
  auto c = client{};
  c.id = "shop";
  c.redirect_uris = {"https://shop.example/cb", "https://shop.example/other"};
  c.scopes = {"openid", "read"};
  c.secrets = {{.hash = std::string(32, 'x'), .expires = noon - seconds{1}},
               {.hash = std::string(32, 'y'), .number = 2, .expires = {}}};
  return c;
}

const client_registry known{{shop()}};

constexpr auto proof_text = std::string_view{"not.a.proof"};

template <class Request>
std::string came_with(const Request& r, denial_reason why, const client_registry* clients,
                      instant now) {
  return oauth::came_with(
      r, refusal_context{.why = why, .proof = proof_text, .known = clients, .now = now});
}

token_request request_of(std::string_view id) {
  auto r = token_request{};
  r.who.presented = presentation::basic;
  r.who.id = id;
  r.who.secret = "s3cret-text";
  r.code = "mco_secret-code";
  r.refresh_token = "mrt_secret-token";
  r.code_verifier = "secret-verifier";
  r.redirect_uri = "https://shop.example/cb/";
  r.scope = "openid admin";
  r.resource_values[0] = "https://api.example";
  r.resources_count = 1;
  return r;
}

std::string jws(const std::string& header, const std::string& claims) {
  auto out = std::string{};
  crypto::base64url_append(out, crypto::as_bytes(header));
  out += '.';
  crypto::base64url_append(out, crypto::as_bytes(claims));
  return out + ".c2lnbmF0dXJl";
}

TEST(escape_for_people, leaves_only_printable_ascii_without_quotes_and_cuts) {
  EXPECT_EQ(escape_for_people("https://a.example/cb?x=1"), "https://a.example/cb?x=1");
  EXPECT_EQ(escape_for_people("a\"b\\c\n\x1b[31m\xc3\xa4"), R"(a\x22b\x5cc\x0a\x1b[31m\xc3\xa4)");
  EXPECT_EQ(escape_for_people(std::string(200, 'x')), std::string(128, 'x') + "...");
  EXPECT_EQ(escape_for_people(std::string(40, '\n')).size(), 128U + 3);
  EXPECT_EQ(escape_for_people("12345", 4), "1234...");
}

TEST(escape_for_people, shows_no_secret_that_came_in_the_wrong_place) {
  const auto secret = "mcs_" + std::string(43, 'x');
  EXPECT_EQ(escape_for_people("https://a.example/cb?s=" + secret),
            "https://a.example/cb?s=mcs_[removed]");
  EXPECT_EQ(escape_for_people(std::string(120, 'y') + secret).find("xxxxx"), std::string::npos);
}

TEST(came_with, shows_what_was_sent_beside_what_is_registered) {
  const auto r = request_of("shop");
  EXPECT_EQ(came_with(r, "redirect_uri differs", &known, noon),
            "redirect_uri=https://shop.example/cb/; registered=https://shop.example/cb, "
            "https://shop.example/other");
  EXPECT_EQ(came_with(r, "scope wider than the grant (RFT-07)", &known, noon),
            "scope=openid admin; registered=openid, read");
  EXPECT_EQ(came_with(r, "resource outside the grant (COD-10, RFT-12)", &known, noon),
            "resource=https://api.example; registered=none");
  EXPECT_EQ(came_with(r, "grant type not registered for the client", &known, noon),
            "grant_type=authorization_code; registered=authorization_code");
  EXPECT_EQ(came_with(r, "wrong or expired secret", &known, noon),
            "presented=Authorization: Basic; registered=client_secret_basic; secrets=2; of them "
            "expired=1");
  EXPECT_EQ(came_with(r, "unknown code", &known, noon), "");
}

TEST(came_with, says_less_of_a_client_that_is_not_known) {
  const auto r = request_of("nobody");
  EXPECT_EQ(came_with(r, "redirect_uri differs", &known, noon),
            "redirect_uri=https://shop.example/cb/");
  EXPECT_EQ(came_with(r, "wrong or expired secret", nullptr, noon),
            "presented=Authorization: Basic");
}

TEST(came_with, never_shows_a_secret_and_is_bounded) {  // TOK-17
  auto r = request_of("shop");
  auto query = token_query_request{};
  query.token = "mat_secret-opaque";
  query.who = r.who;
  const auto much = std::string(4096, '"');
  for (const auto& rows : denial_tables) {
    for (const auto& row : rows) {
      const auto why = denial_reason{row};
      r.scope = r.redirect_uri = {};
      const auto shown = came_with(r, why, &known, noon) + came_with(query, why, &known, noon);
      EXPECT_THAT(shown, Not(HasSubstr("secret-"))) << row.reason;
      EXPECT_THAT(shown, Not(HasSubstr("s3cret"))) << row.reason;
      r.scope = r.redirect_uri = r.resource_values[0] = much;
      EXPECT_LE(came_with(r, why, &known, noon).size(), longest_came + 3) << row.reason;
    }
  }
}

TEST(came_with, shows_header_and_claims_of_a_jwt_without_its_signature) {
  auto query = token_query_request{};
  const auto token = jws(R"({"alg":"RS256","typ":"JWT","kid":"k1"})",
                         R"({"iss":"https://a.example","aud":["x","y"],"exp":12,"name":"Alice"})");
  query.token = token;
  EXPECT_EQ(came_with(query, "access token is not alive", &known, noon),
            "alg=RS256; typ=JWT; kid=k1; iss=https://a.example; aud=x, y; exp=12");
}

TEST(came_with, shows_header_and_claims_of_a_dpop_proof) {
  const auto text = jws(R"({"typ":"dpop+jwt","alg":"ES256","jwk":{"x":"1"}})",
                        R"({"jti":"1","htm":"POST","htu":"https://a.example/token","iat":12})");
  const auto why = denial_reason{"DPoP proof by another key than the code is bound to (COD-09)"};
  EXPECT_EQ(oauth::came_with(request_of("shop"), refusal_context{.why = why, .proof = text}),
            "alg=ES256; typ=dpop+jwt; iat=12; htm=POST; htu=https://a.example/token");
}

TEST(came_with, shows_header_and_claims_of_an_assertion) {
  auto r = request_of("shop");
  const auto text =
      jws(R"({"alg":"ES256","kid":"k1"})",
          R"({"iss":"shop","sub":"shop","aud":"https://x.example","exp":12,"jti":"1"})");
  r.who.presented = presentation::assertion;
  r.who.assertion = text;
  EXPECT_EQ(came_with(r, "aud of the assertion is not this server", &known, noon),
            "alg=ES256; kid=k1; iss=shop; sub=shop; aud=https://x.example; exp=12");
}

TEST(describe_jwt, takes_any_octets) {
  EXPECT_EQ(describe_jwt(""), "not a JWT of three parts");
  EXPECT_EQ(describe_jwt("a.b"), "not a JWT of three parts");
  EXPECT_EQ(describe_jwt(std::string(20'000, '.')), "not a JWT of three parts");
  EXPECT_EQ(describe_jwt("!.e30.x"), "header=not base64url of a JSON object");
  EXPECT_EQ(describe_jwt(jws("{}", "[]")), "claims=not base64url of a JSON object");
  EXPECT_EQ(describe_jwt(jws(R"({"alg":7})", R"({"aud":{}})")), "alg=7; aud=of another type");
}

TEST(came_with_an_authorization_request, shows_what_the_refusal_is_about) {
  auto query = std::string{
      "client_id=shop&redirect_uri=https%3A%2F%2Fevil.example&scope=openid+admin&state=private&"
      "resource=https%3A%2F%2Fapi.example"};
  const auto sent = read_authorization_query(query);
  ASSERT_TRUE(sent);
  const auto c = shop();
  EXPECT_EQ(oauth::came_with(*sent, "redirect_uri is not registered (NEG-257)", &c),
            "redirect_uri=https://evil.example; registered=https://shop.example/cb, "
            "https://shop.example/other");
  EXPECT_EQ(oauth::came_with(
                *sent, "authorization request for a scope that the client may not have", nullptr),
            "scope=openid admin");
  EXPECT_EQ(oauth::came_with(*sent, "resource unknown or not allowed (ATK-03)", nullptr),
            "resource=https://api.example");
  EXPECT_EQ(oauth::came_with(*sent, "response_type is not code (AUZ-03)", &c), "");
}

}  // namespace
}  // namespace mintage::oauth
