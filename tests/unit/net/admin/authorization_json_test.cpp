// JSON of the admin interface that concerns authorization requests: what login pages say, and what
// clients are registered with.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "net/admin/json.hpp"

namespace mintage::net {
namespace {

std::string refusal_of_acceptance(std::string_view text) {
  const auto read = admin_json{}.read_acceptance(text);
  return read ? std::string{} : read.error().description;
}

TEST(authorization_json, reads_an_acceptance) {  // MINT-02
  const auto r = admin_json{}.read_acceptance(
      R"({"sub":"alice","auth_time":7,"acr":"high","amr":["pwd","otp"],"sid":"s1","username":"al",)"
      R"("claims":{"email":"a@example","none":null},"scope":"openid","resource":["https://a"],)"
      R"("interacted":true})");
  ASSERT_TRUE(r) << r.error().description;
  EXPECT_EQ(r->sub, "alice");
  EXPECT_EQ(r->auth_time, 7);
  EXPECT_EQ(r->acr, "high");
  EXPECT_EQ(r->amr, (std::vector<std::string>{"pwd", "otp"}));
  EXPECT_EQ(r->sid, "s1");
  EXPECT_EQ(r->username, "al");
  EXPECT_EQ(r->claims, R"({"email":"a@example"})");
  EXPECT_EQ(r->scope, "openid");
  EXPECT_EQ(r->resources, std::vector<std::string>{"https://a"});
  EXPECT_TRUE(r->interacted);
}

TEST(authorization_json, tells_nothing_granted_from_everything) {
  const auto all = admin_json{}.read_acceptance(R"({"sub":"a","auth_time":1,"scope":null})");
  ASSERT_TRUE(all);
  EXPECT_FALSE(all->scope);
  EXPECT_FALSE(all->resources);
  const auto none = admin_json{}.read_acceptance(R"({"scope":"","resource":[]})");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->scope, "");
  EXPECT_EQ(none->resources, std::vector<std::string>{});
  EXPECT_EQ(admin_json{}.read_acceptance(R"({"resource":"https://a"})")->resources,
            std::vector<std::string>{"https://a"});
}

TEST(authorization_json, takes_nothing_that_the_request_has_said) {  // MINT-01
  for (const auto* name :
       {"client_id", "redirect_uri", "nonce", "code_challenge", "ttl", "state"}) {
    EXPECT_EQ(refusal_of_acceptance(std::string{"{\""} + name + "\":\"x\"}"),
              std::string{"unknown member "} + name);
  }
  EXPECT_EQ(refusal_of_acceptance(R"({"claims":{"iss":"x"}})"),
            "claims must not name a claim that the server sets");
  EXPECT_EQ(refusal_of_acceptance(R"({"auth_time":"7"})"), "auth_time must be an integer");
  EXPECT_EQ(refusal_of_acceptance(""), "the JSON is missing");
}

TEST(authorization_json, reads_a_denial) {  // AUZ-02
  const auto r = admin_json{}.read_denial(R"({"error":"login_required","error_description":"no"})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->error, "login_required");
  EXPECT_EQ(r->description, "no");
  EXPECT_EQ(admin_json{}.read_denial("")->error, "access_denied");
  EXPECT_EQ(admin_json{}.read_denial("{}")->error, "access_denied");
  EXPECT_FALSE(admin_json{}.read_denial(R"({"error":"invalid_request"})"));
  EXPECT_FALSE(admin_json{}.read_denial(R"({"error_description":"a\"b"})"));
}

TEST(authorization_json, reads_what_a_client_is_registered_with) {  // PAR-02, JAR-01, JRM-01
  const auto r = admin_json{}.read_client(
      R"({"require_pushed_authorization_requests":true,"authorization_signed_response_alg":"ES256",)"
      R"("request_object_signing_alg":"PS256","client_uri":"https://a/","logo_uri":"https://a/l",)"
      R"("default_max_age":300,"require_auth_time":true})");
  ASSERT_TRUE(r) << r.error().description;
  EXPECT_EQ(r->require_pushed_authorization_requests, true);
  EXPECT_EQ(r->authorization_signed_response_alg, "ES256");
  EXPECT_EQ(r->request_object_signing_alg, "PS256");
  EXPECT_EQ(r->client_uri, "https://a/");
  EXPECT_EQ(r->logo_uri, "https://a/l");
  EXPECT_EQ(r->default_max_age, 300);
  EXPECT_EQ(r->require_auth_time, true);
}

}  // namespace
}  // namespace mintage::net
