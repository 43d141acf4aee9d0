#include "oauth/client/profile_rules.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

client fitting() {
  auto c = client{};
  c.method = auth_method::private_key_jwt;
  c.id_token_alg = crypto::jws_alg::es256;
  c.own_profile = c.profile = client_profile::fapi2;
  return c;
}

TEST(check_profile, allows_three_algorithms_alone) {  // FAP-09
  for (const auto& row : crypto::verified_algs) {
    auto id = fitting();
    id.id_token_alg = row.id;
    auto userinfo = fitting();
    userinfo.userinfo_alg = row.id;
    const auto fits = row.name == "ES256" || row.name == "PS256" || row.name == "EdDSA";
    EXPECT_EQ(!check_profile(id), fits) << row.name;
    EXPECT_EQ(!check_profile(userinfo), fits) << row.name;
    EXPECT_EQ(is_for_fapi(row.id), fits) << row.name;
  }
  auto es384 = fitting();
  es384.id_token_alg = crypto::jws_alg::es384;
  EXPECT_EQ(check_profile(es384)->description,
            "id_token_signed_response_alg must be ES256, EdDSA or PS256 for the profile fapi2");
}

TEST(check_profile, allows_keys_and_certificates_alone) {  // FAP-01
  for (const auto& row : auth_methods) {
    auto c = fitting();
    c.method = row.id;
    const auto fits = row.proof == client_proof::key || row.proof == client_proof::certificate;
    EXPECT_EQ(!check_profile(c), fits) << row.name;
  }
}

TEST(check_profile, leaves_other_and_suspended_clients_alone) {
  auto c = client{};
  EXPECT_FALSE(check_profile(c));
  c.own_profile = c.profile = client_profile::fapi2;
  EXPECT_TRUE(check_profile(c));
  c.status = client_status::suspended;
  EXPECT_FALSE(check_profile(c));
}

TEST(meets_profile, asks_for_that_of_the_server_alone) {  // FAP-01
  auto old = client{};
  EXPECT_TRUE(meets_profile(old));
  old.profile = client_profile::fapi2;
  EXPECT_FALSE(meets_profile(old));
  EXPECT_TRUE(
      check_profile(old)->description.ends_with(", which this server holds all clients to"));
  auto c = fitting();
  c.own_profile = client_profile::standard;
  EXPECT_TRUE(meets_profile(c));
}

}  // namespace
}  // namespace mintage::oauth
