#include <gtest/gtest.h>

#include "tests/unit/oauth/client/metadata_samples.hpp"

namespace mintage::oauth {
namespace {

TEST(make_client, names_the_field_that_is_wrong) {
  const auto rows = {
      refused_row{"redirect_uris ", [](auto& m) { m.redirect_uris.reset(); }},
      refused_row{"redirect_uris ", [](auto& m) { m.redirect_uris = texts{}; }},
      refused_row{"redirect_uris ",
                  [](auto& m) { m.redirect_uris = texts(513, "https://app.example/cb"); }},
      refused_row{"redirect_uris[2] ",
                  [](auto& m) {
                    m.redirect_uris = texts{"https://a", "https://b", "c"};
                  }},
      refused_row{"token_endpoint_auth_method ",
                  [](auto& m) { m.token_endpoint_auth_method = "private_key"; }},
      refused_row{"jwks ", [](auto& m) { m.token_endpoint_auth_method = "private_key_jwt"; }},
      refused_row{"token_endpoint_auth_method ",
                  [](auto& m) { m.token_endpoint_auth_method = ""; }},
      refused_row{"grant_types ", [](auto& m) { m.grant_types = texts{}; }},
      refused_row{"grant_types[1] ",
                  [](auto& m) {
                    m.grant_types = texts{"authorization_code", "implicit"};
                  }},
      refused_row{"response_types ", [](auto& m) { m.response_types = texts{}; }},
      refused_row{"response_types ",
                  [](auto& m) {
                    m.response_types = texts{"code", "code"};
                  }},
      refused_row{"response_types ", [](auto& m) { m.response_types = texts{"token"}; }},
      refused_row{"response_types ",
                  [](auto& m) {
                    m.grant_types = texts{"client_credentials"};
                    m.response_types = texts{"code"};
                  }},
      refused_row{"grant_types ",  // CCG-01
                  [](auto& m) {
                    m.token_endpoint_auth_method = "none";
                    m.grant_types = texts{"authorization_code", "client_credentials"};
                  }},
      refused_row{"userinfo_signed_response_alg ",
                  [](auto& m) { m.userinfo_signed_response_alg = "none"; }},
      refused_row{"subject_type ", [](auto& m) { m.subject_type = "Pairwise"; }},
      refused_row{"allowed_resources ", [](auto& m) { m.allowed_resources = texts(65, "urn:a"); }},
      refused_row{"allowed_resources[1] ",
                  [](auto& m) {
                    m.allowed_resources = texts{"urn:a", "urn:a#"};
                  }},
      refused_row{"allowed_origins ", [](auto& m) { m.allowed_origins = texts(65, "https://h"); }},
      refused_row{"scope ", [](auto& m) { m.scope = ""; }},
      refused_row{"scope ", [](auto& m) { m.scope = "openid\tapi"; }},
      refused_row{"scope ", [](auto& m) { m.scope = std::string(2049, 'x'); }},
      refused_row{"scope ",
                  [](auto& m) {
                    m.scope = "s";
                    for (auto i = 0; i < 64; ++i) *m.scope += " s" + std::to_string(i);
                  }},
      refused_row{"id_token_signed_response_alg ",
                  [](auto& m) { m.id_token_signed_response_alg = "none"; }},
      refused_row{"status ", [](auto& m) { m.status = "Active"; }},
      refused_row{"rt_mode ", [](auto& m) { m.rt_mode = "static_"; }},
      refused_row{"client_name ", [](auto& m) { m.client_name = std::string(257, 'x'); }},
      refused_row{"client_name ", [](auto& m) { m.client_name = "a\nb"; }},
      refused_row{"client_secret_expires_at ", [](auto& m) { m.client_secret_expires_at = -1; }},
      refused_row{"client_secret_expires_at ",
                  [](auto& m) { m.client_secret_expires_at = INT64_MAX; }},
  };
  for (const auto& row : rows) {
    auto m = good_metadata();
    row.change(m);
    const auto made = make(m);
    ASSERT_FALSE(made) << row.field;
    EXPECT_EQ(made.error().code, errc::invalid_request);
    EXPECT_TRUE(made.error().description.starts_with(row.field)) << made.error().description;
  }
}

TEST(make_client, refuses_imports_that_do_not_fit_together) {
  const auto secret = [](std::string s) { return crypto::secret_string{std::move(s)}; };
  struct row {
    std::optional<std::string> id;
    std::optional<crypto::secret_string> secret;
    const char* method;
    const char* field;
  };
  const auto basic = "client_secret_basic";
  for (const auto& r : {
           row{std::nullopt, secret("12345678"), basic, "client_id "},
           row{"app", std::nullopt, basic, "client_secret "},
           row{"app", secret("12345678"), "none", "client_secret "},
           row{std::nullopt, secret("12345678"), "none", "client_secret "},
           row{"app", secret(""), basic, "client_secret "},
           row{"app", secret(std::string(257, 'x')), basic, "client_secret "},
           row{"app", secret("1234567\n"), basic, "client_secret "},
           row{"app", secret("p\xe4ssword"), basic, "client_secret "},
           row{"", secret("12345678"), basic, "client_id "},
           row{"a b", secret("12345678"), basic, "client_id "},
           row{std::string(129, 'x'), std::nullopt, "none", "client_id "},
       }) {
    auto m = good_metadata();
    m.client_id = r.id;
    m.client_secret = r.secret;
    m.token_endpoint_auth_method = r.method;
    const auto made = make(m);
    ASSERT_FALSE(made) << r.field;
    EXPECT_TRUE(made.error().description.starts_with(r.field)) << made.error().description;
  }
}

TEST(make_client, imports_a_hash_in_place_of_a_secret) {
  const auto hash =
      crypto::secret_string{"$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"};
  auto m = good_metadata();
  m.client_id = "app";
  m.client_secret_hash = hash;
  EXPECT_TRUE(make(m));
  const auto expect_refused = [](const client_metadata& wrong, std::string_view field) {
    const auto made = make(wrong);
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().description.starts_with(field)) << made.error().description;
  };
  auto without_id = m;
  without_id.client_id.reset();
  expect_refused(without_id, "client_id ");
  auto both = m;
  both.client_secret = crypto::secret_string{"12345678"};
  expect_refused(both, "client_secret ");
  auto of_public = m;
  of_public.token_endpoint_auth_method = "none";
  expect_refused(of_public, "client_secret_hash ");
  auto costly = m;
  costly.client_secret_hash =
      crypto::secret_string{"$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"};
  expect_refused(costly, "client_secret_hash ");
}

TEST(make_client, keeps_public_clients_safe) {  // PKC-01, RFT-02
  auto m = good_metadata();
  m.token_endpoint_auth_method = "none";
  m.require_pkce = false;
  const auto without_pkce = make(m);
  ASSERT_FALSE(without_pkce);
  EXPECT_TRUE(without_pkce.error().description.starts_with("require_pkce "));
  m.require_pkce = true;
  m.rt_mode = "static";
  const auto without_rotation = make(m);
  ASSERT_FALSE(without_rotation);
  EXPECT_TRUE(without_rotation.error().description.starts_with("rt_mode "));
  m.rt_mode.reset();
  const auto made = make(m);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->is_public());
  EXPECT_EQ(made->refresh_mode, rt_mode::rotating);
  m.dpop_bound_access_tokens = true;
  m.rt_mode = "static";
  EXPECT_TRUE(make(m)) << "a key protects it as well";
}

TEST(make_client, takes_what_it_says_of_proofs) {  // DPO-11, DPO-13
  auto m = good_metadata();
  EXPECT_FALSE(make(m)->dpop_bound_access_tokens);
  EXPECT_FALSE(make(m)->dpop_nonces);
  m.dpop_bound_access_tokens = m.dpop_nonces = true;
  EXPECT_TRUE(make(m)->dpop_bound_access_tokens);
  EXPECT_TRUE(make(m)->dpop_nonces);
}

TEST(make_client, has_defaults_and_draws_id_and_incarnation) {  // CAU-03, CAU-12
  const auto made = make(good_metadata());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->id, "cl_AAECAwQFBgcICQoLDA0ODw");
  EXPECT_TRUE(looks_generated(made->id));
  EXPECT_EQ(made->incarnation, 0x1011121314151617u);
  EXPECT_EQ(made->version, 1u);
  EXPECT_EQ(made->status, client_status::active);
  EXPECT_EQ(made->issued_at, now);
  EXPECT_EQ(made->method, auth_method::client_secret_basic);
  EXPECT_TRUE(made->secrets.empty());
  EXPECT_EQ(made->grant_types, std::vector{grant_type::authorization_code});
  EXPECT_EQ(made->scopes, texts{"openid"});
  EXPECT_EQ(made->id_token_alg, crypto::jws_alg::rs256);
  EXPECT_TRUE(made->require_pkce && made->basic_raw_compat);
  EXPECT_FALSE(made->strict_auth_method || made->rt_without_offline);
  EXPECT_EQ(made->refresh_mode, rt_mode::static_);
}

TEST(make_client, takes_every_member) {
  auto m = good_metadata();
  m.client_id = "legacy:app";
  m.client_secret = crypto::secret_string{"pass word"};
  m.client_secret_expires_at = 0;
  m.client_name = "App \xe2\x82\xac";
  m.token_endpoint_auth_method = "client_secret_post";
  m.grant_types = texts{"refresh_token", "authorization_code", "refresh_token"};
  m.response_types = texts{"code"};
  m.scope = "openid api api";
  m.id_token_signed_response_alg = "ES256";
  m.status = "suspended";
  m.strict_auth_method = true;
  m.require_pkce = false;
  m.basic_raw_compat = false;
  m.rt_without_offline = true;
  m.rt_mode = "rotating";
  m.subject_type = "pairwise";
  m.userinfo_signed_response_alg = "RS256";
  m.allowed_resources = texts{"https://api.example", "urn:example:api"};
  m.allowed_origins = texts{"https://spa.example"};
  const auto made = make(m);
  ASSERT_TRUE(made) << made.error().description;
  EXPECT_EQ(made->subjects, subject_type::pairwise);
  EXPECT_EQ(made->sector, "app.example");
  EXPECT_EQ(made->userinfo_alg, crypto::jws_alg::rs256);
  EXPECT_EQ(made->allowed_resources, *m.allowed_resources);
  EXPECT_EQ(made->allowed_origins, *m.allowed_origins);
  EXPECT_EQ(made->id, "legacy:app");
  EXPECT_TRUE(made->secrets.empty());  // hashing them is not done here
  EXPECT_EQ(made->name, *m.client_name);
  EXPECT_EQ(made->method, auth_method::client_secret_post);
  EXPECT_EQ(made->grant_types,
            (std::vector{grant_type::refresh_token, grant_type::authorization_code}));
  EXPECT_EQ(made->scopes, (texts{"openid", "api"}));
  EXPECT_EQ(made->id_token_alg, crypto::jws_alg::es256);
  EXPECT_EQ(made->status, client_status::suspended);
  EXPECT_TRUE(made->strict_auth_method && made->rt_without_offline);
  EXPECT_FALSE(made->require_pkce || made->basic_raw_compat);
  EXPECT_EQ(made->refresh_mode, rt_mode::rotating);
}

TEST(make_client, needs_no_redirect_uri_without_the_code_grant) {
  auto m = client_metadata{};
  m.grant_types = texts{"refresh_token"};
  EXPECT_TRUE(make(m));
  m.grant_types = texts{"client_credentials"};  // CCG-01
  m.response_types = texts{};
  EXPECT_TRUE(make(m));
}

}  // namespace
}  // namespace mintage::oauth
