#include "oauth/client/assertion.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/oauth/client/assertion_samples.hpp"

namespace mintage::oauth {
namespace {

using namespace samples;

/// Why an assertion is refused by everything but its signature; empty when it is not.
std::string_view fault_of(const members& head, const members& body, client c = make_client(),
                          instant now = noon) {
  const auto text = unsigned_jwt(head, body);
  const auto read = read_assertion(text);
  const auto refused = [](const denial& why) {
    EXPECT_EQ(why.code, errc::invalid_client);
    EXPECT_EQ(why.description, "client authentication failed");
    return why.reason;
  };
  if (!read) return refused(read.error());
  const auto used = check_claims(*read, c, audiences, now);
  return used ? std::string_view{} : refused(used.error());
}

std::string_view fault_of(const members& body, client c = make_client()) {
  return fault_of(header, body, std::move(c));
}

TEST(read_assertion, refuses_what_is_not_a_strict_jws) {  // NEG-078, NEG-084, NEG-088
  const auto good = unsigned_jwt(header, claims);
  ASSERT_TRUE(read_assertion(good));
  for (const auto& bad : {std::string{}, std::string{"a"}, good.substr(0, good.rfind('.')),
                          good + ".e30.e30", good + '=', good + std::string(16 * 1024, 'A'),
                          unsigned_jwt(with(header, "crit", "[\"exp\"]"), claims),
                          unsigned_jwt(with(header, "b64", "true"), claims)})
    EXPECT_FALSE(read_assertion(bad)) << bad.substr(0, 100);
  auto twice = claims;
  twice.emplace_back("sub", "\"c1\"");
  EXPECT_FALSE(read_assertion(unsigned_jwt(header, twice)));
}

TEST(read_assertion, takes_no_other_type) {  // NEG-103
  for (const auto* typ :
       {"", "\"JWT\"", "\"jwt\"", "\"application/jwt\"", "\"client-authentication+jwt\"",
        "\"application/client-authentication+jwt\""})
    EXPECT_TRUE(read_assertion(unsigned_jwt(with(header, "typ", typ), claims))) << typ;
  for (const auto* typ :
       {"\"at+jwt\"", "\"dpop+jwt\"", "\"oauth-authz-req+jwt\"", "\"\"", "null", "7", "\"JWS\""})
    EXPECT_EQ(fault_of(with(header, "typ", typ), claims),
              "typ of the assertion is that of another kind of JWT")
        << typ;
}

TEST(read_assertion, takes_known_algorithms_alone) {  // NEG-079
  for (const auto& row : assertion_algs) {
    const auto read = read_assertion(
        unsigned_jwt(with(header, "alg", '"' + std::string{row.name} + '"'), claims));
    ASSERT_TRUE(read) << row.name;
    EXPECT_EQ(read->alg, row.id);
  }
  for (const auto* alg : {"", "\"none\"", "\"NONE\"", "\"es256\"", "\"ES256K\"", "\"\"",
                          "[\"ES256\"]", "\"Ed448\"", "null"})
    EXPECT_EQ(fault_of(with(header, "alg", alg), claims), "alg of the assertion is not supported")
        << alg;
}

TEST(read_assertion, demands_one_client_in_iss_and_sub) {  // NEG-089, NEG-090
  for (const auto* sub : {"", "\"\"", "7", "null", "[\"c1\"]"})
    EXPECT_EQ(fault_of(with(claims, "sub", sub)), "assertion has no sub") << sub;
  for (const auto* iss : {"", "\"\"", "\"c2\"", "\"C1\"", "7"})
    EXPECT_EQ(fault_of(with(claims, "iss", iss)), "iss and sub of the assertion differ") << iss;
  auto c = make_client();
  c.id = "c2";
  EXPECT_EQ(fault_of(claims, c), "assertion is of another client");
}

TEST(peek_subject, reads_nothing_else) {  // NEG-091
  EXPECT_EQ(peek_subject(unsigned_jwt(header, claims)), "c1");
  EXPECT_EQ(peek_subject(unsigned_jwt(header, with(claims, "sub", "\"\\u0063\\u0032\""))), "c2");
  EXPECT_EQ(peek_subject(unsigned_jwt(header, with(claims, "sub", ""))), std::nullopt);
  EXPECT_EQ(peek_subject("a.b"), std::nullopt);
}

TEST(check_claims, takes_the_issuer_alone_by_default) {  // NEG-092 to NEG-095
  constexpr auto wrong = std::string_view{"aud of the assertion is not this server"};
  for (const auto* aud : {"\"https://as.example\"", "[\"https://as.example\"]"})
    EXPECT_EQ(fault_of(with(claims, "aud", aud)), "") << aud;
  for (const auto* aud :
       {"", "null", "[]", "7", "\"\"", "\"https://other.example\"", "\"https://as.example/\"",
        "\"HTTPS://as.example\"", "\"https://as.example/token\"", "[\"https://as.example/token\"]",
        "[\"https://as.example\",\"https://as.example\"]", "[[\"https://as.example\"]]",
        "[\"https://as.example\",7]", "[\"https://as.example\",\"https://other.example\"]"})
    EXPECT_EQ(fault_of(with(claims, "aud", aud)), wrong) << aud;
}

TEST(check_claims, takes_urls_of_endpoints_in_compat_mode) {  // NEG-093, NEG-094
  auto c = make_client();
  c.assertion_aud = aud_mode::compat;
  for (const auto* aud : {"\"https://as.example\"", "\"https://as.example/token\"",
                          "\"https://mtls.example/token\"", "[\"https://as.example/introspect\"]",
                          "[\"https://as.example\",\"https://as.example/token\"]"})
    EXPECT_EQ(fault_of(with(claims, "aud", aud), c), "") << aud;
  for (const auto* aud :
       {"", "[]", "\"https://other.example\"", "\"https://as.example/revoke\"",
        "[\"https://as.example\",\"https://other.example\"]", "[\"https://as.example/token\",7]"})
    EXPECT_NE(fault_of(with(claims, "aud", aud), c), "") << aud;
  // The explicit type forces the strict mode.
  const auto typed = with(header, "typ", "\"client-authentication+jwt\"");
  EXPECT_EQ(fault_of(typed, claims, c), "");
  EXPECT_NE(fault_of(typed, with(claims, "aud", "\"https://as.example/token\""), c), "");
}

TEST(check_claims, takes_the_issuer_as_a_text_alone_in_fapi) {  // NEG-095, FAP-03
  auto c = make_client();
  c.profile = client_profile::fapi2;
  c.assertion_aud = aud_mode::compat;
  EXPECT_EQ(fault_of(claims, c), "");
  for (const auto* aud : {"[\"https://as.example\"]", "\"https://as.example/token\""})
    EXPECT_NE(fault_of(with(claims, "aud", aud), c), "") << aud;
}

TEST(check_claims, demands_an_exp_that_is_not_past) {  // NEG-096
  for (const auto* exp : {"", "null", "\"1800000060\"", "[1800000060]", "true"})
    EXPECT_EQ(fault_of(with(claims, "exp", exp)), "assertion has no exp that is a number") << exp;
  EXPECT_EQ(fault_of(with(claims, "exp", date(-300))), "assertion has expired");
  EXPECT_EQ(fault_of(with(claims, "exp", date(-30))), "assertion has expired");
  EXPECT_EQ(fault_of(with(claims, "exp", date(-29))), "");
  EXPECT_EQ(fault_of(with(claims, "exp", date(-30) + ".5")), "");  // a fraction later
  EXPECT_EQ(fault_of(with(claims, "exp", "-1e300")), "assertion has expired");
  EXPECT_EQ(fault_of(with(claims, "exp", "1e300")), "");  // iat bounds it
}

TEST(check_claims, takes_clocks_that_differ_a_little) {  // NEG-097, NEG-098, FAP-07
  for (const auto ahead : {8, 10, 30}) {
    EXPECT_EQ(fault_of(with(claims, "nbf", date(ahead))), "");
    EXPECT_EQ(fault_of(with(claims, "iat", date(ahead))), "");
  }
  for (const auto ahead : {31, 61, 3600}) {
    EXPECT_EQ(fault_of(with(claims, "nbf", date(ahead))), "assertion is not valid yet");
    EXPECT_EQ(fault_of(with(claims, "iat", date(ahead))), "assertion was issued in the future");
  }
  for (const auto* bad : {"\"1800000000\"", "null", "[]"}) {
    EXPECT_EQ(fault_of(with(claims, "nbf", bad)), "nbf of the assertion is not a number");
    EXPECT_EQ(fault_of(with(claims, "iat", bad)), "iat of the assertion is not a number");
  }
}

TEST(check_claims, bounds_the_age_of_an_assertion) {  // NEG-099, CAU-09
  const auto hour = with(claims, "exp", date(3600));
  EXPECT_EQ(fault_of(hour), "");
  EXPECT_EQ(fault_of(with(hour, "iat", date(-329))), "");
  for (const auto age : {-330, -600})
    EXPECT_EQ(fault_of(with(hour, "iat", date(age))),
              "assertion was issued more than 300 seconds ago");
  EXPECT_EQ(fault_of(with(with(claims, "iat", ""), "exp", date(300))), "");
  EXPECT_EQ(fault_of(with(with(claims, "iat", ""), "exp", date(301))),
            "assertion without iat lives longer than 300 seconds");
}

TEST(check_claims, demands_a_jti) {  // NEG-100
  const auto long_name = std::string{"jti of the assertion is not 1 to 256 characters"};
  for (const auto& jti : {std::string{}, std::string{"\"\""}, std::string{"7"}, std::string{"null"},
                          '"' + std::string(257, 'j') + '"'})
    EXPECT_EQ(fault_of(with(claims, "jti", jti)), long_name) << jti;
  auto characters = std::string{};
  for (auto i = 0; i < 256; ++i) characters += "\xc3\xa9";
  EXPECT_EQ(fault_of(with(claims, "jti", '"' + characters + '"')), "");
}

TEST(check_claims, says_how_long_its_use_must_be_known) {  // CAU-07
  const auto use_of = [](const members& body) {
    const auto text = unsigned_jwt(header, body);
    const auto read = read_assertion(text).value();
    const auto use = check_claims(read, make_client(), audiences, noon).value();
    EXPECT_EQ(use.client_id, "c1");
    EXPECT_EQ(use.jti, "j1");
    return std::pair{(use.expires - noon) / seconds{1}, (noon - use.usable_from) / seconds{1}};
  };
  EXPECT_EQ(use_of(claims), (std::pair{90L, 30L}));
  EXPECT_EQ(use_of(with(claims, "exp", date(3600))), (std::pair{330L, 30L}));
  EXPECT_EQ(use_of(with(with(claims, "exp", date(100)), "iat", "")), (std::pair{130L, 200L}));
  EXPECT_EQ(use_of(with(with(claims, "nbf", date(10)), "iat", date(-100))), (std::pair{90L, 20L}));
}

client_assertion assertion_with(const std::string& alg, const std::string& kid = {}) {
  const auto text = unsigned_jwt(
      with(with(header, "alg", '"' + alg + '"'), "kid", kid.empty() ? "" : '"' + kid + '"'),
      claims);
  static auto kept = std::vector<std::unique_ptr<std::string>>{};
  kept.push_back(std::make_unique<std::string>(text));
  return read_assertion(*kept.back()).value();
}

std::string_view key_fault(const client_assertion& a, const client& c, const key_set& keys) {
  const auto found = find_keys(a, c, keys);
  return found ? std::string_view{} : found.error().reason;
}

TEST(find_keys, takes_algorithms_of_the_method_alone) {  // NEG-080, CAU-10
  const auto keys = set_with(jws_alg::es256);
  constexpr auto other = std::string_view{"alg of the assertion is not one of the client's method"};
  for (const auto* alg : {"HS256", "HS384", "HS512"}) {
    EXPECT_EQ(key_fault(assertion_with(alg), make_client(), keys), other);
    EXPECT_EQ(key_fault(assertion_with(alg), make_client(auth_method::client_secret_jwt), keys),
              "");
  }
  for (const auto method : {auth_method::client_secret_jwt, auth_method::client_secret_basic,
                            auth_method::client_secret_post, auth_method::none})
    EXPECT_EQ(key_fault(assertion_with("ES256"), make_client(method), keys), other);
  EXPECT_EQ(key_fault(assertion_with("ES256"), make_client(), keys), "");
}

TEST(find_keys, takes_the_registered_algorithm_alone) {  // NEG-081
  auto c = make_client();
  c.only_assertion_alg = assertion_alg::ps256;
  const auto keys = set_with(jws_alg::rs256);
  EXPECT_EQ(key_fault(assertion_with("RS256"), c, keys),
            "alg of the assertion is not the registered one");
  c.only_assertion_alg = assertion_alg::rs256;
  EXPECT_EQ(key_fault(assertion_with("RS256"), c, keys), "");
  c.only_assertion_alg = assertion_alg::eddsa;
  EXPECT_EQ(key_fault(assertion_with("Ed25519"), c, set_with(jws_alg::eddsa)), "");
}

TEST(find_keys, takes_the_algorithms_of_fapi_alone) {  // NEG-199, FAP-09
  auto c = make_client();
  c.profile = client_profile::fapi2;
  for (const auto& row : assertion_algs) {
    if (!row.by_key) continue;
    const auto fits = row.name == "ES256" || row.name == "PS256" || row.name == "EdDSA";
    const auto fault = key_fault(assertion_with(std::string{row.name}), c, set_with(*row.by_key));
    EXPECT_EQ(fault.empty() || fault == "no key of the client fits alg and kid of the assertion",
              fits)
        << row.name;
  }
}

TEST(find_keys, needs_a_key_of_that_kid) {  // NEG-086
  const auto keys = set_with(jws_alg::es256);
  const auto kid = key_of(jws_alg::es256).kid();
  constexpr auto none = std::string_view{"no key of the client fits alg and kid of the assertion"};
  EXPECT_EQ(key_fault(assertion_with("ES256", kid), make_client(), keys), "");
  EXPECT_EQ(key_fault(assertion_with("ES256", "other"), make_client(), keys), none);
  EXPECT_EQ(key_fault(assertion_with("ES384", kid), make_client(), keys), none);
  EXPECT_TRUE(needs_newer_keys(assertion_with("ES256", "other"), keys));
  EXPECT_TRUE(needs_newer_keys(assertion_with("ES384"), keys));
  EXPECT_FALSE(needs_newer_keys(assertion_with("ES256", kid), keys));
  EXPECT_FALSE(needs_newer_keys(assertion_with("ES384", kid), keys));  // the key is of another kind
  EXPECT_FALSE(needs_newer_keys(assertion_with("HS256", "other"), keys));
}

TEST(find_keys, never_takes_a_key_of_the_header) {  // NEG-085
  const auto keys = key_set::read(R"({"keys":[]})").value();
  const auto jwk = key_of(jws_alg::es256).public_part().jwk();
  for (const auto& [name, value] : members{{"jwk", jwk},
                                           {"x5c", "[\"MIIB\"]"},
                                           {"jku", "\"https://evil.example/jwks\""},
                                           {"x5u", "\"https://evil.example/x5u\""}}) {
    const auto text = unsigned_jwt(with(header, name, value), claims);
    EXPECT_NE(key_fault(read_assertion(text).value(), make_client(), keys), "") << name;
  }
}

TEST(find_keys, finds_the_key_that_verifies) {  // CAU-10
  for (const auto& row : assertion_algs) {
    if (!row.by_key) continue;
    auto signer = crypto::jws_signer{key_of(*row.by_key)};
    auto compact = std::string{};
    signer.append_compact(compact,
                          base64url(json(with(header, "alg", '"' + std::string{row.name} + '"'))),
                          json(claims));
    const auto read = read_assertion(compact).value();
    const auto keys = set_with(*row.by_key);
    const auto found = find_keys(read, make_client(), keys).value();
    ASSERT_EQ(found.size(), 1U) << row.name;
    EXPECT_TRUE(
        crypto::verify_signature(**found.begin(), read.jwt.signed_text, read.jwt.signature));
    const auto decoys = decoy_keys(read.alg);
    ASSERT_EQ(decoys.size(), 1U) << row.name;
    EXPECT_FALSE(
        crypto::verify_signature(**decoys.begin(), read.jwt.signed_text, read.jwt.signature));
  }
}

}  // namespace
}  // namespace mintage::oauth
