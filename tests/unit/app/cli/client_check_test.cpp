#include "app/cli/client_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>

#include "app/cli/command_error.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;
using oauth::client;
using oauth::grant_type;
using oauth::instant;
using oauth::seconds;
using testing::HasSubstr;

constexpr auto noon = instant{seconds{1'800'000'000}};

client shop() {
  auto c = client{};
  c.id = "shop";
  c.redirect_uris = {"https://shop.example/cb", "http://127.0.0.1/cb"};
  c.grant_types = {grant_type::authorization_code, grant_type::refresh_token};
  c.scopes = {"openid", "offline_access", "read"};
  c.secrets.resize(1);
  c.allowed_resources = {"https://other.example"};
  return c;
}

const std::vector<oauth::resource> resources{
    {.as = {.identifier = "https://api.example"}, .scopes = {"read"}, .resource_servers = {}},
    {.as = {.identifier = "https://other.example", .format = oauth::token_format::opaque},
     .scopes = {"write"},
     .resource_servers = {}}};

std::vector<checked_request> check(const client& c, const check_questions& asked = {}) {
  return check_requests(c, oauth::client_registry{{c}, resources}, asked, noon);
}

/// "passes", or the rule that refuses; empty when the request was not checked.
std::string verdict(const std::vector<checked_request>& all, const std::string& request) {
  const auto found = std::ranges::find(all, request, &checked_request::request);
  if (found == all.end()) return {};
  return found->passes ? "passes" : std::string{found->rule};
}

TEST(check_requests, of_a_good_client_all_pass) {
  const auto all = check(shop());
  for (const auto* request :
       {"authenticate at /token", "authenticate at /introspect", "authenticate at /revoke",
        "grant_type=authorization_code", "grant_type=refresh_token",
        "redirect_uri=https://shop.example/cb", "scope=openid offline_access read", "GET /userinfo",
        "resource=https://other.example"}) {
    EXPECT_EQ(verdict(all, request), "passes") << request;
  }
  EXPECT_EQ(verdict(all, "grant_type=client_credentials"), "P16");
  EXPECT_EQ(verdict(all, "resource=https://api.example"), "ATK-03");
}

TEST(check_requests, names_what_is_wrong_with_the_authentication) {  // CAU-05, CAU-12, INT-01
  auto c = shop();
  c.status = oauth::client_status::suspended;
  EXPECT_EQ(verdict(check(c), "authenticate at /token"), "TOK-21");
  c = shop();
  c.secrets[0].expires = noon;
  EXPECT_EQ(verdict(check(c), "authenticate at /token"), "CAU-12");
  c.secrets[0].expires = noon + seconds{60};
  const auto soon = check(c);
  EXPECT_EQ(verdict(soon, "authenticate at /token"), "passes");
  EXPECT_THAT(soon[0].remark, HasSubstr("secret 1 until 2027-01-15"));
  EXPECT_THAT(soon[0].remark, HasSubstr("client_secret_basic or client_secret_post"));
  c.strict_auth_method = true;
  EXPECT_THAT(check(c)[0].remark, testing::StartsWith("client_secret_basic, secret 1"));
  c = shop();
  c.method = oauth::auth_method::none;
  c.secrets.clear();
  EXPECT_EQ(verdict(check(c), "authenticate at /token"), "passes");
  EXPECT_EQ(verdict(check(c), "authenticate at /introspect"), "INT-01");
}

TEST(check_requests, tells_where_keys_of_assertions_are) {  // CAU-08, JWS-05
  auto c = shop();
  c.method = oauth::auth_method::private_key_jwt;
  c.secrets.clear();
  EXPECT_EQ(verdict(check(c), "authenticate at /token"), "JWS-05");
  c.jwks_uri = "https://keys.example/jwks";
  c.assertion_aud = oauth::aud_mode::compat;
  EXPECT_EQ(check(c)[0].remark, "private_key_jwt, keys at https://keys.example/jwks, aud compat");
}

TEST(check_requests, names_what_bound_tokens_need) {  // MTL-01
  auto c = shop();
  constexpr auto request = "POST /token without a client certificate";
  EXPECT_EQ(verdict(check(c), request), "");
  c.has_certificate_bound_tokens = true;
  EXPECT_EQ(verdict(check(c), request), "MTL-01");
}

TEST(check_requests, tells_of_proofs) {  // DPO-02, DPO-11, DPO-13, FAP-02
  auto c = shop();
  constexpr auto without = "POST /token without a DPoP proof";
  constexpr auto with = "POST /token with a DPoP proof";
  EXPECT_EQ(verdict(check(c), without), "");
  EXPECT_EQ(verdict(check(c), with), "passes");
  c.dpop_bound_access_tokens = true;
  c.dpop_nonces = true;
  const auto all = check(c);
  EXPECT_EQ(verdict(all, without), "DPO-13");
  const auto proof = std::ranges::find(all, with, &checked_request::request);
  EXPECT_EQ(proof->remark, "alg ES256, EdDSA, Ed25519, PS256, ES384 or RS256, with a nonce");
}

TEST(check_requests, says_what_the_profile_of_the_server_lacks) {  // FAP-01
  auto c = shop();
  c.profile = oauth::client_profile::fapi2;
  const auto all = check(c);
  for (const auto* at : {"/token", "/introspect", "/revoke"})
    EXPECT_EQ(verdict(all, std::string{"authenticate at "} + at), "FAP-01") << at;
  EXPECT_THAT(all[0].remark, HasSubstr("needs a token_endpoint_auth_method with a private key"));
  c.method = oauth::auth_method::private_key_jwt;
  c.jwks_uri = "https://keys.example/jwks";
  EXPECT_THAT(check(c)[0].remark, HasSubstr("id_token_signed_response_alg must be ES256"));
  c.id_token_alg = crypto::jws_alg::es256;
  EXPECT_EQ(verdict(check(c), "authenticate at /token"), "passes");
  EXPECT_EQ(verdict(check(c), "POST /token without a DPoP proof"), "DPO-13");
  c.has_certificate_bound_tokens = true;
  EXPECT_EQ(verdict(check(c), "POST /token without a DPoP proof"), "");
}

TEST(check_requests, applies_the_rules_of_grants) {  // COD-11, CCG-01, CCG-02
  auto c = shop();
  c.scopes = {"openid", "read"};
  EXPECT_EQ(verdict(check(c), "grant_type=refresh_token"), "RFT-01");
  c.rt_without_offline = true;
  EXPECT_EQ(verdict(check(c), "grant_type=refresh_token"), "passes");
  c.grant_types = {grant_type::client_credentials};
  EXPECT_EQ(verdict(check(c), "grant_type=client_credentials"), "passes");
  EXPECT_EQ(verdict(check(c), "grant_type=authorization_code"), "P16");
  EXPECT_EQ(verdict(check(c, {.scope = "openid"}), "grant_type=client_credentials"), "CCG-02");
  c.scopes = {"openid"};
  EXPECT_EQ(verdict(check(c), "grant_type=client_credentials"), "CCG-02");
  c.method = oauth::auth_method::none;
  EXPECT_EQ(verdict(check(c), "grant_type=client_credentials"), "CCG-01");
}

TEST(check_requests, answers_what_was_asked) {
  const auto all =
      check(shop(), {.redirect_uris = {"https://shop.example/cb/", "http://127.0.0.1:8080/cb"},
                     .scope = "read admin",
                     .resources = {"https://nowhere.example"}});
  EXPECT_EQ(verdict(all, "redirect_uri=https://shop.example/cb/"), "COD-02");
  EXPECT_EQ(verdict(all, "redirect_uri=http://127.0.0.1:8080/cb"), "passes");
  EXPECT_EQ(verdict(all, "scope=read admin"), "MINT-02");
  EXPECT_EQ(verdict(all, "resource=https://nowhere.example"), "ATK-03");
  EXPECT_EQ(verdict(all, "resource=https://other.example"), "");
  EXPECT_EQ(verdict(check(shop(), {.scope = "read"}), "GET /userinfo"), "UIN-01");
  auto both = shop();
  both.scopes.emplace_back("write");
  EXPECT_EQ(verdict(check(both), "scope=openid offline_access read write"), "ATK-02");
}

TEST(client_from, reads_what_the_admin_interface_renders) {
  const auto c = client_from(json::parse(R"({"client_id":"x","status":"suspended",
      "token_endpoint_auth_method":"client_secret_post","redirect_uris":["https://a.b/c"],
      "grant_types":["client_credentials"],"scope":"read write","strict_auth_method":true,
      "require_pkce":false,"rt_without_offline":true,"rt_mode":"rotating",
      "allowed_resources":["https://r"],"tls_client_certificate_bound_access_tokens":true,
      "dpop_bound_access_tokens":true,"dpop_nonces":true,"profile":"fapi2",
      "id_token_signed_response_alg":"ES384","userinfo_signed_response_alg":"PS256",
      "token_endpoint_auth_signing_alg":"ES512",
      "secrets":[{"number":3,"expires_at":0},{"number":4,"expires_at":2000}]})")
                                 .as_object());
  EXPECT_EQ(c.id, "x");
  EXPECT_EQ(c.status, oauth::client_status::suspended);
  EXPECT_EQ(c.method, oauth::auth_method::client_secret_post);
  EXPECT_EQ(c.redirect_uris, std::vector<std::string>{"https://a.b/c"});
  EXPECT_EQ(c.grant_types, std::vector{grant_type::client_credentials});
  EXPECT_EQ(c.scopes, (std::vector<std::string>{"read", "write"}));
  EXPECT_TRUE(c.strict_auth_method);
  EXPECT_TRUE(c.dpop_bound_access_tokens);
  EXPECT_TRUE(c.dpop_nonces);
  EXPECT_EQ(c.profile, oauth::client_profile::fapi2);
  EXPECT_EQ(c.id_token_alg, crypto::jws_alg::es384);
  EXPECT_EQ(c.userinfo_alg, crypto::jws_alg::ps256);
  EXPECT_EQ(c.only_assertion_alg, oauth::assertion_alg::es512);
  EXPECT_FALSE(c.require_pkce);
  EXPECT_TRUE(c.rt_without_offline);
  EXPECT_TRUE(c.has_certificate_bound_tokens);
  EXPECT_EQ(c.refresh_mode, oauth::rt_mode::rotating);
  ASSERT_EQ(c.secrets.size(), 2U);
  EXPECT_EQ(c.secrets[0].number, 3U);
  EXPECT_FALSE(c.secrets[0].expires);
  EXPECT_EQ(c.secrets[1].expires, instant{seconds{2000}});
  auto later = json::object{{"token_endpoint_auth_method", "by_telepathy"}};
  EXPECT_THROW((void)client_from(later), command_error);
}

TEST(resources_from, reads_what_the_admin_interface_renders) {
  const auto read = resources_from(json::parse(R"({"resources":[{"identifier":"https://r",
      "token_format":"opaque","alg":"ES256","scopes":["a","b"],"resource_servers":[]}]})")
                                       .as_object());
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].as.identifier, "https://r");
  EXPECT_EQ(read[0].as.format, oauth::token_format::opaque);
  EXPECT_EQ(read[0].scopes, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace mintage::app
