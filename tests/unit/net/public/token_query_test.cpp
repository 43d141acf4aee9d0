// Introspection, revocation, userinfo and CORS over real sockets: what net/ decides by itself.

#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto form = "Content-Type: application/x-www-form-urlencoded\r\n";
constexpr auto known_origin = "Origin: https://known.example\r\n";

class token_query_listener : public server_test {
 protected:
  received post(std::string_view path, std::string_view body, std::string_view fields = "") {
    return ask(request("POST", path, form + std::string{fields}, body));
  }
  received userinfo(std::string_view fields) { return ask(request("GET", "/userinfo", fields)); }
};

TEST_F(token_query_listener, is_used_with_its_methods_P02) {
  start();
  for (const auto* path : {"/introspect", "/revoke"}) {
    for (const auto* method : {"GET", "HEAD", "PUT", "DELETE"}) {
      const auto r = ask(request(method, path), std::string_view{method} != "HEAD");
      EXPECT_EQ(r.status, 405U) << method << path;
      EXPECT_EQ(r.fields.at("allow"), "POST, OPTIONS");
    }
  }
  const auto r = ask(request("PUT", "/userinfo"));
  EXPECT_EQ(r.status, 405U);
  EXPECT_EQ(r.fields.at("allow"), "GET, POST, OPTIONS");
  EXPECT_EQ(service().submitted(), 0U);
}

TEST_F(token_query_listener, refuses_a_form_by_its_head_before_inviting_it_TOK_11) {
  start();
  for (const auto* path : {"/introspect", "/revoke", "/token"}) {
    const auto r = ask(request("POST", path,
                               "Content-Type: application/json\r\nExpect: 100-continue\r\n"
                               "Content-Length: 9\r\n"));
    EXPECT_EQ(r.status, 400U) << path;
    EXPECT_THAT(r.body, HasSubstr("invalid_request"));
  }
}

TEST_F(token_query_listener, challenges_every_failed_caller_of_introspection_INT_01) {
  start();
  for (const auto* body : {"token=t&client_id=bad_client&client_secret=s"}) {
    const auto introspected = post("/introspect", body);
    EXPECT_EQ(introspected.status, 401U);
    EXPECT_THAT(introspected.fields.at("www-authenticate"), HasSubstr("Basic realm="));
    const auto revoked = post("/revoke", body);
    EXPECT_EQ(revoked.status, 400U);
    EXPECT_FALSE(revoked.fields.contains("www-authenticate"));
  }
}

TEST_F(token_query_listener, refuses_a_question_without_token_NEG_186) {
  start();
  for (const auto* path : {"/introspect", "/revoke"}) {
    const auto r = post(path, "client_id=a&client_secret=b");
    EXPECT_EQ(r.status, 400U) << path;
    EXPECT_THAT(r.body, HasSubstr("invalid_request"));
  }
  EXPECT_EQ(service().last_refusal().second, oauth::errc::invalid_request);
}

TEST_F(token_query_listener, answers_each_in_its_media_type) {
  start();
  const auto who = std::string{"&client_id=a&client_secret=b"};
  const auto plain = post("/introspect", "token=t" + who);
  EXPECT_EQ(plain.status, 200U);
  EXPECT_EQ(plain.fields.at("content-type"), "application/json");
  EXPECT_EQ(plain.fields.at("cache-control"), "no-store");
  EXPECT_EQ(plain.body, R"({"token":"t"})");
  const auto is_signed =
      post("/introspect", "token=t" + who, "Accept: application/token-introspection+jwt\r\n");
  EXPECT_EQ(is_signed.fields.at("content-type"), "application/token-introspection+jwt");
  EXPECT_EQ(is_signed.body, "a.b.c");
  const auto revoked = post("/revoke", "token=t" + who);
  EXPECT_EQ(revoked.status, 200U);
  EXPECT_EQ(revoked.body, "");
  EXPECT_FALSE(revoked.fields.contains("content-type"));
  EXPECT_EQ(userinfo("Authorization: bearer t\r\n").body, R"({"token":"t"})");
  EXPECT_EQ(userinfo("Authorization: Bearer signed\r\n").fields.at("content-type"),
            "application/jwt");
  EXPECT_EQ(post("/userinfo", "access_token=t").body, R"({"token":"t"})");
}

TEST_F(token_query_listener, challenges_as_RFC_6750_has_it_UIN_01) {
  start();
  const auto realm = "Bearer realm=\"" + rules.issuer + '"';
  const auto none = userinfo("");
  EXPECT_EQ(none.status, 401U);
  EXPECT_EQ(none.fields.at("www-authenticate"), realm);
  EXPECT_EQ(none.body, "{}");
  const auto in_query = ask(request("GET", "/userinfo?access_token=t"));  // NEG-190
  EXPECT_EQ(in_query.status, 401U);
  EXPECT_EQ(in_query.fields.at("www-authenticate"), realm);
  const auto dead = userinfo("Authorization: Bearer dead\r\n");
  EXPECT_EQ(dead.status, 401U);
  EXPECT_EQ(dead.fields.at("www-authenticate"), realm + ", error=\"invalid_token\"");
  const auto narrow = userinfo("Authorization: Bearer narrow\r\n");  // NEG-192
  EXPECT_EQ(narrow.status, 403U);
  EXPECT_EQ(narrow.fields.at("www-authenticate"),
            realm + ", error=\"insufficient_scope\", scope=\"openid\"");
  const auto both = post("/userinfo", "access_token=t", "Authorization: Bearer t\r\n");  // NEG-191
  EXPECT_EQ(both.status, 400U);
  EXPECT_FALSE(both.fields.contains("www-authenticate"));
}

TEST_F(token_query_listener, lets_known_origins_read_answers_and_errors_TOK_20) {
  start();
  for (const auto& [path, body, status] :
       {std::tuple{"/token", token_body(), 200U},
        std::tuple{"/token", token_body("bad_client"), 400U},  // NEG-026
        std::tuple{"/token", std::string{"x=1"}, 400U},
        std::tuple{"/revoke", std::string{"token=t&client_id=a"}, 200U},
        std::tuple{"/userinfo", std::string{"access_token=dead"}, 401U}}) {
    const auto r = post(path, body, known_origin);
    EXPECT_EQ(r.status, status) << path;
    EXPECT_EQ(r.fields.at("access-control-allow-origin"), "https://known.example");
    EXPECT_EQ(r.fields.at("vary"), "Origin");
    EXPECT_EQ(r.fields.at("access-control-expose-headers"),
              "DPoP-Nonce, WWW-Authenticate, Retry-After, X-Request-Id");
    EXPECT_THAT(r.head, Not(HasSubstr("Allow-Credentials")));
    const auto other = post(path, body, "Origin: https://other.example\r\n");
    EXPECT_EQ(other.status, status);
    EXPECT_THAT(other.head, Not(HasSubstr("Access-Control")));
    const auto two = post(path, body, std::string{known_origin} + known_origin);
    EXPECT_THAT(two.head, Not(HasSubstr("Access-Control")));
  }
  const auto introspected = post("/introspect", "token=t&client_id=a", known_origin);
  EXPECT_THAT(introspected.head, Not(HasSubstr("Access-Control")));
}

TEST_F(token_query_listener, answers_preflights_of_known_origins_TOK_20) {
  start();
  for (const auto& [path, methods] : {std::pair{"/token", "POST"}, std::pair{"/revoke", "POST"},
                                      std::pair{"/userinfo", "GET, POST"}}) {
    const auto r = ask(request("OPTIONS", path, known_origin));
    EXPECT_EQ(r.status, 204U);
    EXPECT_EQ(r.fields.at("access-control-allow-origin"), "https://known.example");
    EXPECT_EQ(r.fields.at("access-control-allow-methods"), methods);
    EXPECT_EQ(r.fields.at("access-control-allow-headers"),
              "content-type, dpop, authorization, traceparent, tracestate, baggage, "
              "sentry-trace, x-requested-with");
    EXPECT_EQ(r.fields.at("access-control-max-age"), "600");
    EXPECT_EQ(r.fields.at("vary"), "Origin");
  }
  EXPECT_THAT(ask(request("OPTIONS", "/introspect", known_origin)).head,
              Not(HasSubstr("Access-Control")));
}

}  // namespace
}  // namespace mintage::net
