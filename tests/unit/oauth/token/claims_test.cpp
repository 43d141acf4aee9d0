#include "oauth/token/claims.hpp"

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

std::string access_token_claims(const grant& g, const options& o = with_issuer("https://h"),
                                const issuance& issued = {}) {
  auto out = std::string{};
  append_access_token_claims(out, g, issued, "AAjti", now, o);
  return out;
}

std::string id_token_claims(const grant& g, const issuance& issued = {}) {
  auto out = std::string{};
  append_id_token_claims(out, g, issued, known_token, crypto::jws_alg::es256, now,
                         with_issuer("https://h"));
  return out;
}

target api(std::string identifier) {
  return {.identifier = std::move(identifier)};
}

TEST(at_hash, known_answer) {  // KAT-03
  using enum crypto::jws_alg;
  for (const auto alg : {es256, rs256, ps256}) {
    EXPECT_EQ(at_hash(known_token, alg), "77QmUPtjPfzWtF2AnpK9RQ");
  }
  EXPECT_EQ(at_hash(known_token, es384), "jtAeDp945y1dDqU3nkIVGNZP1HjH_MFs");
  EXPECT_EQ(at_hash(known_token, eddsa), "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM");
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

TEST(access_token_claims, name_one_target_as_a_string_and_several_as_an_array) {  // ATK-02
  auto g = bare_grant();
  g.who.targets = {api("https://a")};
  EXPECT_THAT(access_token_claims(g), HasSubstr(R"("aud":"https://a",)"));
  g.who.targets.push_back(api("https://b"));
  EXPECT_THAT(access_token_claims(g), HasSubstr(R"("aud":["https://a","https://b"],)"));
}

TEST(access_token_claims, follow_what_is_issued_of_the_grant) {  // RFT-07, RFT-12
  auto g = full_grant();
  g.who.targets = {api("https://a"), api("https://b")};
  auto narrowed = issuance{};
  narrowed.scope = "openid";
  narrowed.targets = {api("https://b")};
  const auto text = access_token_claims(g, with_issuer("https://h"), narrowed);
  EXPECT_THAT(text, HasSubstr(R"("aud":"https://b",)"));
  EXPECT_THAT(text, HasSubstr(R"("scope":"openid",)"));
}

TEST(access_token_claims, name_the_keys_that_the_token_is_bound_to) {  // DPO-12, MTL-01
  auto bound = issuance{};
  bound.bound_to.jkt = crypto::digest{};
  bound.static_claims = R"({"tenant":1})";
  EXPECT_THAT(
      access_token_claims(bare_grant(), with_issuer("https://h"), bound),
      HasSubstr(R"("cnf":{"jkt":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},"tenant":1})"));
  EXPECT_THAT(access_token_claims(bare_grant()), Not(HasSubstr("cnf")));
}

TEST(access_token_claims, of_a_clients_own_grant_tell_of_no_login) {  // CCG-01
  auto g = grant{};
  g.who.client_id = "cl_app";
  g.who.sub = "cl_app";
  EXPECT_EQ(access_token_claims(g),
            R"({"iss":"https://h","exp":1700000300,"aud":"https://h/userinfo","sub":"cl_app",)"
            R"("client_id":"cl_app","iat":1700000000,"jti":"AAjti"})");
}

TEST(claims, name_the_pairwise_subject_alone) {  // §3.3
  auto g = full_grant();
  g.who.pairwise_sub = "p1";
  for (const auto& text : {access_token_claims(g), id_token_claims(g)}) {
    EXPECT_THAT(text, HasSubstr(R"("sub":"p1",)"));
    EXPECT_THAT(text, Not(HasSubstr("alice")));
  }
}

TEST(id_token_claims, have_no_nonce_once_refreshed_and_the_first_auth_time) {  // RFT-09, NEG-149
  auto refreshed = issuance{};
  refreshed.is_first = false;
  const auto text = id_token_claims(full_grant(), refreshed);
  EXPECT_THAT(text, Not(HasSubstr("nonce")));
  EXPECT_THAT(text, HasSubstr(R"("auth_time":1699999000,)"));
}

TEST(id_token_claims, have_the_user_claims_that_were_asked_for) {  // IDT-02
  auto g = bare_grant();
  g.who.id_token_claims = R"({"email":"a@example.com","age":7})";
  EXPECT_THAT(id_token_claims(g), testing::EndsWith(R"(,"email":"a@example.com","age":7})"));
  g.who.id_token_claims = "{}";
  EXPECT_EQ(id_token_claims(g), id_token_claims(bare_grant()));
}

TEST(access_token_claims, end_with_those_of_client_and_resource) {
  auto more = issuance{};
  more.static_claims = R"({"tenant":"t1"})";
  auto access = std::string{};
  append_access_token_claims(access, bare_grant(), more, "j", now, with_issuer("https://h"));
  EXPECT_THAT(access, testing::EndsWith(R"(,"tenant":"t1"})"));
  EXPECT_THAT(id_token_claims(bare_grant(), more), Not(HasSubstr("tenant")));
}

TEST(claims, end_as_the_client_wants) {
  auto own = issuance{};
  own.lives.access = seconds{77};
  own.lives.id = seconds{88};
  auto access = std::string{};
  append_access_token_claims(access, bare_grant(), own, "j", now, with_issuer("https://h"));
  const auto after = [](int s) { return std::to_string(numeric_date(now) + s); };
  EXPECT_THAT(access, HasSubstr("\"exp\":" + after(77)));
  EXPECT_THAT(id_token_claims(bare_grant(), own), HasSubstr("\"exp\":" + after(88)));
}

TEST(protocol_claims, are_all_that_both_tokens_have) {  // IDT-02
  for (const auto* name : {"iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr",
                           "at_hash", "sid", "azp", "c_hash", "cnf"}) {
    EXPECT_TRUE(is_protocol_claim(name)) << name;
  }
  for (const auto* name : {"", "email", "Sub", "sub ", "name"}) {
    EXPECT_FALSE(is_protocol_claim(name)) << name;
  }
}

TEST(claims, are_appended) {
  auto out = std::string{"x"};
  append_access_token_claims(out, bare_grant(), {}, "j", now, with_issuer("https://h"));
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
