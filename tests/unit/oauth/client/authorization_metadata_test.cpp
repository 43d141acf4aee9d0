#include "oauth/client/authorization_metadata.hpp"

#include <gtest/gtest.h>

#include "tests/unit/crypto/example_jwks.hpp"
#include "tests/unit/oauth/client/metadata_samples.hpp"

namespace mintage::oauth {
namespace {

/// What is wrong with a client of this metadata, or empty.
std::string fault_of(const client_metadata& m) {
  const auto made = make(m);
  return made ? std::string{} : made.error().description;
}

client_metadata with_keys() {
  auto m = good_metadata();
  m.token_endpoint_auth_method = "private_key_jwt";
  m.jwks = R"({"keys":[)" + std::string{crypto::jwk_p256} + "]}";
  return m;
}

TEST(set_authorization, has_defaults) {
  const auto c = make(good_metadata());
  ASSERT_TRUE(c);
  EXPECT_FALSE(c->require_pushed);
  EXPECT_FALSE(c->require_auth_time);
  EXPECT_FALSE(c->response_alg);
  EXPECT_EQ(c->signs_responses_with(), crypto::jws_alg::rs256);  // JRM-01
  EXPECT_FALSE(c->only_request_object_alg);
  EXPECT_FALSE(c->default_max_age);
  EXPECT_EQ(c->uri, "");
}

TEST(set_authorization, takes_all_members) {  // PAR-02, JAR-01, JRM-01
  auto m = with_keys();
  m.require_pushed_authorization_requests = m.require_auth_time = true;
  m.authorization_signed_response_alg = "PS256";
  m.request_object_signing_alg = "ES256";
  m.client_uri = "https://app.example/about";
  m.logo_uri = "http://localhost:8080/logo.png";
  m.default_max_age = 0;
  const auto c = make(m);
  ASSERT_TRUE(c) << c.error().description;
  EXPECT_TRUE(c->require_pushed);
  EXPECT_TRUE(c->require_auth_time);
  EXPECT_EQ(c->signs_responses_with(), crypto::jws_alg::ps256);
  EXPECT_EQ(c->only_request_object_alg, assertion_alg::es256);
  EXPECT_EQ(c->uri, "https://app.example/about");
  EXPECT_EQ(c->logo_uri, "http://localhost:8080/logo.png");
  EXPECT_EQ(c->default_max_age, seconds{0});
}

TEST(set_authorization, can_be_taken_back) {
  auto m = with_keys();
  m.authorization_signed_response_alg = m.request_object_signing_alg = "ES256";
  m.client_uri = m.logo_uri = "https://app.example/";
  m.default_max_age = 5;
  const auto before = make(m);
  ASSERT_TRUE(before);
  auto change = client_metadata{};
  change.authorization_signed_response_alg = change.request_object_signing_alg = "";
  change.client_uri = change.logo_uri = "";
  change.default_max_age = -1;
  const auto c = change_client(*before, change);
  ASSERT_TRUE(c);
  EXPECT_FALSE(c->response_alg);
  EXPECT_FALSE(c->only_request_object_alg);
  EXPECT_EQ(c->uri, "");
  EXPECT_EQ(c->logo_uri, "");
  EXPECT_FALSE(c->default_max_age);
}

TEST(set_authorization, refuses_what_a_page_must_not_link_to) {
  for (const auto* uri : {"javascript:alert(1)", "data:text/html,x", "http://app.example/", "x",
                          "https://user@app.example/", "https:///x", "/x"}) {
    auto m = good_metadata();
    m.client_uri = uri;
    EXPECT_TRUE(fault_of(m).starts_with("client_uri must be")) << uri;
    m = good_metadata();
    m.logo_uri = uri;
    EXPECT_TRUE(fault_of(m).starts_with("logo_uri must be")) << uri;
  }
  auto m = good_metadata();
  m.client_uri = "https://a.example/" + std::string(2048, 'x');
  EXPECT_TRUE(fault_of(m).starts_with("client_uri must be"));
}

TEST(set_authorization, refuses_algorithms_that_it_has_not) {  // JAR-01: never none, no HMAC
  for (const auto* alg : {"none", "HS256", "ES999"}) {
    auto m = with_keys();
    m.request_object_signing_alg = alg;
    EXPECT_TRUE(fault_of(m).starts_with("request_object_signing_alg must be")) << alg;
    m = good_metadata();
    m.authorization_signed_response_alg = alg;
    EXPECT_TRUE(fault_of(m).starts_with("authorization_signed_response_alg must be")) << alg;
  }
}

TEST(set_authorization, refuses_an_age_that_is_none) {
  for (const auto age : {std::int64_t{-2}, std::int64_t{1} << 40}) {
    auto m = good_metadata();
    m.default_max_age = age;
    EXPECT_TRUE(fault_of(m).starts_with("default_max_age must be")) << age;
  }
}

TEST(check_authorization_metadata, wants_a_key_for_request_objects) {  // JAR-01
  auto m = good_metadata();
  m.request_object_signing_alg = "ES256";
  EXPECT_EQ(fault_of(m), "jwks or jwks_uri is required with request_object_signing_alg");
  m = with_keys();
  m.request_object_signing_alg = "PS256";
  EXPECT_EQ(fault_of(m), "jwks has no key for PS256");
  m = good_metadata();
  m.jwks_uri = "https://app.example/jwks";
  m.request_object_signing_alg = "PS256";
  EXPECT_EQ(fault_of(m), "");
}

TEST(check_authorization_metadata, holds_to_the_profile) {  // FAP-09
  auto m = with_keys();
  m.profile = "fapi2";
  m.id_token_signed_response_alg = "ES256";
  ASSERT_EQ(fault_of(m), "");
  EXPECT_EQ(make(m)->signs_responses_with(), crypto::jws_alg::es256);
  m.authorization_signed_response_alg = "RS256";
  EXPECT_EQ(
      fault_of(m),
      "authorization_signed_response_alg must be ES256, EdDSA or PS256 for the profile fapi2");
  m.authorization_signed_response_alg = "PS256";
  m.request_object_signing_alg = "ES384";
  EXPECT_EQ(fault_of(m),
            "request_object_signing_alg must be ES256, EdDSA or PS256 for the profile fapi2");
}

}  // namespace
}  // namespace mintage::oauth
