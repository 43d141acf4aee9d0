#include "oauth/logout/logout_token.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

constexpr auto now = instant{milliseconds{1'700'000'000'900}};

// LGO-01: sub and sid, no nonce, at most two minutes.
TEST(append_logout_claims, says_who_has_logged_out_and_nothing_more) {
  auto o = options{};
  o.issuer = "https://id.example.com";
  auto out = std::string{};
  append_logout_claims(
      out,
      {.client_id = "cl_1", .sub = "alice", .sid = "s \"1\"", .jti = "abc", .created = instant{}},
      now, o);
  EXPECT_EQ(out, R"({"iss":"https://id.example.com","sub":"alice","aud":"cl_1","iat":1700000000,)"
                 R"("exp":1700000120,"jti":"abc","sid":"s \"1\"",)"
                 R"("events":{"http://schemas.openid.net/event/backchannel-logout":{}}})");
}

TEST(logout_form, has_one_parameter) {
  EXPECT_EQ(logout_form("a.b-_.c"), "logout_token=a.b-_.c");
}

}  // namespace
}  // namespace mintage::oauth
