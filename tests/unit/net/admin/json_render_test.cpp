// JSON of the admin interface: rendering.

#include "net/admin/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mintage::net {
namespace {

using oauth::errc;
using oauth::instant;
using oauth::seconds;

oauth::client some_client() {
  auto c = oauth::client{};
  c.id = "cl_b";
  c.issued_at = instant{seconds{1000}};
  c.name = "A \"b\"";
  c.redirect_uris = {"https://a.b/c"};
  c.grant_types = {oauth::grant_type::authorization_code, oauth::grant_type::refresh_token};
  c.scopes = {"openid", "mail"};
  c.secrets.resize(2);
  c.secrets[0].hash = "HASH-A";
  c.secrets[1] = {oauth::stored_secret::kind::argon2id, "HASH-B", 2, instant{seconds{2000}}};
  return c;
}

constexpr auto some_client_json =
    R"("client_id":"cl_b","client_id_issued_at":1000,"client_name":"A \"b\"","status":"active",)"
    R"("token_endpoint_auth_method":"client_secret_basic","redirect_uris":["https://a.b/c"],)"
    R"("grant_types":["authorization_code","refresh_token"],"response_types":["code"],)"
    R"("scope":"openid mail","id_token_signed_response_alg":"RS256","strict_auth_method":false,)"
    R"("require_pkce":true,"basic_raw_compat":true,"rt_without_offline":false,)"
    R"("dpop_bound_access_tokens":false,"dpop_nonces":false,)"
    R"("tls_client_certificate_bound_access_tokens":false,"rt_mode":"static",)"
    R"("subject_type":"public","userinfo_signed_response_alg":"","allowed_resources":[],)"
    R"("allowed_origins":[],)"
    R"("secrets":[{"number":1,"expires_at":0},{"number":2,"expires_at":2000}])";

TEST(admin_json_render, shows_a_client_without_any_hash) {
  EXPECT_EQ(render(oauth::admin_answer{some_client()}), "{" + std::string{some_client_json} + "}");

  auto c = oauth::client{};
  c.id = "x";
  c.lives.access = oauth::seconds{60};
  c.lives.refresh_absolute = oauth::seconds{70};
  c.access_token_claims = {{"tenant", R"({"a":1})"}};
  EXPECT_THAT(render(oauth::admin_answer{c}),
              testing::EndsWith(R"("secrets":[],"access_token_ttl":60,"refresh_absolute":70,)"
                                R"("access_token_claims":{"tenant":{"a":1}}})"));
  c.method = oauth::auth_method::none;
  c.status = oauth::client_status::suspended;
  c.refresh_mode = oauth::rt_mode::rotating;
  c.id_token_alg = crypto::jws_alg::es256;
  const auto text = render(oauth::admin_answer{c});
  for (const auto* part : {R"("token_endpoint_auth_method":"none")", R"("status":"suspended")",
                           R"("rt_mode":"rotating")", R"("secrets":[])", R"("redirect_uris":[])",
                           R"("id_token_signed_response_alg":"ES256")"}) {
    EXPECT_THAT(text, testing::HasSubstr(part));
  }
}

TEST(admin_json_render, shows_what_concerns_authorization_requests) {
  auto c = oauth::client{};
  c.id = "x";
  c.require_pushed = c.require_auth_time = true;
  c.response_alg = crypto::jws_alg::es256;
  c.only_request_object_alg = oauth::assertion_alg::ps256;
  c.uri = "https://a.example/";
  c.logo_uri = "https://a.example/l.png";
  c.default_max_age = oauth::seconds{0};
  EXPECT_THAT(render(oauth::admin_answer{c}),
              testing::EndsWith(R"("require_pushed_authorization_requests":true,)"
                                R"("authorization_signed_response_alg":"ES256",)"
                                R"("request_object_signing_alg":"PS256",)"
                                R"("client_uri":"https://a.example/",)"
                                R"("logo_uri":"https://a.example/l.png",)"
                                R"("default_max_age":0,"require_auth_time":true})"));
}

TEST(admin_json_render, shows_the_sector_of_pairwise_subjects) {
  auto c = oauth::client{};
  c.id = "x";
  EXPECT_THAT(render(oauth::admin_answer{c}), testing::Not(testing::HasSubstr("sector")));
  c.sector = "a.example";
  EXPECT_THAT(render(oauth::admin_answer{c}), testing::EndsWith(R"(,"sector":"a.example"})"));
}

TEST(admin_json_render, shows_the_keys_of_a_client) {
  auto c = oauth::client{};
  c.id = "x";
  c.method = oauth::auth_method::private_key_jwt;
  c.jwks = R"({"keys":[{"kty":"OKP"}]})";
  EXPECT_THAT(render(oauth::admin_answer{c}),
              testing::EndsWith(R"("jwks":{"keys":[{"kty":"OKP"}]},)"
                                R"("token_endpoint_auth_signing_alg":"",)"
                                R"("assertion_aud_mode":"strict"})"));
  c.jwks.clear();
  c.jwks_uri = "https://a.example/jwks";
  c.only_assertion_alg = oauth::assertion_alg::eddsa;
  c.assertion_aud = oauth::aud_mode::compat;
  c.profile = oauth::client_profile::fapi2;
  EXPECT_THAT(render(oauth::admin_answer{c}),
              testing::EndsWith(R"("jwks_uri":"https://a.example/jwks","profile":"fapi2",)"
                                R"("token_endpoint_auth_signing_alg":"EdDSA",)"
                                R"("assertion_aud_mode":"compat"})"));
}

TEST(admin_json_render, shows_a_generated_secret_once_and_its_expiry) {
  auto created = oauth::created_client{some_client(), crypto::secret_string{"mcs_x"}};
  created.made.secrets.pop_back();
  EXPECT_THAT(render(oauth::admin_answer{created}),
              testing::EndsWith(R"("client_secret":"mcs_x","client_secret_expires_at":0})"));
  created.made.secrets[0].expires = instant{seconds{77}};
  EXPECT_THAT(render(oauth::admin_answer{created}),
              testing::EndsWith(R"("client_secret":"mcs_x","client_secret_expires_at":77})"));
}

TEST(admin_json_render, shows_no_secret_that_was_not_generated) {
  const auto created = oauth::created_client{some_client(), {}};
  EXPECT_EQ(render(oauth::admin_answer{created}), "{" + std::string{some_client_json} + "}");
}

TEST(admin_json_render, ends_with_the_warnings_of_a_secret) {
  const auto created = oauth::created_client{some_client(), {}, {"short", "long"}};
  EXPECT_THAT(render(oauth::admin_answer{created}),
              testing::EndsWith(R"(,"warnings":["short","long"]})"));
  const auto added = oauth::added_secret{some_client(), {}, {"short"}};
  EXPECT_THAT(render(oauth::admin_answer{added}), testing::EndsWith(R"(,"warnings":["short"]})"));
}

TEST(admin_json_render, shows_the_number_of_an_added_secret_and_its_text_only_if_generated) {
  const auto chosen = oauth::added_secret{some_client(), {}};
  EXPECT_EQ(render(oauth::admin_answer{chosen}),
            "{" + std::string{some_client_json} + R"(,"number":2})");
  const auto generated = oauth::added_secret{some_client(), crypto::secret_string{"mcs_x"}};
  EXPECT_THAT(
      render(oauth::admin_answer{generated}),
      testing::EndsWith(R"("number":2,"client_secret":"mcs_x","client_secret_expires_at":2000})"));
}

TEST(admin_json_render, lists_clients_by_id) {
  auto a = some_client();
  a.id = "cl_a";
  const auto list = [](std::vector<oauth::client> clients) {
    return render(oauth::admin_answer{
        oauth::client_list{std::make_shared<const oauth::client_registry>(std::move(clients))}});
  };
  const auto whole_a = render(oauth::admin_answer{a});
  const auto whole_b = render(oauth::admin_answer{some_client()});
  EXPECT_EQ(list({}), R"({"clients":[]})");
  EXPECT_EQ(list({some_client(), a}), R"({"clients":[)" + whole_a + "," + whole_b + "]}");
}

TEST(admin_json_render, lists_keys_without_any_material) {
  const auto key = crypto::signing_key::generate(crypto::jws_alg::es256);
  auto ring = oauth::key_ring{};
  ring.keys.push_back({key, oauth::key_state::retiring, instant{seconds{5}}, instant{seconds{6}},
                       instant{seconds{7}}, instant{seconds{8}}});
  ring.keys.push_back({key, oauth::key_state::active, instant{seconds{5}}, instant{seconds{6}}});
  EXPECT_EQ(render(oauth::admin_answer{
                oauth::key_list{std::make_shared<const oauth::key_ring>(std::move(ring))}}),
            R"({"keys":[{"kid":")" + key.kid() +
                R"(","alg":"ES256","state":"retiring","published_at":5,"activate_at":6,)"
                R"("retire_at":7,"remove_at":8},{"kid":")" +
                key.kid() +
                R"(","alg":"ES256","state":"active","published_at":5,"activate_at":6}]})");
}

TEST(admin_json_render, writes_the_small_answers) {
  EXPECT_EQ(render(oauth::admin_answer{oauth::removed{}}), "");
  EXPECT_EQ(render_minted("mco_AAx", seconds{60}), R"({"code":"mco_AAx","expires_in":60})");
  EXPECT_EQ(render(oauth::admin_error{errc::invalid_scope, "scope is too wide"}),
            R"({"error":"invalid_scope","error_description":"scope is too wide"})");
}

TEST(admin_json_status, follows_the_code) {
  struct status_row {
    errc code;
    unsigned status;
  };
  const status_row rows[] = {
      {errc::invalid_request, 400}, {errc::invalid_client, 400},
      {errc::invalid_scope, 400},   {errc::access_denied, 403},
      {errc::not_found, 404},       {errc::conflict, 409},
      {errc::server_error, 500},    {errc::temporarily_unavailable, 503},
  };
  for (const auto& r : rows) EXPECT_EQ(status_of(r.code), r.status) << oauth::to_string(r.code);
}

TEST(admin_json_render, DCR_02_shows_a_client_what_it_may_set_and_no_more) {
  auto made = oauth::registered_client{.made = some_client(),
                                       .secret = crypto::secret_string{"mcs_x"},
                                       .token = crypto::secret_string{"mrg_y"},
                                       .is_new = true};
  made.made.secrets.resize(1);
  made.made.registered = oauth::registration{};
  made.made.allowed_resources = {"https://api.example"};
  const auto text = render_registration(made, "https://i/register/");
  EXPECT_THAT(text, testing::StartsWith(
                        R"({"client_id":"cl_b","client_id_issued_at":1000,"client_secret":"mcs_x",)"
                        R"("client_secret_expires_at":0,"registration_access_token":"mrg_y",)"
                        R"("registration_client_uri":"https://i/register/cl_b","client_name":)"));
  for (const auto* hidden : {"HASH", "allowed_resources", "status", "rt_mode", "\"registration\"",
                             "application_type", "userinfo_signed_response_alg"})
    EXPECT_EQ(text.find(hidden), text.npos) << hidden;
}

}  // namespace
}  // namespace mintage::net
