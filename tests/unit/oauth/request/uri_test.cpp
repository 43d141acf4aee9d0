#include "oauth/request/uri.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mintage::oauth {
namespace {

TEST(split_uri, refuses_what_is_no_absolute_uri) {
  using namespace std::string_view_literals;
  for (const auto text : {
           ""sv,
           "https"sv,
           "https:"sv,
           "/cb"sv,
           "//host/cb"sv,
           "://h"sv,
           "1http://h"sv,
           "ht tp://h"sv,
           "h\xc3\xa4://h"sv,
           "https://h/a b"sv,
           "https://h/\n"sv,
           "https://h/\0"sv,
           "https://h/\xc3\xa4"sv,
           "https://h/%"sv,
           "https://h/%2"sv,
           "https://h/%g0"sv,
           "https://h/?%zz"sv,
           "https://h/#%"sv,
           "https://h/\\x"sv,
           "https://h/<>"sv,
           "https://h/\""sv,
           "https://h/[x]"sv,
           "https://h/#a#b"sv,
           "https://h:"sv,
           "https://h:0"sv,
           "https://h:65536"sv,
           "https://h:8a"sv,
           "https://h:-1"sv,
           "https://[::1"sv,
           "https://[::1]x"sv,
           "https://[x::]"sv,
           "https://[]"sv,
           "https://[127]"sv,
           "https://u\"@h"sv,
           "https://a@b@c"sv,
           "https://h^"sv,
       }) {
    EXPECT_FALSE(split_uri(text)) << text;
  }
}

TEST(split_uri, finds_all_parts) {
  const auto all = split_uri("HTTPS://u:p@Host.example:8443/a/b%2Fc;d?q=/?:@#f?/");
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->has_scheme("https"));
  EXPECT_FALSE(all->has_scheme("http"));
  EXPECT_TRUE(all->has_authority && all->has_userinfo && all->has_query && all->has_fragment);
  EXPECT_EQ(all->host, "Host.example");
  EXPECT_EQ(all->port, "8443");
  EXPECT_EQ(all->path, "/a/b%2Fc;d");

  const auto v6 = split_uri("http://[::1]:9080?x");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "[::1]");
  EXPECT_EQ(v6->port, "9080");
  EXPECT_EQ(v6->path, "");

  const auto app = split_uri("com.example.app:/cb");
  ASSERT_TRUE(app);
  EXPECT_EQ(app->scheme, "com.example.app");
  EXPECT_FALSE(app->has_authority || app->has_query || app->has_fragment || app->has_userinfo);
  EXPECT_EQ(app->path, "/cb");
}

TEST(is_loopback_host, knows_other_hosts_that_look_alike) {
  for (const auto* host : {"", "localhost.", "localhost.example", "127.0.0.1.example", "127.0.0",
                           "127.0.0.0.1", "127.0.0.256", "127.0.0.01", "127.0.0.", "127.", "127",
                           "127..0.1", "127.0.0.+1", "128.0.0.1", "::1", "[::2]", "0.0.0.0"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
  for (const auto* host : {"localhost", "LocalHost", "127.0.0.1", "127.255.255.255", "[::1]"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
}

TEST(is_web_origin, wants_the_spelling_of_browsers) {  // RFC 6454 §6.2, RFC 5952
  for (const auto* origin :
       {"https://h", "http://h", "https://h:8443", "https://[::]", "https://[::1]", "https://[1::]",
        "https://[1::2:0:0:3]", "https://[1:0:0:2::]", "https://[1:0:2:3:4:5:6:7]",
        "https://[2001:db8::a1]:1", "https://10.0.0.1"}) {
    EXPECT_TRUE(is_web_origin(origin)) << origin;
  }
  for (const auto* origin :
       {"https://[::0]", "https://[1::2:0:0:0:3]", "https://[1:0:0:0:2:3:4:5]",
        "https://[1::2:3:4:5:6:7]", "https://[0001::]", "https://[A::]", "https://[:1]",
        "https://[1:]", "https://[1:2:3:4:5:6:7:8:9]", "https://[::1.2.3.4]", "https://10.0.0.01",
        "https://h/", "https://h:00443"}) {
    EXPECT_FALSE(is_web_origin(origin)) << origin;
  }
}

TEST(origin_of, is_spelled_as_browsers_do) {  // RFC 6454 §6.2
  struct row {
    const char* uri;
    const char* origin;
  };
  for (const auto& r :
       {row{"https://h", "https://h"}, row{"HTTPS://A.Example/cb?x", "https://a.example"},
        row{"https://h:443/", "https://h"}, row{"https://h:80/", "https://h:80"},
        row{"http://localhost:80", "http://localhost"},
        row{"https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443"}}) {
    EXPECT_EQ(origin_of(split_uri(r.uri).value()), r.origin) << r.uri;
  }
}

}  // namespace
}  // namespace mintage::oauth
