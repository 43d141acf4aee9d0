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
      refused_row{"client_secret_hash ",
                  [](auto& m) { m.client_secret_hash = crypto::secret_string{"12345678"}; }},
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

TEST(change_client, takes_lives_and_gives_them_back) {
  auto m = client_metadata{};
  m.access_token_ttl = 86400;
  m.id_token_ttl = 60;
  m.refresh_idle = 3600;
  m.refresh_absolute = 3650 * 86400;
  const auto changed = change_client(make(good_metadata()).value(), m).value();
  EXPECT_EQ(changed.lives, (token_lives{seconds{86400}, seconds{60}, seconds{3600},
                                        seconds{std::int64_t{3650} * 86400}}));
  m = {};
  m.id_token_ttl = 0;
  const auto again = change_client(changed, m).value();
  EXPECT_EQ(again.lives.id, seconds{0});
  EXPECT_EQ(again.lives.access, seconds{86400});
  for (const auto& [field, change] :
       std::initializer_list<std::pair<const char*, void (*)(client_metadata&)>>{
           {"access_token_ttl ", [](auto& x) { x.access_token_ttl = 86401; }},
           {"access_token_ttl ", [](auto& x) { x.access_token_ttl = -1; }},
           {"id_token_ttl ", [](auto& x) { x.id_token_ttl = INT64_MAX; }},
           {"refresh_idle ", [](auto& x) { x.refresh_idle = -1; }},
           {"refresh_absolute ", [](auto& x) { x.refresh_absolute = INT64_MAX; }}}) {
    auto wrong = client_metadata{};
    change(wrong);
    const auto refused = change_client(changed, wrong);
    ASSERT_FALSE(refused) << field;
    EXPECT_TRUE(refused.error().description.starts_with(field)) << refused.error().description;
  }
}

TEST(check_lives, keeps_within_what_the_server_remembers) {
  auto o = options{};
  o.key_overlap = seconds{3900};
  o.refresh_absolute = seconds{1000};
  const auto fault = [&](token_lives own) {
    const auto bad = check_lives(own, o);
    return bad ? bad->description.substr(0, bad->description.find(' ')) : std::string{};
  };
  using s = seconds;
  EXPECT_EQ(fault({}), "");
  EXPECT_EQ(fault({s{3600}, s{3600}, s{900}, s{1000}}), "");
  EXPECT_EQ(fault({.access = s{3601}}), "access_token_ttl");
  EXPECT_EQ(fault({.id = s{3601}}), "id_token_ttl");
  EXPECT_EQ(fault({.refresh_absolute = s{1001}}), "refresh_absolute");
  EXPECT_EQ(fault({.refresh_idle = s{1001}}), "refresh_idle");
  EXPECT_EQ(fault({.refresh_idle = s{501}, .refresh_absolute = s{500}}), "refresh_idle");
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
