#include <gtest/gtest.h>

#include "oauth/admin/admin.hpp"
#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

using texts = std::vector<std::string>;
constexpr auto now = instant{milliseconds{1'700'000'000'900}};

client_metadata good_metadata() {
  auto m = client_metadata{};
  m.redirect_uris = texts{"https://app.example/cb"};
  return m;
}

admin_result<client> make(const client_metadata& m) {
  auto random = test::counting_random{};
  return make_client(m, now, random);
}

admin_result<client> make_with_uri(std::string uri) {
  auto m = client_metadata{};
  m.redirect_uris = texts{"https://app.example/cb", std::move(uri)};
  return make(m);
}

struct refused_row {
  const char* field;  ///< what the description begins with
  void (*change)(client_metadata&);
};

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
                  [](auto& m) { m.token_endpoint_auth_method = "private_key_jwt"; }},
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
      refused_row{"scope ", [](auto& m) { m.scope = "openid  api"; }},
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
           row{"app", secret("1234567"), basic, "client_secret "},
           row{"app", secret(""), basic, "client_secret "},
           row{"app", secret(std::string(257, 'x')), basic, "client_secret "},
           row{"app", secret("1234567\n"), basic, "client_secret "},
           row{"app", secret("p\xc3\xa4ssword"), basic, "client_secret "},
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

TEST(make_client, refuses_bad_redirect_uris) {
  const auto too_long = "https://h/" + std::string(2039, 'x');
  for (const auto& uri : texts{"",
                               "cb",
                               "/cb",
                               "https",
                               "https:",
                               "https://",
                               "https:///cb",
                               "https:/cb",
                               "https://h/cb#",
                               "https://h/cb#f",
                               "https://h/c b",
                               "https://h/\xc3\xa4",
                               "https://h/%zz",
                               "https://h/\n",
                               "https://u@h/",
                               "https://good.example\\@h/",
                               "http://h/cb",
                               "http://10.0.0.1/",
                               "http://localhost.example/",
                               "HTTP://h/",
                               "http://127.0.0.1.example/",
                               "http://[::2]/",
                               "http:/localhost",
                               "http://u@localhost/",
                               "javascript:alert(1)",
                               "JavaScript:alert(1)",
                               "data:text/html,x",
                               "file:///etc",
                               "urn:ietf:wg:oauth:2.0:oob",
                               "myapp:/cb",
                               "ftp://h/",
                               "ws://localhost/",
                               too_long}) {
    const auto made = make_with_uri(uri);
    ASSERT_FALSE(made) << uri;
    EXPECT_TRUE(made.error().description.starts_with("redirect_uris[1] must "))
        << made.error().description;
  }
}

TEST(make_client, takes_good_redirect_uris) {
  for (const auto& uri :
       texts{"https://h", "https://h/", "HTTPS://h/cb?x=%2F&y", "https://h:8443/",
             "https://[2001:db8::1]/cb", "http://localhost/cb", "http://LOCALHOST:1/",
             "http://127.0.0.1:9/cb", "http://[::1]:9/cb", "com.example.app:/cb",
             "com.example.app://cb?x", "https://h/" + std::string(2038, 'x')}) {
    EXPECT_TRUE(make_with_uri(uri)) << uri;
  }
}

TEST(make_client, refuses_origins_that_no_browser_sends) {  // TOK-20
  for (const auto* origin : {"", "*", "null", "h", "https://", "https://h/", "https://h?",
                             "https://h#", "https://H", "HTTPS://h", "https://h:443", "https://u@h",
                             "http://h", "https://h:", "com.example.app://h", "https://h/cb"}) {
    auto m = good_metadata();
    m.allowed_origins = texts{"https://ok", origin};
    const auto made = make(m);
    ASSERT_FALSE(made) << origin;
    EXPECT_TRUE(made.error().description.starts_with("allowed_origins[1] must "));
  }
  auto m = good_metadata();
  m.allowed_origins =
      texts{"https://h", "https://h:8443", "http://localhost:3000", "http://[::1]:1"};
  EXPECT_TRUE(make(m));
}

TEST(make_client, gives_pairwise_subjects_one_sector) {  // Core §8.1
  struct row {
    texts redirect_uris;
    const char* sector_uri;  ///< null = not sent
    const char* sector;      ///< null = refused
  };
  for (const auto& r : {
           row{{"https://a/1", "https://A:8443/2"}, nullptr, "a"},
           row{{"https://a/1", "https://b/2"}, nullptr, nullptr},
           row{{"https://a/1", "com.example.app:/cb"}, nullptr, nullptr},
           row{{"com.example.app:/cb"}, nullptr, nullptr},
           row{{"https://a/1", "https://b/2"}, "https://S.example/uris.json", "s.example"},
           row{{"https://a/1"}, "http://s.example/", nullptr},
           row{{"https://a/1"}, "https://", nullptr},
           row{{"https://a/1"}, "https://s/#f", nullptr},
           row{{"https://a/1"}, "", nullptr},
       }) {
    auto m = good_metadata();
    m.subject_type = "pairwise";
    m.redirect_uris = r.redirect_uris;
    if (r.sector_uri != nullptr) m.sector_identifier_uri = r.sector_uri;
    const auto made = make(m);
    ASSERT_EQ(made.has_value(), r.sector != nullptr) << r.redirect_uris.back();
    if (made) {
      EXPECT_EQ(made->sector, r.sector);
      EXPECT_EQ(made->subjects, subject_type::pairwise);
    } else {
      EXPECT_TRUE(made.error().description.starts_with("sector_identifier_uri "));
    }
  }
  auto m = good_metadata();
  m.sector_identifier_uri = "https://s";
  EXPECT_FALSE(make(m));  // says nothing about public subjects
}

TEST(change_client, keeps_pairwise_subjects_in_their_sector) {  // Core §8.1
  auto m = good_metadata();
  m.subject_type = "pairwise";
  const auto before = make(m).value();
  EXPECT_EQ(before.sector, "app.example");
  auto change = client_metadata{};
  change.status = "suspended";
  EXPECT_EQ(change_client(before, change)->sector, "app.example");
  change.redirect_uris = texts{"https://app.example/other"};
  EXPECT_TRUE(change_client(before, change));
  change.redirect_uris = texts{"https://other.example/"};
  EXPECT_FALSE(change_client(before, change));
  change.sector_identifier_uri = "https://app.example/uris";
  EXPECT_EQ(change_client(before, change)->sector, "app.example");
  change = {};
  change.subject_type = "public";
  EXPECT_EQ(change_client(before, change)->sector, "");
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
