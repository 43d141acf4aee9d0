#include "oauth/client/registration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

using words = std::vector<std::string>;

class registration_rules : public testing::Test {
 protected:
  admin_result<client> make(const registration_request& r) {
    return register_client(r, allows, now, random);
  }
  /// A request that passes: one redirect URI.
  static registration_request asking(std::string uri = "https://app.example.com/cb") {
    auto r = registration_request{};
    r.metadata.redirect_uris = words{std::move(uri)};
    return r;
  }
  static registration_request native(std::string uri = "http://127.0.0.1/cb") {
    auto r = asking(std::move(uri));
    r.metadata.application_type = "native";
    return r;
  }
  errc error_of(const registration_request& r) {
    const auto made = make(r);
    EXPECT_FALSE(made);
    return made ? errc::server_error : made.error().code;
  }

  instant now{1'800'000'000s};
  test::counting_random random;
  registration_template allows{.scopes = {"openid", "profile", "email"}};
};

TEST_F(registration_rules, DCR_03_have_defaults) {
  const auto made = make(asking());
  ASSERT_TRUE(made) << made.error().description;
  EXPECT_EQ(made->method, auth_method::client_secret_basic);
  EXPECT_THAT(made->grant_types, ElementsAre(grant_type::authorization_code));
  EXPECT_EQ(made->application, application_type::web);
  EXPECT_EQ(made->scopes, allows.scopes);
  EXPECT_TRUE(made->require_pkce);
  EXPECT_EQ(made->issued_at, now);
  EXPECT_TRUE(looks_generated(made->id));
}

TEST_F(registration_rules, DCR_02_replace_what_a_client_may_not_choose) {
  auto r = asking();
  r.metadata.client_id = "admin";
  r.metadata.client_secret = crypto::secret_string{"a secret of my own"};
  const auto made = make(r);
  ASSERT_TRUE(made) << made.error().description;
  EXPECT_TRUE(looks_generated(made->id));
}

TEST_F(registration_rules, DCR_03_want_a_response_type_that_fits_the_grants) {
  auto r = asking();
  r.metadata.response_types = words{"id_token"};
  EXPECT_EQ(error_of(r), errc::invalid_client_metadata);
  r.metadata.response_types = words{"code", "id_token"};  // replaced by [code]
  EXPECT_TRUE(make(r));
  allows.grant_types = {grant_type::client_credentials};
  r.metadata.grant_types = words{"client_credentials"};
  EXPECT_EQ(error_of(r), errc::invalid_client_metadata);
}

TEST_F(registration_rules, DCR_01_leave_what_the_template_allows) {
  auto r = asking();
  r.metadata.grant_types = words{"authorization_code", "refresh_token", "client_credentials",
                                 "implicit", "urn:ietf:params:oauth:grant-type:device_code"};
  r.metadata.scope = "openid admin email";
  allows.resources = {"https://api.example.com"};
  const auto made = make(r);
  ASSERT_TRUE(made) << made.error().description;
  EXPECT_THAT(made->grant_types,
              ElementsAre(grant_type::authorization_code, grant_type::refresh_token));
  EXPECT_THAT(made->scopes, ElementsAre("openid", "email"));
  EXPECT_EQ(made->allowed_resources, allows.resources);
  r.metadata.scope = "admin";
  EXPECT_EQ(error_of(r), errc::invalid_client_metadata);
  r = asking();
  r.metadata.grant_types = words{"client_credentials"};
  EXPECT_EQ(error_of(r), errc::invalid_client_metadata);
}

TEST_F(registration_rules, DCR_05_MCP_11_refuse_redirect_uris_that_do_not_fit_the_type) {
  for (const auto* uri :
       {"http://app.example.com/cb", "http://127.0.0.1/cb", "http://localhost:3000/cb",
        "https://localhost/cb", "https://127.0.0.1/cb", "https://[::1]/cb", "com.example.app:/cb",
        "https://app.example.com/cb#part", "https://app.example.com/#", "javascript:alert(1)",
        "data:text/html,x", "https://*.example.com/cb", "https://user@app.example.com/cb", "/cb",
        ""}) {
    EXPECT_EQ(error_of(asking(uri)), errc::invalid_redirect_uri) << uri;
  }
  for (const auto* uri : {"http://127.0.0.1/cb", "http://[::1]:4711/cb", "http://localhost/cb",
                          "https://app.example.com/cb", "com.example.app:/cb"}) {
    EXPECT_TRUE(make(native(uri))) << uri;
  }
  for (const auto* uri : {"http://app.example.com/cb", "javascript:alert(1)", "myapp:/cb",
                          "http://127.0.0.1/cb#part", "http://localhost.example.com/cb"}) {
    EXPECT_EQ(error_of(native(uri)), errc::invalid_redirect_uri) << uri;
  }
}

TEST_F(registration_rules, DCR_05_bound_the_redirect_uris) {
  auto r = asking();
  r.metadata.redirect_uris = words(20, "https://app.example.com/cb");
  EXPECT_TRUE(make(r));
  r.metadata.redirect_uris = words(21, "https://app.example.com/cb");
  EXPECT_EQ(error_of(r), errc::invalid_redirect_uri);
  EXPECT_EQ(error_of(asking("https://app.example.com/" + std::string(2048, 'a'))),
            errc::invalid_redirect_uri);
  r.metadata.redirect_uris.reset();
  EXPECT_EQ(error_of(r), errc::invalid_redirect_uri);
}

TEST_F(registration_rules, DCR_01_let_open_native_clients_be_public_only) {
  allows.is_open = true;
  const auto made = make(native());
  ASSERT_TRUE(made) << made.error().description;
  EXPECT_TRUE(made->is_public());
  EXPECT_EQ(made->refresh_mode, rt_mode::rotating);
  auto r = native();
  r.metadata.token_endpoint_auth_method = "client_secret_basic";
  EXPECT_EQ(error_of(r), errc::invalid_client_metadata);
  allows.is_open = false;  // the operator has vouched for it
  EXPECT_TRUE(make(r));
}

TEST_F(registration_rules, DCR_04_name_the_metadata_that_is_wrong) {
  auto r = asking();
  r.metadata.token_endpoint_auth_method = "password";
  EXPECT_EQ(error_of(r), errc::invalid_client_metadata);
  r = asking();
  r.metadata.application_type = "robot";
  EXPECT_EQ(error_of(r), errc::invalid_client_metadata);
  r = asking();
  r.metadata.client_name = "two\nlines";
  EXPECT_THAT(make(r).error().description, HasSubstr("client_name"));
  r = asking();
  r.metadata.software_id = std::string(257, 'x');
  EXPECT_EQ(error_of(r), errc::invalid_client_metadata);
  r = asking();
  r.has_sector = true;  // any client could take the subjects of another sector
  EXPECT_EQ(error_of(r), errc::invalid_client_metadata);
}

TEST_F(registration_rules, DCR_08_accept_no_software_statement) {
  auto r = asking();
  r.has_software_statement = true;
  EXPECT_EQ(error_of(r), errc::unapproved_software_statement);
}

TEST_F(registration_rules, DCR_06_replace_all_metadata_in_an_update) {
  auto first = asking();
  first.metadata.client_name = "Shop";
  first.metadata.software_id = "shop";
  first.metadata.jwks_uri = "https://app.example.com/jwks";
  first.metadata.scope = "openid";
  first.metadata.client_uri = "https://app.example.com/";
  first.metadata.default_max_age = 60;
  first.metadata.post_logout_redirect_uris = words{"https://app.example.com/out"};
  first.metadata.backchannel_logout_uri = "https://app.example.com/end";
  auto before = *make(first);
  before.registered = registration{};
  before.lives.access = 7s;  // the operator's
  before.status = client_status::active;

  auto r = asking("https://app.example.com/other");
  r.metadata.client_id = before.id;
  r.metadata.software_version = "2";
  const auto after = update_registered(before, r, allows);
  ASSERT_TRUE(after) << after.error().description;
  EXPECT_THAT(after->redirect_uris, ElementsAre("https://app.example.com/other"));
  EXPECT_EQ(before.name + before.uri, "Shophttps://app.example.com/");
  EXPECT_EQ(after->name + after->software_id + after->jwks_uri + after->uri, "");
  EXPECT_EQ(before.default_max_age, 60s);
  EXPECT_FALSE(after->default_max_age);
  EXPECT_TRUE(after->post_logout_redirect_uris.empty());
  EXPECT_EQ(after->backchannel_logout_uri, "");
  EXPECT_EQ(after->software_version, "2");
  EXPECT_EQ(after->scopes, allows.scopes);
  EXPECT_EQ(after->lives.access, 7s);
  EXPECT_EQ(after->version, before.version + 1);
  EXPECT_EQ(after->incarnation, before.incarnation);
  EXPECT_EQ(after->registered, before.registered);
  EXPECT_EQ(after->issued_at, before.issued_at);
}

TEST_F(registration_rules, DCR_06_refuse_what_no_update_may_have) {
  const auto before = *make(asking());
  auto right = asking();
  right.metadata.client_id = before.id;
  const auto refused_as = [&](const registration_request& r) {
    const auto after = update_registered(before, r, allows);
    return after ? errc::server_error : after.error().code;
  };
  ASSERT_EQ(refused_as(right), errc::server_error);
  auto r = right;
  r.metadata.client_id.reset();
  EXPECT_EQ(refused_as(r), errc::invalid_client_metadata);
  r.metadata.client_id = "another";
  EXPECT_EQ(refused_as(r), errc::invalid_client_metadata);
  r = right;
  r.server_member = "client_id_issued_at";
  EXPECT_EQ(refused_as(r), errc::invalid_client_metadata);
  r = right;
  r.metadata.token_endpoint_auth_method = "none";
  EXPECT_EQ(refused_as(r), errc::invalid_client_metadata);
  r = right;
  r.metadata.redirect_uris = words{"http://app.example.com/cb"};
  EXPECT_EQ(refused_as(r), errc::invalid_redirect_uri);
  r = right;
  r.has_software_statement = true;
  EXPECT_EQ(refused_as(r), errc::unapproved_software_statement);
}

TEST_F(registration_rules, are_not_told_of_logouts_when_they_register_openly) {
  auto r = asking();
  r.metadata.backchannel_logout_uri = "https://app.example.com/end";
  allows.is_open = false;
  EXPECT_EQ(make(r)->backchannel_logout_uri, "https://app.example.com/end");
  allows.is_open = true;
  EXPECT_EQ(make(r)->backchannel_logout_uri, "");
}

TEST_F(registration_rules, DCR_07_forget_clients_that_are_not_used) {
  const auto o = registration_options{};
  auto c = client{};
  c.issued_at = now;
  EXPECT_FALSE(is_forgotten(c, o, now + 10000 * 24h)) << "the operator made it";
  c.registered = registration{};
  EXPECT_FALSE(is_forgotten(c, o, now + 24h - 1ms));
  EXPECT_TRUE(is_forgotten(c, o, now + 24h));
  c.registered->initial_token = "irt_1";
  EXPECT_FALSE(is_forgotten(c, o, now + 90 * 24h - 1ms));
  EXPECT_TRUE(is_forgotten(c, o, now + 90 * 24h));
  c.registered->last_used = now + 24h;
  // Its uses are noted once a day.
  EXPECT_FALSE(is_forgotten(c, o, now + 92 * 24h - 1ms));
  c.registered->initial_token.clear();
  EXPECT_FALSE(is_forgotten(c, o, now + 92 * 24h - 1ms));
  EXPECT_TRUE(is_forgotten(c, o, now + 92 * 24h));
}

TEST_F(registration_rules, DCR_07_note_the_use_of_a_client_once_a_day) {
  auto c = client{};
  EXPECT_FALSE(is_use_due(c, now));
  c.registered = registration{};
  EXPECT_TRUE(is_use_due(c, now));
  c.registered->last_used = now;
  EXPECT_FALSE(is_use_due(c, now + 24h - 1ms));
  EXPECT_TRUE(is_use_due(c, now + 24h));
}

TEST_F(registration_rules, make_initial_tokens_of_a_day_and_one_client) {
  const auto made = make_registration_token({}, now, random);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->id.starts_with("irt_"));
  EXPECT_EQ(made->expires, now + 24h);
  EXPECT_EQ(made->limit, 1U);
  EXPECT_TRUE(made->is_live(now + 24h - 1ms));
  EXPECT_FALSE(made->is_live(now + 24h));
  auto used = *made;
  used.used = 1;
  EXPECT_FALSE(used.is_live(now));
  used.limit = 0;
  EXPECT_TRUE(used.is_live(now));
}

TEST_F(registration_rules, refuse_templates_that_say_nothing) {
  const auto is_refused = [&](const registration_token_request& r) {
    return !make_registration_token(r, now, random);
  };
  EXPECT_TRUE(is_refused({.grant_types = words{}}));
  EXPECT_TRUE(is_refused({.grant_types = words{"implicit"}}));
  EXPECT_TRUE(is_refused({.scope = ""}));
  EXPECT_TRUE(is_refused({.allowed_resources = words{"api"}}));
  EXPECT_TRUE(is_refused({.expires_in = -1}));
  EXPECT_TRUE(is_refused({.limit = -1}));
  EXPECT_TRUE(is_refused({.limit = 1'000'001}));
  EXPECT_TRUE(is_refused({.name = "two\nlines"}));
  const auto made = make_registration_token({.name = "shop",
                                             .expires_in = 0,
                                             .limit = 0,
                                             .grant_types = words{"client_credentials"},
                                             .scope = "read write",
                                             .allowed_resources = words{"https://api.example"}},
                                            now, random);
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->expires);
  EXPECT_THAT(made->allows.grant_types, ElementsAre(grant_type::client_credentials));
  EXPECT_THAT(made->allows.scopes, ElementsAre("read", "write"));
}

}  // namespace
}  // namespace mintage::oauth
