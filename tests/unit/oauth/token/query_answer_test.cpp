#include "oauth/token/query_answer.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

using namespace std::chrono_literals;

/// A live access token for userinfo, and a registry that knows its client.
class query_answers : public testing::Test {
 protected:
  query_answers() {
    auto c = client{};
    c.id = "client";
    signing = c;
    signing.userinfo_alg = crypto::jws_alg::es256;
    known = client_registry{{c}};
    auto& g = found.family.emplace();
    g.who.client_id = "client";
    g.who.sub = "person";
    g.who.scope = "openid";
    found.access = describe(g, {}, now, rules);
    caller.id = "client";
    caller.id_token_alg = crypto::jws_alg::es384;
  }
  [[nodiscard]] query_answer ask(query_purpose purpose, bool alive = true) const {
    auto request = token_query_request{};
    request.purpose = purpose;
    request.wants_jwt = wants_jwt;
    return answer_query(request, caller, {}, found, alive, known, now, rules);
  }
  [[nodiscard]] std::string body_of(query_purpose purpose) const {
    return std::get<plain_answer>(ask(purpose)).body;
  }
  [[nodiscard]] errc refusal_of_userinfo(bool alive = true) const {
    return std::get<denial>(ask(query_purpose::userinfo, alive)).code;
  }

  instant now{1'800'000'000'000ms};
  options rules;
  client signing;
  client_registry known;
  client_facts caller;
  found_token found;
  bool wants_jwt = false;
};

TEST_F(query_answers, refuse_userinfo_to_tokens_of_another_audience) {  // ATK-02, RFC 9068 §4
  EXPECT_EQ(body_of(query_purpose::userinfo), R"({"sub":"person"})");
  found.access->audience = {"https://api.example.com"};
  EXPECT_EQ(refusal_of_userinfo(), errc::invalid_token);
  found.access->audience.emplace_back("http://127.0.0.1:9080/userinfo");
  EXPECT_EQ(body_of(query_purpose::userinfo), R"({"sub":"person"})");
  found.access->audience = {"http://127.0.0.1:9080/userinfo/"};
  EXPECT_EQ(refusal_of_userinfo(), errc::invalid_token);
}

TEST_F(query_answers, refuse_userinfo_to_the_dead_and_those_without_openid) {  // UIN-01, NEG-192
  EXPECT_EQ(refusal_of_userinfo(false), errc::invalid_token);
  found.access->scope = "mail";
  EXPECT_EQ(refusal_of_userinfo(), errc::insufficient_scope);
  found.access.reset();
  EXPECT_EQ(refusal_of_userinfo(), errc::invalid_token);
}

TEST_F(query_answers, are_signed_where_that_is_asked_for) {  // INT-03, UIN-03
  wants_jwt = true;
  EXPECT_EQ(std::get<claims_to_sign>(ask(query_purpose::introspect)).alg, crypto::jws_alg::es384);
  known = client_registry{{signing}};
  EXPECT_EQ(std::get<claims_to_sign>(ask(query_purpose::userinfo)).alg, crypto::jws_alg::es256);
  EXPECT_EQ(body_of(query_purpose::revoke), "");
}

}  // namespace
}  // namespace mintage::oauth
