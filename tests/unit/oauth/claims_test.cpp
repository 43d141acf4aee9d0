#include "oauth/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto now = instant{milliseconds{1'700'000'000'999}};
constexpr auto known_token = std::string_view{"jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"};

options with_issuer(std::string issuer) {
  auto o = options{};
  o.issuer = std::move(issuer);
  o.access_ttl = seconds{300};
  o.id_ttl = seconds{120};
  return o;
}

grant bare_grant() {
  auto g = grant{};
  g.who.client_id = "cl_app";
  g.who.sub = "alice";
  g.who.scope = "openid";
  g.who.auth_time = instant{milliseconds{1'699'999'000'500}};
  return g;
}

grant full_grant() {
  auto g = bare_grant();
  g.who.scope = "openid offline_access";
  g.who.nonce = "n-\"0\\";
  g.who.acr = "urn:mace:silver";
  g.who.amr = {"pwd", "otp"};
  g.who.sid = "s1";
  g.who.claims = R"({"email":"a@example.com"})";
  return g;
}

std::string access_token_claims(const grant& g, const options& o = with_issuer("https://h")) {
  auto out = std::string{};
  append_access_token_claims(out, g, "AAjti", now, o);
  return out;
}

std::string id_token_claims(const grant& g, const options& o = with_issuer("https://h")) {
  auto out = std::string{};
  append_id_token_claims(out, g, known_token, crypto::jws_alg::es256, now, o);
  return out;
}

TEST(at_hash, known_answer) {  // KAT-03
  for (const auto alg : {crypto::jws_alg::es256, crypto::jws_alg::rs256}) {
    EXPECT_EQ(at_hash(known_token, alg), "77QmUPtjPfzWtF2AnpK9RQ");
  }
}

TEST(access_token_claims, never_hold_what_belongs_to_the_id_token_or_to_userinfo) {
  const auto text = access_token_claims(full_grant());  // ATK-01, IDT-02
  for (const auto* absent : {"nonce", "at_hash", "sid", "email", "claims", "azp"}) {
    EXPECT_THAT(text, Not(HasSubstr(absent)));
  }
}

TEST(access_token_claims, are_those_of_rfc_9068) {  // ATK-01, ATK-02
  EXPECT_EQ(access_token_claims(full_grant()),
            R"({"iss":"https://h","exp":1700000300,"aud":"https://h/userinfo","sub":"alice",)"
            R"("client_id":"cl_app","iat":1700000000,"jti":"AAjti",)"
            R"("scope":"openid offline_access","auth_time":1699999000,)"
            R"("acr":"urn:mace:silver","amr":["pwd","otp"]})");
  EXPECT_EQ(access_token_claims(bare_grant()),
            R"({"iss":"https://h","exp":1700000300,"aud":"https://h/userinfo","sub":"alice",)"
            R"("client_id":"cl_app","iat":1700000000,"jti":"AAjti","scope":"openid",)"
            R"("auth_time":1699999000})");
}

TEST(access_token_claims, audience_doubles_no_slash) {  // ATK-02
  const auto text = access_token_claims(bare_grant(), with_issuer("https://h/t/"));
  EXPECT_THAT(text, HasSubstr(R"("iss":"https://h/t/",)"));
  EXPECT_THAT(text, HasSubstr(R"("aud":"https://h/t/userinfo",)"));
}

TEST(id_token_claims, never_hold_azp_or_c_hash_or_user_claims) {  // §3.3, IDT-02
  const auto text = id_token_claims(full_grant());
  for (const auto* absent : {"azp", "c_hash", "email", "claims", "jti", "scope", "s_hash"}) {
    EXPECT_THAT(text, Not(HasSubstr(absent)));
  }
}

TEST(id_token_claims, are_those_of_the_table) {  // §3.3
  EXPECT_EQ(id_token_claims(full_grant()),
            R"({"iss":"https://h","sub":"alice","aud":"cl_app","exp":1700000120,)"
            R"("iat":1700000000,"nonce":"n-\"0\\","auth_time":1699999000,)"
            R"("acr":"urn:mace:silver","amr":["pwd","otp"],)"
            R"("at_hash":"77QmUPtjPfzWtF2AnpK9RQ","sid":"s1"})");
  EXPECT_EQ(id_token_claims(bare_grant()),
            R"({"iss":"https://h","sub":"alice","aud":"cl_app","exp":1700000120,)"
            R"("iat":1700000000,"auth_time":1699999000,)"
            R"("at_hash":"77QmUPtjPfzWtF2AnpK9RQ"})");
}

TEST(claims, are_appended) {
  auto out = std::string{"x"};
  append_access_token_claims(out, bare_grant(), "j", now, with_issuer("https://h"));
  EXPECT_TRUE(out.starts_with("x{\"iss\""));
}

TEST(jti, begins_with_the_slot_and_names_the_family) {  // ATK-02
  auto random = test::counting_random{0xf8};
  auto g = bare_grant();
  g.where = slot{4095};
  for (auto i = std::uint8_t{0}; i < 16; ++i) g.family[i] = i;
  const auto jti = make_jti(g, random);
  EXPECT_EQ(jti, "__AAECAwQFBgcICQoLDA0OD_j5-vv8_f7_");
  EXPECT_EQ(jti.size(), 34u);
  EXPECT_NE(make_jti(g, random), jti);
}

}  // namespace
}  // namespace mintage::oauth
