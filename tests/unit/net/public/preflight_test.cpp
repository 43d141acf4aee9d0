// What pages of other origins may do, and requests that ask for no endpoint.

#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

using testing::HasSubstr;
using testing::Not;

class public_preflight : public server_test {};

TEST_F(public_preflight, of_public_documents_is_for_any_origin_and_the_headers_asked_for) {
  start();
  for (const auto* path :
       {"/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}) {
    for (const auto* headers :
         {"", "content-type", "authorization, x-requested-with", "traceparent,tracestate"}) {
      auto fields = std::string{
          "Origin: https://any.example\r\n"
          "Access-Control-Request-Method: GET\r\n"};
      if (*headers != '\0')
        fields += "Access-Control-Request-Headers: " + std::string{headers} + "\r\n";
      auto r = ask(request("OPTIONS", path, fields));
      EXPECT_EQ(r.status, 204U) << path;
      EXPECT_EQ(r.fields.at("access-control-allow-origin"), "*");
      EXPECT_EQ(r.fields.at("access-control-allow-methods"), "GET");
      EXPECT_EQ(r.fields["access-control-allow-headers"], headers);
      EXPECT_EQ(r.fields.at("access-control-max-age"), "600");
      EXPECT_THAT(r.head, Not(HasSubstr("Credentials")));
    }
    const auto odd = ask(request("OPTIONS", path,
                                 "Origin: https://a\r\n"
                                 "Access-Control-Request-Headers: a;b\r\n"));
    EXPECT_EQ(odd.status, 204U);
    EXPECT_FALSE(odd.fields.contains("access-control-allow-headers"));
    EXPECT_EQ(ask(request("GET", path)).fields.at("access-control-allow-origin"), "*");
  }
}

TEST_F(public_preflight, of_the_token_endpoint_allows_the_headers_of_tracers) {
  start();
  const auto r = ask(request("OPTIONS", "/token", "Origin: https://known.example\r\n"));
  EXPECT_EQ(r.status, 204U);
  EXPECT_EQ(r.fields.at("access-control-allow-origin"), "https://known.example");
  for (const auto* name : {"content-type", "dpop", "authorization", "traceparent", "tracestate",
                           "baggage", "sentry-trace", "x-requested-with"}) {
    EXPECT_THAT(r.fields.at("access-control-allow-headers"), HasSubstr(name));
  }
}

TEST_F(public_preflight, of_the_whole_server_is_204) {
  start();
  for (const auto* target : {"*", "/"}) {
    const auto r = ask(request("OPTIONS", target));
    EXPECT_EQ(r.status, 204U) << target;
    EXPECT_THAT(r.fields.at("allow"), HasSubstr("OPTIONS"));
    EXPECT_EQ(ask(request("GET", target)).status, 404U) << target;
  }
}

TEST_F(public_preflight, health_is_told_without_detail) {
  start();
  EXPECT_EQ(ask(request("GET", "/healthz")).status, 200U);
  EXPECT_EQ(ask(request("HEAD", "/healthz"), false).status, 200U);
  EXPECT_EQ(ask(request("POST", "/healthz")).status, 405U);
  service().is_ready = false;
  const auto r = ask(request("GET", "/healthz"));
  EXPECT_EQ(r.status, 503U);
  EXPECT_EQ(r.body, R"({"status":"unavailable"})");
  EXPECT_EQ(r.fields.at("cache-control"), "no-store");
}

}  // namespace
}  // namespace mintage::net
