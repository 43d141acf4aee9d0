#include "oauth/client/key_metadata.hpp"

#include <gtest/gtest.h>

#include <string>

#include "oauth/client/sealed_secret.hpp"
#include "oauth/client/secrets.hpp"
#include "tests/unit/crypto/example_jwks.hpp"
#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

const auto one_key = R"({"keys":[)" + std::string{crypto::jwk_p256} + "]}";

client client_of(auth_method method) {
  auto c = client{};
  c.id = "c1";
  c.method = method;
  c.id_token_alg = crypto::jws_alg::es256;
  return c;
}

/// What is wrong with the change, or empty. `c` is the client after it.
std::string change(client& c, const client_metadata& m) {
  auto bad = set_keys(c, m);
  if (!bad) bad = check_keys(c);
  if (!bad) return {};
  EXPECT_EQ(bad->code, errc::invalid_request);
  return bad->description;
}

std::string change(auth_method method, const client_metadata& m) {
  auto c = client_of(method);
  return change(c, m);
}

client_metadata with_keys() {
  auto m = client_metadata{};
  m.jwks = one_key;
  return m;
}

TEST(set_keys, keeps_the_set_and_its_text) {
  auto c = client_of(auth_method::private_key_jwt);
  EXPECT_EQ(change(c, with_keys()), "");
  EXPECT_EQ(c.jwks, one_key);
  ASSERT_NE(c.keys, nullptr);
  EXPECT_EQ(c.keys->size(), 1U);
}

TEST(set_keys, names_the_member_of_a_key) {
  auto m = client_metadata{};
  m.jwks = R"({"keys":[)" + crypto::with_member(crypto::jwk_p256, R"("d":"AQAB")") + "]}";
  EXPECT_EQ(change(auth_method::private_key_jwt, m),
            "jwks is refused: keys[0].d must not be there: it is a private key");
  m.jwks = std::string(256 * 1024 + 1, ' ');
  EXPECT_EQ(change(auth_method::private_key_jwt, m), "jwks must be at most 256 KiB");
}

TEST(set_keys, takes_https_urls_alone) {  // CAU-11
  for (const auto* good : {"https://app.example/jwks.json", "https://app.example:8443/j?a=b",
                           "HTTPS://app.example/j"}) {
    auto m = client_metadata{};
    m.jwks_uri = good;
    EXPECT_EQ(change(auth_method::private_key_jwt, m), "") << good;
  }
  for (const auto& bad :
       {std::string{"http://app.example/j"}, std::string{"https:///j"}, std::string{"https://"},
        std::string{"https://u@app.example/j"}, std::string{"https://app.example/j#f"},
        std::string{"file:///etc/passwd"}, std::string{"//app.example/j"}, std::string{"app"},
        std::string{"https://app.exa mple/j"}, "https://app.example/" + std::string(2048, 'a')}) {
    auto m = client_metadata{};
    m.jwks_uri = bad;
    EXPECT_TRUE(
        change(auth_method::private_key_jwt, m).starts_with("jwks_uri must be an https URL"))
        << bad;
  }
}

TEST(set_keys, keeps_a_set_or_a_uri) {  // CAU-11
  auto both = with_keys();
  both.jwks_uri = "https://app.example/j";
  EXPECT_EQ(change(auth_method::private_key_jwt, both), "jwks and jwks_uri exclude each other");

  auto c = client_of(auth_method::private_key_jwt);
  EXPECT_EQ(change(c, with_keys()), "");
  auto uri = client_metadata{};
  uri.jwks_uri = "https://app.example/j";
  EXPECT_EQ(change(c, uri), "");
  EXPECT_TRUE(c.jwks.empty());
  EXPECT_EQ(c.keys, nullptr);
  EXPECT_EQ(change(c, with_keys()), "");
  EXPECT_TRUE(c.jwks_uri.empty());
  auto none = client_metadata{};
  none.jwks = "";
  EXPECT_EQ(change(c, none), "jwks or jwks_uri is required for private_key_jwt");
}

TEST(check_keys, wants_a_key_that_verifies) {
  EXPECT_EQ(change(auth_method::private_key_jwt, {}),
            "jwks or jwks_uri is required for private_key_jwt");
  auto m = client_metadata{};
  m.jwks = R"({"keys":[)" + crypto::with_member(crypto::jwk_p256, R"("use":"enc")") + "]}";
  EXPECT_EQ(change(auth_method::private_key_jwt, m), "jwks has no key that may verify signatures");
  EXPECT_EQ(change(auth_method::client_secret_basic, m), "");
  EXPECT_EQ(change(auth_method::client_secret_basic, {}), "");
}

TEST(check_keys, wants_an_algorithm_of_the_method) {  // CAU-06
  const auto with_alg = [](const char* alg) {
    auto m = with_keys();
    m.token_endpoint_auth_signing_alg = alg;
    return m;
  };
  EXPECT_EQ(change(auth_method::private_key_jwt, with_alg("ES256")), "");
  EXPECT_EQ(change(auth_method::private_key_jwt, with_alg("")), "");
  EXPECT_EQ(change(auth_method::private_key_jwt, with_alg("ES384")), "jwks has no key for ES384");
  EXPECT_EQ(change(auth_method::private_key_jwt, with_alg("HS256")),
            "token_endpoint_auth_signing_alg must be ES256, ES384, ES512, EdDSA, PS256, PS384, "
            "PS512, RS256, RS384 or RS512 for private_key_jwt");
  EXPECT_EQ(change(auth_method::client_secret_jwt, with_alg("ES256")),
            "token_endpoint_auth_signing_alg must be HS256, HS384 or HS512 for client_secret_jwt");
  EXPECT_EQ(change(auth_method::client_secret_jwt, with_alg("HS512")), "");
  EXPECT_TRUE(change(auth_method::client_secret_basic, with_alg("ES256"))
                  .starts_with("token_endpoint_auth_signing_alg needs"));
  for (const auto* bad : {"none", "es256", "ES256K"})
    EXPECT_TRUE(change(auth_method::private_key_jwt, with_alg(bad))
                    .starts_with("token_endpoint_auth_signing_alg must be empty or ES256"))
        << bad;
}

TEST(check_keys, wants_secrets_that_are_long_enough) {  // RFC 7518 §3.2
  auto c = client_of(auth_method::client_secret_jwt);
  c.secrets.push_back(seal_secret(c, crypto::secret_string{std::string(40, 'k')}, {}, {}));
  auto m = client_metadata{};
  m.token_endpoint_auth_signing_alg = "HS256";
  EXPECT_EQ(change(c, m), "");
  m.token_endpoint_auth_signing_alg = "HS384";
  EXPECT_TRUE(change(c, m).starts_with("the client has a secret that is too short for HS384"));

  const auto fault = [](auth_method method, std::optional<assertion_alg> alg, std::size_t size) {
    auto owner = client_of(method);
    owner.only_assertion_alg = alg;
    const auto bad = check_secret_length(owner, crypto::secret_string{std::string(size, 'k')});
    return bad ? bad->description : std::string{};
  };
  EXPECT_EQ(fault(auth_method::client_secret_basic, {}, 1), "");
  EXPECT_EQ(fault(auth_method::client_secret_jwt, {}, 32), "");
  EXPECT_EQ(fault(auth_method::client_secret_jwt, {}, 31),
            "client_secret must be at least 32 octets for client_secret_jwt");
  EXPECT_EQ(fault(auth_method::client_secret_jwt, assertion_alg::hs512, 63),
            "client_secret must be at least 64 octets for client_secret_jwt");
}

TEST(check_keys, knows_audiences_and_profiles) {  // CAU-08
  auto m = with_keys();
  m.assertion_aud_mode = "compat";
  auto c = client_of(auth_method::private_key_jwt);
  EXPECT_EQ(change(c, m), "");
  EXPECT_EQ(c.assertion_aud, aud_mode::compat);
  m.assertion_aud_mode = "fapi";
  EXPECT_EQ(change(c, m), "assertion_aud_mode must be strict or compat");
  m = with_keys();
  m.profile = "fapi1";
  EXPECT_EQ(change(c, m), "profile must be default or fapi2");
}

TEST(check_keys, holds_clients_of_fapi_to_it) {  // FAP-01, FAP-04, FAP-09, NEG-198, NEG-200
  auto m = with_keys();
  m.profile = "fapi2";
  auto c = client_of(auth_method::private_key_jwt);
  EXPECT_EQ(change(c, m), "");
  EXPECT_EQ(c.profile, client_profile::fapi2);
  for (const auto method : {auth_method::client_secret_basic, auth_method::client_secret_post,
                            auth_method::client_secret_jwt, auth_method::none})
    EXPECT_EQ(
        change(method, m),
        "profile fapi2 needs a token_endpoint_auth_method with a private key or a certificate");
  struct refused {
    const char* begin;
    void (*change)(client&);
  };
  for (const auto& [begin, alter] :
       {refused{"id_token_signed_response_alg",
                [](client& of) { of.id_token_alg = crypto::jws_alg::rs256; }},
        refused{"userinfo_signed_response_alg",
                [](client& of) { of.userinfo_alg = crypto::jws_alg::rs256; }},
        refused{"rt_mode", [](client& of) { of.refresh_mode = rt_mode::rotating; }},
        refused{"require_pkce", [](client& of) { of.require_pkce = false; }}}) {
    auto altered = client_of(auth_method::private_key_jwt);
    alter(altered);
    EXPECT_TRUE(change(altered, m).starts_with(begin)) << begin;
  }
  m.jwks = R"({"keys":[)" + std::string{crypto::jwk_rsa} + "]}";
  m.token_endpoint_auth_signing_alg = "RS256";
  EXPECT_EQ(change(auth_method::private_key_jwt, m),
            "token_endpoint_auth_signing_alg must be ES256, EdDSA or PS256 for the profile fapi2");
}

TEST(make_client_secret, is_long_enough_for_every_hmac) {
  auto random = test::counting_random{};
  EXPECT_EQ(make_client_secret(random, auth_method::client_secret_jwt).reveal().size(), 4U + 86U);
  EXPECT_EQ(make_client_secret(random, auth_method::client_secret_basic).reveal().size(), 4U + 43U);
}

}  // namespace
}  // namespace mintage::oauth
