#include <gtest/gtest.h>

#include "tests/unit/oauth/client/metadata_samples.hpp"

namespace mintage::oauth {
namespace {

TEST(change_client, leaves_identity_alone) {
  const auto before = make(good_metadata()).value();
  const auto rows = {
      refused_row{"client_id ", [](auto& m) { m.client_id = "other"; }},
      refused_row{"client_secret ",
                  [](auto& m) { m.client_secret = crypto::secret_string{"12345678"}; }},
      refused_row{"token_endpoint_auth_method ",
                  [](auto& m) { m.token_endpoint_auth_method = "client_secret_basic"; }},
      refused_row{"redirect_uris ", [](auto& m) { m.redirect_uris = texts{}; }},
      refused_row{"redirect_uris[0] ", [](auto& m) { m.redirect_uris = texts{"http://h"}; }},
      refused_row{"client_secret_expires_at ", [](auto& m) { m.client_secret_expires_at = 1; }},
      refused_row{"client_secret_expires_at ", [](auto& m) { m.client_secret_expires_at = -1; }},
  };
  for (const auto& row : rows) {
    auto m = client_metadata{};
    row.change(m);
    const auto changed = change_client(before, m);
    ASSERT_FALSE(changed) << row.field;
    EXPECT_EQ(changed.error().code, errc::invalid_request);
    EXPECT_TRUE(changed.error().description.starts_with(row.field)) << changed.error().description;
  }
}

TEST(change_client, keeps_public_clients_safe) {  // PKC-01, RFT-02
  auto m = good_metadata();
  m.token_endpoint_auth_method = "none";
  const auto before = make(m).value();
  auto change = client_metadata{};
  change.require_pkce = false;
  EXPECT_FALSE(change_client(before, change));
  change = {};
  change.rt_mode = "static";
  EXPECT_FALSE(change_client(before, change));
}

TEST(change_client, changes_what_was_sent_and_counts) {
  auto before = make(good_metadata()).value();
  before.version = 5;
  before.secrets = {{stored_secret::kind::hmac, "h2", 2, std::nullopt},
                    {stored_secret::kind::hmac, "h1", 1, std::nullopt}};
  auto m = client_metadata{};
  m.status = "suspended";
  m.client_secret_expires_at = 1'800'000'000;
  const auto changed = change_client(before, m);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->version, 6u);
  EXPECT_EQ(changed->status, client_status::suspended);
  EXPECT_EQ(changed->id, before.id);
  EXPECT_EQ(changed->incarnation, before.incarnation);
  EXPECT_EQ(changed->redirect_uris, before.redirect_uris);
  EXPECT_EQ(changed->secrets[0].expires, instant{seconds{1'800'000'000}});  // the newest
  EXPECT_FALSE(changed->secrets[1].expires);

  m = {};
  m.userinfo_signed_response_alg = "ES256";
  const auto signs = change_client(before, m).value();
  EXPECT_EQ(signs.userinfo_alg, crypto::jws_alg::es256);
  m.userinfo_signed_response_alg = "";  // plain JSON again (UIN-03)
  EXPECT_FALSE(change_client(signs, m)->userinfo_alg);

  m = {};
  m.client_secret_expires_at = 0;
  EXPECT_FALSE(change_client(*changed, m)->secrets[0].expires);
}

}  // namespace
}  // namespace mintage::oauth
