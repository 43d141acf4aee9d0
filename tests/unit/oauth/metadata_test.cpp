#include "oauth/metadata.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

using testing::HasSubstr;
using testing::Not;

options with_issuer(std::string issuer) {
  auto o = options{};
  o.issuer = std::move(issuer);
  return o;
}

TEST(paths_of, lie_below_the_path_of_the_issuer) {  // MET-01
  struct row {
    const char* issuer;
    std::string below;
  };
  for (const auto& r : {row{"https://h", ""}, row{"https://h/", ""}, row{"https://h:1/t", "/t"},
                        row{"https://h/t/", "/t"}, row{"http://[::1]:1/t/u", "/t/u"}}) {
    const auto paths = paths_of(with_issuer(r.issuer));
    EXPECT_EQ(paths[endpoint::token], r.below + "/token");
    EXPECT_EQ(paths[endpoint::introspection], r.below + "/introspect");
    EXPECT_EQ(paths[endpoint::revocation], r.below + "/revoke");
    EXPECT_EQ(paths[endpoint::userinfo], r.below + "/userinfo");
    EXPECT_EQ(paths[endpoint::jwks], r.below + "/jwks");
    EXPECT_EQ(paths[endpoint::openid_configuration], r.below + "/.well-known/openid-configuration");
    EXPECT_EQ(paths[endpoint::oauth_metadata], "/.well-known/oauth-authorization-server" + r.below);
    EXPECT_EQ(paths[endpoint::openid_configuration_inserted],
              "/.well-known/openid-configuration" + r.below);  // MCP-02
    EXPECT_EQ(paths[endpoint::healthz], "/healthz");
  }
}

TEST(paths_of, has_none_for_what_does_not_exist) {
  auto o = with_issuer("https://h/t");
  EXPECT_EQ(paths_of(o)[endpoint::authorize], "");
  EXPECT_EQ(paths_of(o)[endpoint::pushed_authorization], "");
  o.login_url = "https://login.example/";
  EXPECT_EQ(paths_of(o)[endpoint::authorize], "/t/authorize");
  EXPECT_EQ(paths_of(o)[endpoint::authorize_continue], "/t/authorize/continue");
  EXPECT_EQ(paths_of(o)[endpoint::pushed_authorization], "/t/par");
}

// LGO-02: each of both needs the way back from the login page.
TEST(paths_of, has_a_logout_without_logins) {
  auto o = with_issuer("https://h/t");
  EXPECT_EQ(paths_of(o)[endpoint::end_session], "");
  EXPECT_EQ(paths_of(o)[endpoint::authorize_continue], "");
  EXPECT_THAT(render_metadata(o, {}), Not(HasSubstr("end_session_endpoint")));
  o.logout_url = "https://login.example/out";
  EXPECT_EQ(paths_of(o)[endpoint::end_session], "/t/end_session");
  EXPECT_EQ(paths_of(o)[endpoint::authorize_continue], "/t/authorize/continue");
  EXPECT_EQ(paths_of(o)[endpoint::authorize], "");
  EXPECT_THAT(render_metadata(o, {}),
              HasSubstr(R"("end_session_endpoint":"https://h/t/end_session")"));
}

TEST(metadata, announces_the_authorization_endpoint_in_place_of_that_of_the_operator) {  // MET-02
  auto o = with_issuer("https://h/t");
  o.authorization_endpoint = "https://login.example/authorize";
  o.login_url = "https://login.example/";
  const auto text = render_metadata(o, {});
  EXPECT_THAT(text, HasSubstr(R"("authorization_endpoint":"https://h/t/authorize",)"));
  EXPECT_THAT(text, Not(HasSubstr("login.example")));
  EXPECT_THAT(text, Not(HasSubstr("continue")));
  for (const auto* member :
       {R"("pushed_authorization_request_endpoint":"https://h/t/par",)",
        R"("response_modes_supported":["query","form_post","query.jwt","form_post.jwt","jwt"],)",
        R"("prompt_values_supported":["none","login","consent","select_account"],)",
        R"("authorization_response_iss_parameter_supported":true,)",
        R"("require_pushed_authorization_requests":false,)",
        R"("claims_parameter_supported":true,)", R"("request_parameter_supported":true,)",
        R"("request_uri_parameter_supported":false)"}) {
    EXPECT_THAT(text, HasSubstr(member));
  }
  // JAR-01: never without a signature, and never by a secret.
  EXPECT_THAT(text, HasSubstr(R"("request_object_signing_alg_values_supported":["ES256",)"));
  EXPECT_THAT(text, Not(HasSubstr(R"(HS256","none")")));
}

TEST(metadata, announces_only_what_exists) {  // MET-02
  const auto text = render_metadata(with_issuer("https://h/t"), {});
  for (const auto* absent : {"authorization_endpoint", "device", "registration", "end_session",
                             "pushed", "response_modes", "implicit", "plain", "mtls", "null"}) {
    EXPECT_THAT(text, Not(HasSubstr(absent)));
  }
}

TEST(metadata, names_the_login_page_of_the_operator) {  // RFC 8414 §2
  auto o = with_issuer("https://h");
  o.authorization_endpoint = "https://login.example/authorize?tenant=a";
  EXPECT_THAT(render_metadata(o, {}),
              HasSubstr(R"("authorization_endpoint":"https://login.example/authorize?tenant=a",)"));
}

TEST(metadata, keeps_the_octets_of_the_issuer_and_doubles_no_slash) {  // MET-01
  const auto text = render_metadata(with_issuer("https://h/t/"), {});
  EXPECT_THAT(text, HasSubstr(R"("issuer":"https://h/t/",)"));
  EXPECT_THAT(text, HasSubstr(R"("token_endpoint":"https://h/t/token",)"));
  EXPECT_THAT(text, HasSubstr(R"("jwks_uri":"https://h/t/jwks",)"));
}

const auto assertion_algs_text = std::string{
    R"(["ES256","ES384","ES512","EdDSA","PS256","PS384","PS512","RS256","RS384","RS512",)"
    R"("HS256","HS384","HS512"],)"};

TEST(metadata, lists_the_algorithms_of_active_keys_rs256_first) {  // MET-02
  const auto es256 = crypto::signing_key::generate(crypto::jws_alg::es256);
  const auto rs256 = crypto::signing_key::generate(crypto::jws_alg::rs256);
  auto ring = key_ring{{{es256, key_state::active, {}}, {rs256, key_state::pending, {}}}};
  EXPECT_THAT(render_metadata(with_issuer("https://h"), ring),
              HasSubstr(R"("id_token_signing_alg_values_supported":["ES256"])"));
  ring.keys.back().state = key_state::active;
  EXPECT_EQ(
      render_metadata(with_issuer("https://h"), ring),
      R"({"issuer":"https://h","token_endpoint":"https://h/token",)"
      R"("introspection_endpoint":"https://h/introspect",)"
      R"("revocation_endpoint":"https://h/revoke",)"
      R"("userinfo_endpoint":"https://h/userinfo",)"
      R"("jwks_uri":"https://h/jwks","scopes_supported":["openid","offline_access"],)"
      R"("response_types_supported":["code"],)"
      R"("grant_types_supported":)"
      R"(["authorization_code","refresh_token","client_credentials"],)"
      R"("subject_types_supported":["public","pairwise"],)"
      R"("id_token_signing_alg_values_supported":["RS256","ES256"],)"
      R"("userinfo_signing_alg_values_supported":["RS256","ES256"],)"
      R"("introspection_signing_alg_values_supported":["RS256","ES256"],)"
      R"("token_endpoint_auth_methods_supported":)"
      R"(["client_secret_basic","client_secret_post","client_secret_jwt",)"
      R"("private_key_jwt","none"],)"
      R"("token_endpoint_auth_signing_alg_values_supported":)" +
          assertion_algs_text +
          R"("introspection_endpoint_auth_methods_supported":)"
          R"(["client_secret_basic","client_secret_post","client_secret_jwt",)"
          R"("private_key_jwt"],)"
          R"("introspection_endpoint_auth_signing_alg_values_supported":)" +
          assertion_algs_text +
          R"("revocation_endpoint_auth_methods_supported":)"
          R"(["client_secret_basic","client_secret_post","client_secret_jwt",)"
          R"("private_key_jwt","none"],)"
          R"("revocation_endpoint_auth_signing_alg_values_supported":)" +
          assertion_algs_text +
          R"("dpop_signing_alg_values_supported":)"
          R"(["ES256","EdDSA","Ed25519","PS256","ES384","RS256"],)"
          R"("code_challenge_methods_supported":["S256"],)"
          R"("claims_supported":["iss","sub","aud","exp","iat","auth_time","nonce","acr",)"
          R"("amr","at_hash","sid"],"claims_parameter_supported":false,)"
          R"("request_parameter_supported":false,"request_uri_parameter_supported":false,)"
          R"("backchannel_logout_supported":true,"backchannel_logout_session_supported":true,)"
          R"("frontchannel_logout_supported":false})");
}

TEST(metadata, lists_every_algorithm_that_signs) {  // MET-02
  auto ring = key_ring{};
  for (const auto alg : crypto::jws_algs)
    ring.keys.push_back({crypto::signing_key::generate(alg), key_state::active, {}});
  EXPECT_THAT(render_metadata(with_issuer("https://h"), ring),
              HasSubstr(R"("id_token_signing_alg_values_supported":)"
                        R"(["RS256","ES256","PS256","ES384","EdDSA"],)"));
}

TEST(metadata, shows_the_profile_that_all_clients_are_held_to) {  // FP2-01, FAP-01, FAP-09
  auto o = with_issuer("https://h");
  o.profile = client_profile::fapi2;
  o.certificates = certificate_use::checked;
  auto ring = key_ring{};
  for (const auto alg : crypto::jws_algs)
    ring.keys.push_back({crypto::signing_key::generate(alg), key_state::active, {}});
  const auto text = render_metadata(o, ring);
  const auto algs = std::string{R"(["ES256","EdDSA","PS256"],)"};
  for (const auto* at : {"token", "introspection", "revocation"}) {
    const auto begin = std::string{at} + "_endpoint_auth_";
    EXPECT_THAT(text, HasSubstr(begin + R"(methods_supported":["private_key_jwt",)"
                                        R"("tls_client_auth","self_signed_tls_client_auth"],)"));
    EXPECT_THAT(text, HasSubstr(begin + R"(signing_alg_values_supported":)" + algs));
  }
  EXPECT_THAT(text, HasSubstr(R"("dpop_signing_alg_values_supported":)"
                              R"(["ES256","EdDSA","Ed25519","PS256"],)"));
  EXPECT_THAT(text, HasSubstr(R"("id_token_signing_alg_values_supported":)"
                              R"(["ES256","PS256","EdDSA"],)"));
  EXPECT_THAT(text, HasSubstr(R"("tls_client_certificate_bound_access_tokens":true)"));
  for (const auto* forbidden : {"RS256", "ES384", "HS256", "secret", "none", "plain"})
    EXPECT_THAT(text, Not(HasSubstr(forbidden)));

  // FAP-08: requests are pushed.
  EXPECT_THAT(text, Not(HasSubstr("pushed")));
  o.login_url = "https://login.example/";
  const auto with_login = render_metadata(o, ring);
  EXPECT_THAT(with_login, HasSubstr(R"("require_pushed_authorization_requests":true)"));
  EXPECT_THAT(with_login, HasSubstr(R"("authorization_response_iss_parameter_supported":true)"));
  EXPECT_THAT(with_login, HasSubstr(R"("request_object_signing_alg_values_supported":)" + algs));
  EXPECT_THAT(with_login, Not(HasSubstr("RS256")));
}

TEST(document, has_a_strong_etag_that_follows_its_octets) {  // JWK-01
  const auto doc = make_document("abc");
  EXPECT_EQ(doc.body, "abc");
  // base64url of SHA-256("abc") is ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0.
  EXPECT_EQ(doc.etag, "\"ungWv48Bz-pBQUDeXa4iI7\"");
  EXPECT_NE(make_document("abd").etag, doc.etag);
}

}  // namespace
}  // namespace mintage::oauth
