#include "oauth/dpop/target_uri.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace mintage::oauth {
namespace {

TEST(normal_target_uri, follows_rfc_3986) {  // DPO-06, NEG-173
  struct row {
    const char* text;
    const char* normal;
  };
  for (const auto& r : {
           row{"https://idp.example/token", "https://idp.example/token"},
           row{"HTTPS://IDP.Example:443/token", "https://idp.example/token"},
           row{"http://idp.example:80/token", "http://idp.example/token"},
           row{"https://idp.example:80/token", "https://idp.example:80/token"},
           row{"https://idp.example/token?a=b#c", "https://idp.example/token"},
           row{"https://idp.example/token?", "https://idp.example/token"},
           row{"https://idp.example/%74ok%65n", "https://idp.example/token"},
           row{"https://idp.example/a%2fb%c3", "https://idp.example/a%2Fb%C3"},
           row{"https://idp.example/./a/../token", "https://idp.example/token"},
           row{"https://idp.example/%2e%2E/token", "https://idp.example/token"},
           row{"https://idp.example/../../token", "https://idp.example/token"},
           row{"https://idp.example/a/..", "https://idp.example/"},
           row{"https://idp.example/a/.", "https://idp.example/a/"},
           row{"https://idp.example/a//b", "https://idp.example/a//b"},
           row{"https://idp.example/token/", "https://idp.example/token/"},
           row{"https://idp.example/Token", "https://idp.example/Token"},
           row{"https://idp.example", "https://idp.example/"},
           row{"https://[::1]:9080/token", "https://[::1]:9080/token"},
       }) {
    EXPECT_EQ(normal_target_uri(r.text), r.normal) << r.text;
  }
}

TEST(normal_target_uri, is_of_http_urls_alone) {
  for (const auto* bad :
       {"", "/token", "token", "//idp.example/token", "ftp://idp.example/token", "urn:a:b",
        "https:///token", "https:/token", "https://user@idp.example/token",
        "https://idp.example/%zz", "https://idp.example/a b", "https://idp.example:0/token",
        "https://idp.example/\xc3\xa4"}) {
    EXPECT_FALSE(normal_target_uri(bad)) << bad;
  }
}

TEST(names_target, compares_with_each_url) {  // DPO-06, NEG-172
  const auto urls =
      std::vector<std::string>{"https://idp.example/token", "https://mtls.idp.example/token"};
  EXPECT_TRUE(names_target("https://idp.example/token", urls));
  EXPECT_TRUE(names_target("https://MTLS.idp.example:443/token?x", urls));
  for (const auto* other :
       {"http://idp.example/token", "https://idp.example/token/", "https://idp.example/TOKEN",
        "https://idp.example/userinfo", "https://idp.example:8443/token", "https://idp.example", "",
        "https://other.example/token", "https://idp.example/token%2f"}) {
    EXPECT_FALSE(names_target(other, urls)) << other;
  }
}

}  // namespace
}  // namespace mintage::oauth
