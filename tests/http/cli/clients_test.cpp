// mintage client: add, show, suspend and remove.
#include <filesystem>
#include <fstream>

#include "tests/http/cli/fixture.hpp"

namespace mintage::test {

namespace {

using testing::HasSubstr;
using testing::Not;

struct client_commands : command_line {};

TEST_F(client_commands, report_what_the_server_refuses_in_one_sentence) {
  expect_failure(run({"client", "add", "--redirect-uri", "/relative"}), 1, "redirect_uris");
  expect_failure(run({"client", "add"}), 1, "redirect_uris");
  expect_failure(run({"client", "show", "nobody"}), 1, "no such client");
  expect_failure(run({"client", "show", "a/../b c"}), 1, "no such client");
  expect_failure(run({"client", "remove", "nobody"}), 1, "no such client");
  expect_failure(run({"client", "suspend", "nobody"}), 1, "no such client");
  expect_failure(run({"client", "secret", "nobody"}), 1, "no such client");
}

TEST_F(client_commands, add_one_whose_secret_works_and_is_shown_once) {
  const auto who = add_client({"--name", "Shop"});
  EXPECT_TRUE(who.secret.starts_with("mcs_")) << who.secret;
  EXPECT_TRUE(works(who, who.secret));
  for (const auto& words : {arguments{"client", "show", who.id}, arguments{"client", "list"}}) {
    const auto done = run(words);
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr(who.id));
    EXPECT_THAT(done.out, HasSubstr("Shop"));
    EXPECT_THAT(done.out + done.err, Not(HasSubstr(who.secret)));
  }
}

TEST_F(client_commands, show_a_new_secret_to_people_too) {
  const auto done = run({"client", "add", "--redirect-uri", "https://client.example/cb"});
  EXPECT_EQ(done.code, 0);
  EXPECT_THAT(done.out, HasSubstr("client_secret "));
  EXPECT_THAT(done.out, HasSubstr("mcs_"));
  EXPECT_THAT(done.err, HasSubstr("this once"));
}

TEST_F(client_commands, send_every_member_by_its_name) {
  const auto made = run_json({"client",
                              "add",
                              "--name",
                              "A \"B\"",
                              "--redirect-uri",
                              "https://a.example/cb",
                              "--redirect-uri",
                              "https://b.example/cb",
                              "--scope",
                              "openid mail",
                              "--grant",
                              "authorization_code",
                              "--grant",
                              "refresh_token",
                              "--auth-method",
                              "client_secret_post",
                              "--id-token-alg",
                              "ES256",
                              "--rt-mode",
                              "rotating",
                              "--rt-without-offline",
                              "--no-pkce",
                              "--strict-auth-method",
                              "--no-basic-raw-compat",
                              "--secret-expires-at",
                              "2000000000"});
  const auto expected = boost::json::parse(R"({
    "client_name": "A \"B\"", "redirect_uris": ["https://a.example/cb", "https://b.example/cb"],
    "scope": "openid mail", "grant_types": ["authorization_code", "refresh_token"],
    "token_endpoint_auth_method": "client_secret_post", "id_token_signed_response_alg": "ES256",
    "rt_mode": "rotating", "rt_without_offline": true, "require_pkce": false,
    "strict_auth_method": true, "basic_raw_compat": false,
    "client_secret_expires_at": 2000000000})");
  for (const auto& member : expected.as_object()) {
    EXPECT_EQ(made.at(member.key()), member.value()) << member.key();
  }
  const auto open =
      run_json({"client", "add", "--public", "--redirect-uri", "com.example.app:/cb"});
  EXPECT_EQ(text_of(open, "token_endpoint_auth_method"), "none");
  EXPECT_FALSE(open.contains("client_secret"));
}

/// The members of `want` in the answer of the server.
void expect_members(const boost::json::object& got, std::string_view want) {
  for (const auto& member : parse_object(want)) {
    ASSERT_TRUE(got.contains(member.key())) << member.key();
    EXPECT_EQ(got.at(member.key()), member.value()) << member.key();
  }
}

TEST_F(client_commands, say_all_that_a_client_can_have_and_take_it_back) {
  const auto made = run_json({"client",
                              "add",
                              "--redirect-uri",
                              "https://a.example/cb",
                              "--allow-resource",
                              "https://api.example",
                              "--allow-resource",
                              "https://mail.example",
                              "--allow-origin",
                              "https://a.example",
                              "--subject-type",
                              "pairwise",
                              "--sector-uri",
                              "https://sector.example/all",
                              "--userinfo-alg",
                              "ES256",
                              "--dpop-bound-tokens",
                              "--dpop-nonces",
                              "--certificate-bound-tokens",
                              "--strict-auth-method",
                              "--rt-without-offline"});
  expect_members(made, R"({"allowed_resources":["https://api.example","https://mail.example"],
      "allowed_origins":["https://a.example"],"subject_type":"pairwise",
      "userinfo_signed_response_alg":"ES256","dpop_bound_access_tokens":true,"dpop_nonces":true,
      "tls_client_certificate_bound_access_tokens":true,"strict_auth_method":true,
      "rt_without_offline":true,"require_pkce":true})");
  const auto id = text_of(made, "client_id");
  const auto changed =
      run_json({"client", "change", id, "--no-dpop-bound-tokens", "--no-dpop-nonces",
                "--no-certificate-bound-tokens", "--no-strict-auth-method",
                "--no-rt-without-offline", "--no-pkce", "--subject-type", "public",
                "--userinfo-alg", "", "--scope", "openid mail", "--id-token-alg", "ES256"});
  expect_members(changed, R"({"subject_type":"public","dpop_bound_access_tokens":false,
      "dpop_nonces":false,"tls_client_certificate_bound_access_tokens":false,
      "strict_auth_method":false,"rt_without_offline":false,"require_pkce":false,
      "scope":"openid mail","id_token_signed_response_alg":"ES256",
      "allowed_origins":["https://a.example"]})");
  EXPECT_EQ(text_of(changed, "userinfo_signed_response_alg"), "");
  EXPECT_NE(run({"client", "change", id, "--pkce", "--no-pkce"}).code, 0);
  const auto shown = run({"client", "show", id});
  for (const auto* name : {"dpop_bound_access_tokens", "dpop_nonces", "allowed_origins"})
    EXPECT_THAT(shown.out, HasSubstr(name));
}

/// A file below the server's folder. @returns its path.
std::string write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream{path} << text;
  return path.string();
}

TEST_F(client_commands, register_public_keys_from_a_file) {  // CAU-06
  constexpr auto key = std::string_view{
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"};
  const auto one = write_file(stage_->server.file("one.jwk"), key);
  const auto set =
      write_file(stage_->server.file("set.jwks"), R"({"keys":[)" + std::string{key} + "]}");
  const auto redirect = std::string{"https://a.example/cb"};
  for (const auto& file : {one, set}) {
    const auto made = run_json({"client", "add", "--redirect-uri", redirect, "--jwks", file,
                                "--assertion-alg", "EdDSA", "--assertion-aud", "compat"});
    EXPECT_EQ(text_of(made, "token_endpoint_auth_method"), "private_key_jwt");
    EXPECT_EQ(boost::json::serialize(made.at("jwks")), R"({"keys":[)" + std::string{key} + "]}");
    EXPECT_EQ(text_of(made, "token_endpoint_auth_signing_alg"), "EdDSA");
    EXPECT_EQ(text_of(made, "assertion_aud_mode"), "compat");
    EXPECT_FALSE(made.contains("client_secret"));
    const auto changed = run_json(
        {"client", "change", text_of(made, "client_id"), "--jwks-uri", "https://a.example/jwks"});
    EXPECT_EQ(text_of(changed, "jwks_uri"), "https://a.example/jwks");
    EXPECT_FALSE(changed.contains("jwks"));
  }
  EXPECT_EQ(text_of(run_json({"client", "add", "--redirect-uri", redirect, "--jwks-uri",
                              "https://a.example/jwks"}),
                    "token_endpoint_auth_method"),
            "private_key_jwt");
}

TEST_F(client_commands, say_how_a_client_asks_for_authorization) {  // PAR-02, JAR-01, JRM-01
  const auto made = run_json({"client", "add", "--redirect-uri", "https://a.example/cb", "--public",
                              "--pushed-requests", "--jwks-uri", "https://a.example/jwks",
                              "--request-alg", "ES256", "--response-alg", "ES256",
                              "--default-max-age", "300", "--client-uri", "https://a.example/"});
  EXPECT_TRUE(made.at("require_pushed_authorization_requests").as_bool());
  EXPECT_EQ(text_of(made, "request_object_signing_alg"), "ES256");
  EXPECT_EQ(text_of(made, "authorization_signed_response_alg"), "ES256");
  EXPECT_EQ(made.at("default_max_age").to_number<int>(), 300);
  EXPECT_EQ(text_of(made, "client_uri"), "https://a.example/");
  const auto changed =
      run_json({"client", "change", text_of(made, "client_id"), "--default-max-age", "-1",
                "--logo-uri", "https://a.example/logo.png"});
  EXPECT_FALSE(changed.contains("default_max_age"));
  EXPECT_EQ(text_of(changed, "logo_uri"), "https://a.example/logo.png");
}

TEST_F(client_commands, send_no_private_key) {
  const auto file = write_file(
      stage_->server.file("private.jwk"),
      R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
      R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  const auto done =
      run({"client", "add", "--redirect-uri", "https://a.example/cb", "--jwks", file});
  expect_failure(done, 2, "keys[0].d must not be there: it is a private key");
  EXPECT_THAT(done.err, Not(HasSubstr("nWGx")));
  expect_failure(run({"client", "add", "--jwks", "/nowhere"}), 2, "cannot read /nowhere");
  expect_failure(run({"client", "add", "--jwks", write_file(stage_->server.file("no.json"), "{")}),
                 2, "--jwks is not JSON");
}

TEST_F(client_commands, say_when_a_secret_is_sealed) {  // CAU-10
  const auto done = run({"client", "add", "--redirect-uri", "https://a.example/cb", "--auth-method",
                         "client_secret_jwt"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("mcs_"));
  EXPECT_THAT(done.err, HasSubstr("stored encrypted and not hashed"));
}

TEST_F(client_commands, set_and_change_lives_and_claims) {
  const auto expect_members = [](const boost::json::object& client, std::string_view expected) {
    const auto wanted = boost::json::parse(boost::json::string_view{expected});
    for (const auto& member : wanted.as_object()) {
      const auto* value = client.if_contains(member.key());
      ASSERT_NE(value, nullptr) << member.key();
      EXPECT_EQ(*value, member.value()) << member.key();
    }
  };
  const auto made =
      run_json({"client", "add", "--redirect-uri", "https://a.example/cb", "--access-token-ttl",
                "77", "--id-token-ttl", "78", "--refresh-idle", "79", "--refresh-absolute", "80",
                "--access-token-claims", R"({"tenant":{"n":[1]}})"});
  expect_members(made, R"({"access_token_ttl":77,"id_token_ttl":78,"refresh_idle":79,
                           "refresh_absolute":80,"access_token_claims":{"tenant":{"n":[1]}}})");
  const auto id = text_of(made, "client_id");
  auto changed = run_json({"client", "change", id, "--name", "Renamed", "--access-token-ttl", "90",
                           "--refresh-idle", "0", "--access-token-claims", R"({"tier":2})"});
  expect_members(changed, R"({"client_name":"Renamed","access_token_ttl":90,"id_token_ttl":78,
                              "refresh_absolute":80,"access_token_claims":{"tier":2}})");
  EXPECT_FALSE(changed.contains("refresh_idle"));
  changed = run_json({"client", "change", id, "--access-token-claims", "{}"});
  EXPECT_FALSE(changed.contains("access_token_claims"));
  EXPECT_THAT(run({"client", "show", id}).out, HasSubstr("access_token_ttl"));

  expect_failure(run({"client", "change", id}), 2, "nothing to change");
  expect_failure(run({"client", "change", id, "--access-token-claims", "{"}), 2,
                 "--access-token-claims is not JSON");
  expect_failure(run({"client", "change", id, "--access-token-claims", R"({"iss":1})"}), 1,
                 "access_token_claims");
  expect_failure(run({"client", "change", id, "--access-token-ttl", "999999999"}), 1,
                 "access_token_ttl");
  expect_failure(run({"client", "change", "nobody", "--name", "x"}), 1, "no such client");
  EXPECT_EQ(run({"client", "change", id, "--refresh-idle", "soon"}).code, 2);
}

TEST_F(client_commands, print_the_servers_json_as_it_is) {
  const auto who = add_client();
  const auto path = "/admin/clients/" + who.id;
  EXPECT_EQ(run({"client", "show", who.id, "--json"}).out,
            stage_->admin.call("GET", path).body + "\n");
  EXPECT_EQ(run({"client", "list", "--json"}).out,
            stage_->admin.call("GET", "/admin/clients").body + "\n");
  EXPECT_EQ(run({"client", "remove", who.id, "--json"}).out, "") << "a 204 has nothing to print";
}

TEST_F(client_commands, suspend_at_once_and_resume) {
  const auto who = add_client();
  const auto code = stage_->mint(who);
  auto done = run({"client", "suspend", who.id});
  EXPECT_EQ(done.code, 0) << done.err;
  // The first request after the answer: every validator has the change by then.
  EXPECT_EQ(stage_->redeem(who, code).status, 401U);
  EXPECT_THAT(run({"client", "show", who.id}).out, HasSubstr("suspended"));
  done = run({"client", "suspend", who.id, "--resume"});
  EXPECT_EQ(done.code, 0) << done.err;
  stage_->expect_live(who, code);
}

TEST_F(client_commands, remove_one_for_good) {
  const auto who = add_client();
  const auto done = run({"client", "remove", who.id});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("removed"));
  expect_failure(run({"client", "show", who.id}), 1, "no such client");
}

TEST_F(client_commands, may_have_ids_that_begin_with_a_dash) {
  const auto with = environment{"MINTAGE_TEST_SECRET", "an old secret of many characters, 1234567"};
  for (const auto* id : {"-hot", "-mwAbc", "--abc", "-1", "-", "-h=x", "--json.x"}) {
    const auto made = add_client({"--id", id, "--secret-env", "MINTAGE_TEST_SECRET"});
    ASSERT_EQ(made.id, id);
    EXPECT_EQ(text_of(run_json({"client", "show", id}), "client_id"), id);
    EXPECT_EQ(run({"client", "secret", id}).code, 0);
    EXPECT_EQ(run({"client", "secret", id, "--end", "1"}).code, 0);
    EXPECT_THAT(run({"client", "suspend", id}).out, HasSubstr("suspended"));
    EXPECT_THAT(run({"client", "suspend", "--resume", id}).out, HasSubstr("active"));
    EXPECT_EQ(run({"code", "mint", "--client", id, "--redirect-uri", "https://client.example/cb",
                   "--sub", "-u", "--nonce", "-n"})
                  .code,
              0);
    const auto removed = run({"client", "remove", id});
    EXPECT_EQ(removed.code, 0) << removed.err;
    EXPECT_THAT(removed.out, HasSubstr("removed"));
    expect_failure(run({"client", "show", id}), 1, "no such client");
  }
}

TEST_F(client_commands, are_not_touched_by_a_word_that_nobody_knows) {
  for (const auto& words : {arguments{"-hx"}, arguments{"client", "-hx"},
                            arguments{"client", "list", "-hx"}, arguments{"keys", "list", "-?"}}) {
    EXPECT_EQ(run(words).code, 2) << testing::PrintToString(words);
  }
}

}  // namespace

}  // namespace mintage::test
