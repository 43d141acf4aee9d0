#include "oauth/grant/client_credentials.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

client with_scopes(std::vector<std::string> scopes) {
  auto c = client{};
  c.scopes = std::move(scopes);
  return c;
}

TEST(choose_client_scope, refuses_what_a_client_cannot_have_of_its_own) {  // NEG-152, CCG-02
  const auto c = with_scopes({"openid", "offline_access", "read", "write"});
  for (const auto* scope : {"openid", "offline_access", "read openid", "admin", "read admin",
                            "read\twrite", " ", "re\"ad"}) {
    const auto chosen = choose_client_scope(c, scope);
    ASSERT_FALSE(chosen) << scope;
    EXPECT_EQ(chosen.error().code, errc::invalid_scope);
  }
  EXPECT_EQ(choose_client_scope(with_scopes({"openid"}), "").error().code, errc::invalid_scope);
}

TEST(choose_client_scope, refuses_public_clients) {  // NEG-151, CCG-01
  auto c = with_scopes({"read"});
  c.method = auth_method::none;
  EXPECT_EQ(choose_client_scope(c, "read").error().code, errc::unauthorized_client);
}

TEST(choose_client_scope, takes_the_requested_or_the_registered_one) {
  const auto c = with_scopes({"openid", "read", "write"});
  EXPECT_EQ(choose_client_scope(c, "write"), "write");
  EXPECT_EQ(choose_client_scope(c, "write read write"), "write read");
  EXPECT_EQ(choose_client_scope(c, ""), "read write");
}

}  // namespace
}  // namespace mintage::oauth
