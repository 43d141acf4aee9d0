#include "oauth/authorization/authorization_parameters.hpp"

#include <gtest/gtest.h>

#include "tests/unit/oauth/authorization/samples.hpp"

namespace mintage::oauth {
namespace {

using ask = authorization_parameter;

authorization_parameters of_claims(const json_object& claims) {
  auto out = authorization_parameters{};
  out.collect(claims);
  return out;
}

TEST(authorization_parameters, are_read_from_a_query) {  // AUZ-01
  const auto q = test::read("client_id=app&state=a%20b+c&scope=openid&other=1&nonce=");
  EXPECT_EQ(q.sent[ask::client_id], "app");
  EXPECT_EQ(q.sent[ask::state], "a b c");
  EXPECT_EQ(q.sent[ask::scope], "openid");
  EXPECT_FALSE(q.sent.has(ask::nonce));  // RFC 6749 §3.1: an empty value is none
  EXPECT_FALSE(q.sent.fault());
}

TEST(authorization_parameters, keep_their_values_when_they_are_moved) {
  auto q = test::read("client_id=app&resource=https://a&resource=https://b");
  const auto moved = std::move(q.sent);
  EXPECT_EQ(moved[ask::client_id], "app");
  ASSERT_EQ(moved.resources().size(), 2U);
  EXPECT_EQ(moved.resources()[1], "https://b");
}

TEST(authorization_parameters, have_no_value_when_they_are_repeated) {  // RFC 6749 §3.1
  const auto q = test::read("client_id=app&state=1&state=2&redirect_uri=a&redirect_uri=a");
  ASSERT_TRUE(q.sent.fault());
  EXPECT_EQ(q.sent.fault()->code, errc::invalid_request);
  EXPECT_TRUE(q.sent.is_faulty(ask::state));
  EXPECT_TRUE(q.sent.is_faulty(ask::redirect_uri));
  EXPECT_FALSE(q.sent.has(ask::state));
  EXPECT_FALSE(q.sent.has(ask::redirect_uri));
  EXPECT_EQ(q.sent[ask::client_id], "app");
}

TEST(authorization_parameters, may_name_eight_resources) {  // TOK-06
  auto query = std::string{"client_id=app"};
  for (auto i = 0; i < 8; ++i) query += "&resource=https://a" + std::to_string(i);
  EXPECT_FALSE(test::read(query).sent.fault());
  EXPECT_TRUE(test::read(query + "&resource=https://b").sent.fault());
}

TEST(authorization_parameters, have_limits) {  // TOK-08
  const auto of_size = [](std::string_view name, std::size_t size) {
    return test::read(std::string{name} + '=' + std::string(size, 'x')).sent.fault().has_value();
  };
  EXPECT_FALSE(of_size("state", 4096));
  EXPECT_TRUE(of_size("state", 4097));
  EXPECT_FALSE(of_size("request", 16384));
  EXPECT_TRUE(of_size("request", 16385));
  EXPECT_FALSE(of_size("id_token_hint", 16384));
  EXPECT_FALSE(of_size("unknown", 9999));
  // What only the login page reads is short: anybody may make this server keep it.
  EXPECT_FALSE(of_size("login_hint", 1024));
  EXPECT_TRUE(of_size("login_hint", 1025));
  EXPECT_TRUE(of_size("acr_values", 1025));
  EXPECT_TRUE(of_size("ui_locales", 513));
  EXPECT_TRUE(of_size("claims", 2049));
}

TEST(authorization_parameters, are_refused_as_a_whole_when_the_encoding_is_broken) {  // TOK-04
  for (const auto* query : {"client_id=%zz", "client_id=a%00", "state=%ff", "state=%2"}) {
    auto octets = std::string{query};
    const auto read = read_authorization_query(octets);
    ASSERT_FALSE(read) << query;
    EXPECT_EQ(read.error().code, errc::invalid_request);
  }
}

TEST(authorization_parameters, are_read_from_a_form) {  // OpenID Connect Core §3.1.2.1
  auto body = std::string{"client_id=app&state=a+b"};
  const auto read = read_authorization_form("application/x-www-form-urlencoded", body);
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)[ask::state], "a b");
  EXPECT_FALSE(read_authorization_form(std::nullopt, body));
  EXPECT_FALSE(read_authorization_form("application/json", body));
}

TEST(authorization_parameters, are_read_from_claims) {  // JAR-01, RFC 9101 §4
  const auto claims = json_object::read(
      R"({"client_id":"app","max_age":300,"claims":{"id_token":{"acr":null}},"state":"x",
          "resource":["https://a","https://b"],"other":7,"aud":["x"],"request":"x",
          "request_uri":1})");
  const auto sent = of_claims(*claims);
  EXPECT_FALSE(sent.fault());
  EXPECT_EQ(sent[ask::client_id], "app");
  EXPECT_EQ(sent[ask::max_age], "300");
  EXPECT_FALSE(sent.has(ask::request));  // request_object.hpp refuses them
  EXPECT_FALSE(sent.is_faulty(ask::request_uri));
  EXPECT_EQ(sent[ask::claims], R"({"id_token":{"acr":null}})");
  ASSERT_EQ(sent.resources().size(), 2U);
  EXPECT_EQ(sent.resources()[0], "https://a");
  const auto one = json_object::read(R"({"resource":"https://a","max_age":"5"})");
  EXPECT_EQ(of_claims(*one).resources().size(), 1U);
  EXPECT_EQ(of_claims(*one)[ask::max_age], "5");
}

TEST(authorization_parameters, of_claims_have_types_and_limits) {  // JAR-01
  for (const auto* text :
       {R"({"state":1})", R"({"scope":["a"]})", R"({"claims":true})", R"({"resource":[1]})",
        R"({"resource":{}})", R"({"max_age":1.5})", R"({"nonce":null})", "{\"state\":\"a\\u0000\"}",
        R"({"resource":["1","2","3","4","5","6","7","8","9"]})"}) {
    const auto claims = json_object::read(text);
    ASSERT_TRUE(claims) << text;
    EXPECT_TRUE(of_claims(*claims).fault()) << text;
  }
  const auto is_refused = [](std::string_view name, std::size_t size) {
    const auto claims =
        json_object::read("{\"" + std::string{name} + "\":\"" + std::string(size, 'x') + "\"}");
    return of_claims(*claims).fault().has_value();
  };
  EXPECT_FALSE(is_refused("state", 4096));
  EXPECT_TRUE(is_refused("state", 4097));
  EXPECT_FALSE(is_refused("login_hint", 1024));
  EXPECT_TRUE(is_refused("login_hint", 1025));
}

result<pushed_authorization> push(std::string& body, std::string_view authorization = {}) {
  auto octets = std::string{authorization};
  auto head = token_request_head{};
  head.content_type = "application/x-www-form-urlencoded";
  if (!authorization.empty()) head.authorization = authorization;
  return read_pushed_authorization(head, octets, body);
}

TEST(read_pushed_authorization, reads_credentials_and_parameters) {  // PAR-01
  auto body = std::string{
      "client_id=app&client_secret=shh&response_type=code&state=x&scope=openid&other=1"};
  const auto read = push(body);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->who.id, "app");
  EXPECT_EQ(read->who.secret, "shh");
  EXPECT_EQ(read->sent[ask::state], "x");
  EXPECT_EQ(read->sent[ask::response_type], "code");
}

TEST(read_pushed_authorization, refuses_a_request_uri_and_every_fault) {  // NEG-255, RFC 9126 §2.1
  for (const auto* text :
       {"client_id=app&request_uri=urn:ietf:params:oauth:request_uri:x",
        "client_id=app&state=1&state=2", "client_id=app&client_id=app", "client_id=app&scope=%zz",
        "client_id=app&client_secret=a&client_assertion=b"}) {
    auto body = std::string{text};
    const auto read = push(body);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, errc::invalid_request) << text;
  }
}

}  // namespace
}  // namespace mintage::oauth
