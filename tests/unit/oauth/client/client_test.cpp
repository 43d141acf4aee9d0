#include "oauth/client/client.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

TEST(client_redirect_uri, is_compared_octet_for_octet) {
  auto c = client{};
  c.redirect_uris = {"https://app.example/cb", "http://127.0.0.1:8080/cb"};
  for (const auto* uri :
       {"", "https://app.example/cb/", "https://app.example/CB", "HTTPS://app.example/cb",
        "https://app.example/cb?x=1", "https://app.example:8443/cb", "https://app.example/c"}) {
    EXPECT_FALSE(c.has_redirect_uri(uri)) << uri;
  }
  EXPECT_TRUE(c.has_redirect_uri("https://app.example/cb"));
  EXPECT_TRUE(c.has_redirect_uri("http://127.0.0.1:8080/cb"));
}

TEST(client_redirect_uri, of_a_loopback_host_takes_any_port) {  // RFC 8252 §7.3
  auto c = client{};
  c.redirect_uris = {"http://127.0.0.1/cb?x=1", "http://[::1]:8080/cb", "http://localhost:1",
                     "http://127.0.0.2/cb", "https://localhost/cb"};
  for (const auto* uri :
       {"http://127.0.0.1/cb?x=1", "http://127.0.0.1:1/cb?x=1", "http://127.0.0.1:65535/cb?x=1",
        "http://[::1]/cb", "http://[::1]:9/cb", "http://localhost", "http://localhost:80"}) {
    EXPECT_TRUE(c.has_redirect_uri(uri)) << uri;
  }
  for (const auto* uri :
       {"http://127.0.0.1:1/cb", "http://127.0.0.1:1/cb?x=2", "http://127.0.0.1:1/cb?x=1#",
        "http://127.0.0.1:0/cb?x=1", "http://127.0.0.1:65536/cb?x=1", "http://127.0.0.1:/cb?x=1",
        "http://u@127.0.0.1:1/cb?x=1", "HTTP://127.0.0.1:1/cb?x=1", "https://127.0.0.1:1/cb?x=1",
        "http://localhost:1/cb?x=1", "http://LOCALHOST:1", "http://localhost:1/",
        "http://127.0.0.2:1/cb", "https://localhost:1/cb", "http://127.0.0.1:1.evil.example/cb?x=1",
        "http://127.0.0.1.evil.example/cb?x=1"}) {
    EXPECT_FALSE(c.has_redirect_uri(uri)) << uri;
  }
}

TEST(lives_of_a_client, never_exceed_what_the_config_allows_now) {
  auto o = options{};
  o.key_overlap = seconds{3900};
  o.access_ttl = o.id_ttl = seconds{600};
  o.refresh_absolute = o.refresh_idle = seconds{1000};
  // Registered when the config allowed more.
  const auto old = resolve({.access = seconds{7200},
                            .id = seconds{7200},
                            .refresh_idle = seconds{9000},
                            .refresh_absolute = seconds{9000}},
                           o);
  EXPECT_EQ(old, (token_lives{seconds{3600}, seconds{3600}, seconds{1000}, seconds{1000}}));
  EXPECT_EQ(resolve({}, o),
            (token_lives{seconds{600}, seconds{600}, seconds{1000}, seconds{1000}}));
  EXPECT_EQ(resolve({.refresh_absolute = seconds{500}}, o).refresh_idle, seconds{500});
}

TEST(client_scope, is_compared_octet_for_octet) {
  auto c = client{};
  c.scopes = {"openid", "mail"};
  EXPECT_FALSE(c.has_scope("OpenID"));
  EXPECT_FALSE(c.has_scope("open"));
  EXPECT_FALSE(c.has_scope("openid mail"));
  EXPECT_TRUE(c.has_scope("mail"));
}

TEST(client_grant, is_only_what_was_registered) {
  auto c = client{};
  EXPECT_TRUE(c.has_grant(grant_type::authorization_code));
  EXPECT_FALSE(c.has_grant(grant_type::refresh_token));
  c.grant_types = {grant_type::refresh_token};
  EXPECT_FALSE(c.has_grant(grant_type::authorization_code));
  EXPECT_TRUE(c.has_grant(grant_type::refresh_token));
}

TEST(generated_id, is_recognised_by_its_form) {
  for (const auto* id :
       {"", "cl_", "demo", "cl_0123456789abcdefghijk", "cl_0123456789abcdefghijklm",
        "CL_0123456789abcdefghijkl", "cl-0123456789abcdefghijkl", "cl_0123456789abcdefghij.l",
        "cl_0123456789abcdefghijk="}) {
    EXPECT_FALSE(looks_generated(id)) << id;
  }
  EXPECT_TRUE(looks_generated("cl_0123456789abcdefghijkl"));
  EXPECT_TRUE(looks_generated("cl_----------____________"));
}

TEST(grant_type, has_one_name) {
  for (const auto g : {grant_type::authorization_code, grant_type::refresh_token,
                       grant_type::client_credentials}) {
    EXPECT_EQ(parse_grant_type(to_string(g)), g);
  }
  EXPECT_EQ(to_string(grant_type::client_credentials), "client_credentials");
  for (const auto* other : {"", "implicit", "Refresh_token", "refresh_token "}) {
    EXPECT_FALSE(parse_grant_type(other)) << other;
  }
}

}  // namespace
}  // namespace mintage::oauth
