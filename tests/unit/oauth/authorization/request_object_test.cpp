#include "oauth/authorization/request_object.hpp"

#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "oauth/client/assertion.hpp"
#include "tests/unit/oauth/authorization/samples.hpp"

namespace mintage::oauth {
namespace {

using crypto::jws_alg;
using test::issuer_options;
using test::now;
using test::now_date;

const crypto::signing_key& key() {
  static const auto made = crypto::signing_key::generate(jws_alg::es256);
  return made;
}

const key_set& keys() {
  static const auto set = key_set::read(R"({"keys":[)" + key().public_part().jwk() + "]}").value();
  return set;
}

/// Members of the claims: those that every object has, with others in front.
std::string claims_with(std::string_view more = {},
                        std::string_view base = R"("iss":"app",)"
                                                R"("client_id":"app",)"
                                                R"("aud":)"
                                                R"("https://as.example")") {
  return std::string{"{"}.append(base).append(more).append("}");
}

std::string sign(std::string_view header, std::string_view claims) {
  auto signer = crypto::jws_signer{key()};
  auto out = std::string{};
  signer.append_compact(out, crypto::base64url(header), claims);
  return out;
}

constexpr auto header = R"({"alg":"ES256","typ":"oauth-authz-req+jwt"})";

client record(client_profile profile = client_profile::standard) {
  auto c = test::make_client("app");
  c.profile = profile;
  return c;
}

result<void> check_of(const std::string& claims, const client& c = record()) {
  const auto text = sign(header, claims);
  const auto read = read_request_object(text);
  EXPECT_TRUE(read) << claims;
  return check_claims(*read, c, issuer_options(), now);
}

std::string date(std::int64_t from_now) {
  return std::to_string(now_date + from_now);
}

TEST(read_request_object, takes_a_signed_jwt) {  // JAR-01
  for (const auto* head : {header, R"({"alg":"ES256"})", R"({"alg":"ES256","typ":"JWT"})",
                           R"({"alg":"ES256","typ":"application/oauth-authz-req+jwt"})"}) {
    const auto text = sign(head, claims_with());
    const auto read = read_request_object(text);
    ASSERT_TRUE(read) << head;
    EXPECT_EQ(read->alg, assertion_alg::es256);
    const auto found = find_keys(*read, record(), &keys());
    ASSERT_TRUE(found);
    EXPECT_TRUE(
        crypto::verify_signature(**found->begin(), read->jwt.signed_text, read->jwt.signature));
    EXPECT_TRUE(check_claims(*read, record(), issuer_options(), now));
  }
}

TEST(read_request_object, refuses_what_is_none) {  // NEG-258, JWS-02
  const auto unsigned_jwt = [](std::string_view head) {
    return crypto::base64url(head) + '.' + crypto::base64url(claims_with()) + '.';
  };
  for (const auto& text :
       {std::string{}, std::string{"x"}, unsigned_jwt(R"({"alg":"none"})"),
        unsigned_jwt(R"({"alg":"ES256"})") + "!", sign(R"({"alg":"HS256"})", claims_with()),
        sign(R"({"alg":"ES256","typ":"at+jwt"})", claims_with()),
        sign(R"({"alg":"ES256","typ":"client-authentication+jwt"})", claims_with()),
        sign(R"({"alg":"ES256","typ":"dpop+jwt"})", claims_with()),
        sign(R"({"alg":"ES256","crit":["exp"]})", claims_with()), sign(header, "[]"),
        sign(header, R"({"iss":"app","iss":"app"})")}) {
    const auto read = read_request_object(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, errc::invalid_request_object) << text;
  }
}

TEST(find_keys_of_request_object, knows_algorithm_and_profile) {  // JAR-01, FAP-09
  const auto text = sign(header, claims_with());
  const auto read = read_request_object(text);
  ASSERT_TRUE(read);
  auto c = record();
  EXPECT_FALSE(find_keys(*read, c, nullptr));
  c.only_request_object_alg = assertion_alg::ps256;
  EXPECT_FALSE(find_keys(*read, c, &keys()));
  c.only_request_object_alg = assertion_alg::es256;
  EXPECT_TRUE(find_keys(*read, c, &keys()));
  c.profile = client_profile::fapi2;
  EXPECT_TRUE(find_keys(*read, c, &keys()));
  const auto other = sign(R"({"alg":"RS256"})", claims_with());
  EXPECT_FALSE(find_keys(*read_request_object(other), record(client_profile::fapi2), &keys()));
  EXPECT_FALSE(find_keys(*read_request_object(other), record(), &keys()));
  const auto named = sign(R"({"alg":"ES256","kid":"new"})", claims_with());
  const auto by_name = read_request_object(named);
  EXPECT_FALSE(find_keys(*by_name, record(), &keys()));
  EXPECT_TRUE(needs_newer_keys(*by_name, keys()));
  EXPECT_FALSE(needs_newer_keys(*read, keys()));
}

TEST(check_claims_of_request_object, demands_issuer_client_and_audience) {  // JAR-01, FP2-02
  EXPECT_TRUE(check_of(claims_with()));
  for (const auto* base : {R"("client_id":"app","aud":"https://as.example")",
                           R"("iss":"other","client_id":"app","aud":"https://as.example")",
                           R"("iss":"app","aud":"https://as.example")",
                           R"("iss":"app","client_id":"other","aud":"https://as.example")",
                           R"("iss":"app","client_id":"app")",
                           R"("iss":"app","client_id":"app","aud":"https://as.example/")",
                           R"("iss":"app","client_id":"app","aud":["https://other.example"])"}) {
    const auto checked = check_of(claims_with({}, base));
    ASSERT_FALSE(checked) << base;
    EXPECT_EQ(checked.error().code, errc::invalid_request_object);
  }
  const auto in_array = R"("iss":"app","client_id":"app","aud":["x","https://as.example"])";
  EXPECT_TRUE(check_of(claims_with({}, in_array)));
  const auto life = ",\"nbf\":" + date(-1) + ",\"exp\":" + date(60);
  EXPECT_TRUE(check_of(claims_with(life), record(client_profile::fapi2)));
  EXPECT_FALSE(check_of(claims_with(life, in_array), record(client_profile::fapi2)));
}

TEST(check_claims_of_request_object, refuses_what_would_pass_as_an_assertion) {  // NEG-258
  EXPECT_FALSE(check_of(claims_with(R"(,"sub":"app")")));
  EXPECT_TRUE(check_of(claims_with(R"(,"sub":"eve")")));
}

TEST(check_claims_of_request_object, refuses_nested_requests) {  // NEG-258
  EXPECT_FALSE(check_of(claims_with(R"(,"request":"x")")));
  EXPECT_FALSE(check_of(claims_with(R"(,"request_uri":"https://x")")));
}

TEST(check_claims_of_request_object, knows_its_dates) {  // JAR-01
  EXPECT_TRUE(check_of(claims_with(",\"exp\":" + date(-29))));
  EXPECT_FALSE(check_of(claims_with(",\"exp\":" + date(-30))));
  EXPECT_TRUE(check_of(claims_with(",\"nbf\":" + date(30))));
  EXPECT_FALSE(check_of(claims_with(",\"nbf\":" + date(31))));
  EXPECT_FALSE(check_of(claims_with(",\"iat\":" + date(31))));
  for (const auto* name : {"exp", "nbf", "iat"}) {
    EXPECT_FALSE(check_of(claims_with(std::string{",\""} + name + "\":\"x\""))) << name;
  }
}

TEST(check_claims_of_request_object, limits_the_life_of_a_fapi_client) {  // FAP-11, FP2-02
  const auto fapi = record(client_profile::fapi2);
  const auto lives = [&](std::int64_t nbf, std::int64_t exp) {
    return check_of(claims_with(",\"nbf\":" + date(nbf) + ",\"exp\":" + date(exp)), fapi)
        .has_value();
  };
  EXPECT_TRUE(lives(0, 3600));
  EXPECT_FALSE(lives(0, 3601));
  EXPECT_TRUE(lives(-3600, 0));
  EXPECT_FALSE(lives(-3631, -31 + 60));
  EXPECT_FALSE(check_of(claims_with(",\"exp\":" + date(60)), fapi));
  EXPECT_FALSE(check_of(claims_with(",\"nbf\":" + date(0)), fapi));
}

TEST(request_object, is_the_only_source_of_parameters) {  // NEG-258: outer scope is ignored
  const auto text = sign(header, claims_with(R"(,"scope":"openid","response_type":"code")"));
  const auto read = read_request_object(text);
  auto sent = authorization_parameters{};
  sent.collect(read->claims);
  EXPECT_EQ(sent[authorization_parameter::scope], "openid");
  EXPECT_FALSE(sent.has(authorization_parameter::state));
}

TEST(request_object, is_no_client_assertion) {  // JAR-01: neither passes as the other
  const auto text = sign(R"({"alg":"ES256"})", claims_with());
  EXPECT_FALSE(read_assertion(text));  // no sub
}

}  // namespace
}  // namespace mintage::oauth
