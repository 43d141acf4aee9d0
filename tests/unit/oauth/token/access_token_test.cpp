#include "oauth/token/access_token.hpp"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "oauth/token/claims.hpp"
#include "tests/unit/oauth/counting_random.hpp"

namespace mintage::oauth {
namespace {

using namespace std::chrono_literals;

void replace(std::string& in, std::string_view from, std::string_view to) {
  const auto at = in.find(from);
  ASSERT_NE(at, in.npos) << from;
  in.replace(at, from.size(), to);
}

/// Tokens of one key, made piece by piece.
class jwt_access_tokens : public testing::Test {
 protected:
  void SetUp() override {
    ring.keys.push_back({other, key_state::retiring, now});
    ring.keys.push_back({key, key_state::active, now});
    g.who.client_id = "client";
    g.who.sub = "248289761001";
    g.who.scope = "openid read";
    g.who.auth_time = now - 60s;
    g.who.acr = "gold";
    g.where = slot{77};
    g.family.fill(9);
  }

  [[nodiscard]] std::string header(std::string_view typ = "at+jwt") const {
    return *crypto::base64url_decode(crypto::jose_header(key, typ));
  }
  [[nodiscard]] std::string claims(const issuance& issued = {}) {
    auto out = std::string{};
    append_access_token_claims(out, g, issued, make_jti(g, random), now, rules);
    return out;
  }
  [[nodiscard]] std::string sign(std::string_view head, std::string_view body) {
    auto out = std::string{};
    crypto::jws_signer{key}.append_compact(out, crypto::base64url(head), body);
    return out;
  }
  [[nodiscard]] std::optional<access_token> read(std::string_view text) const {
    const auto jwt = find_jwt_access_token(text, ring);
    if (!jwt || !crypto::verify_signature(*jwt->key, jwt->signed_text, jwt->signature))
      return std::nullopt;
    return read_jwt_access_token(*jwt, now, rules);
  }

  instant now{1'800'000'000'000ms};
  options rules;
  test::counting_random random;
  crypto::signing_key key = crypto::signing_key::generate(crypto::jws_alg::es256);
  crypto::signing_key other = crypto::signing_key::generate(crypto::jws_alg::es256);
  key_ring ring;
  grant g;
};

TEST_F(jwt_access_tokens, say_what_they_were_made_with) {  // ATK-01, ATK-05
  for (const auto* typ : {"at+jwt", "application/at+jwt", "AT+JWT"}) {
    const auto token = read(sign(header(typ), claims()));
    ASSERT_TRUE(token) << typ;
    EXPECT_EQ(token->client_id, "client");
    EXPECT_EQ(token->sub, "248289761001");
    EXPECT_EQ(token->scope, "openid read");
    EXPECT_EQ(token->audience, std::vector<std::string>{rules.issuer + "/userinfo"});
    EXPECT_EQ(token->issued, now);
    EXPECT_EQ(token->expires, now + rules.access_ttl);
    EXPECT_EQ(token->auth_time, numeric_date(now - 60s));
    EXPECT_EQ(token->acr, "gold");
    EXPECT_EQ(token->where, g.where);
    EXPECT_EQ(token->family, g.family);
  }
}

TEST_F(jwt_access_tokens, of_a_client_itself_have_no_family) {  // CCG-01
  g.who.sub = g.who.client_id;
  const auto token = read(sign(header(), claims()));
  ASSERT_TRUE(token);
  EXPECT_FALSE(token->family);
  EXPECT_EQ(token->where, g.where);
}

TEST_F(jwt_access_tokens, name_the_keys_that_they_are_bound_to) {  // DPO-12
  EXPECT_TRUE(read(sign(header(), claims()))->bound_to.empty());
  auto bound = issuance{};
  bound.bound_to = {.jkt = crypto::digest{1}, .x5t = crypto::digest{2}};
  auto text = claims(bound);
  EXPECT_EQ(read(sign(header(), text))->bound_to, bound.bound_to);
  replace(text, R"("jkt":)", R"("jkt":1,"j":)");
  EXPECT_FALSE(read(sign(header(), text)));
}

TEST_F(jwt_access_tokens, end_with_their_last_second) {
  const auto text = sign(header(), claims());
  now += rules.access_ttl - 1ms;
  EXPECT_TRUE(read(text));
  now += 1ms;
  EXPECT_FALSE(read(text));
}

TEST_F(jwt_access_tokens, are_nothing_else) {  // NEG-194, JWS-02, JWS-03, ATK-05
  struct row {
    std::string_view name;
    std::function<void(std::string& header, std::string& claims)> change;
  };
  const auto in_header = [](std::string_view from, std::string_view to) {
    return [=](std::string& h, std::string&) { replace(h, from, to); };
  };
  const auto in_claims = [](std::string_view from, std::string_view to) {
    return [=](std::string&, std::string& c) { replace(c, from, to); };
  };
  for (const auto& r : {
           row{"an ID token", in_header("at+jwt", "JWT")},
           row{"no typ", in_header(R"("typ":"at+jwt",)", "")},
           row{"another typ", in_header("at+jwt", "logout+jwt")},
           row{"another alg", in_header("ES256", "RS256")},
           row{"alg none", in_header("ES256", "none")},
           row{"unknown kid", in_header(key.kid(), "x")},
           row{"kid of another key", in_header(key.kid(), other.kid())},
           row{"crit", in_header("{", R"({"crit":["exp"],)")},
           row{"b64", in_header("{", R"({"b64":true,)")},
           row{"alg twice", in_header("{", R"({"alg":"ES256",)")},
           row{"another issuer", in_claims(rules.issuer, "https://evil.example.com")},
           row{"exp as text", in_claims(R"("exp":)", R"("exp":"1","e":)")},
           row{"exp twice", in_claims(R"("exp":)", R"("exp":9,"exp":)")},
           row{"no exp", in_claims(R"("exp":)", R"("e":)")},
           row{"no iat", in_claims(R"("iat":)", R"("i":)")},
           row{"no aud", in_claims(R"("aud":)", R"("a":)")},
           row{"no sub", in_claims(R"("sub":)", R"("s":)")},
           row{"empty sub", in_claims("248289761001", "")},
           row{"no client_id", in_claims(R"("client_id":)", R"("c":)")},
           row{"no jti", in_claims(R"("jti":)", R"("j":)")},
           row{"foreign jti", in_claims(R"("jti":")", R"("jti":"x)")},
           row{"an array", [](std::string&, std::string& c) { c = "[" + c + "]"; }},
           row{"not JSON", [](std::string&, std::string& c) { c += "x"; }},
       }) {
    auto head = header();
    auto body = claims();
    r.change(head, body);
    EXPECT_FALSE(read(sign(head, body))) << r.name;
  }
}

TEST_F(jwt_access_tokens, have_one_spelling) {  // JWS-02
  const auto text = sign(header(), claims());
  ASSERT_TRUE(read(text));
  EXPECT_FALSE(read(text + "."));
  EXPECT_FALSE(read(text + ".."));  // five parts
  EXPECT_FALSE(read(text + "="));
  EXPECT_FALSE(read(text.substr(0, text.rfind('.'))));
  EXPECT_FALSE(read(" " + text));
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read(std::string(16 * 1024 + 1, 'a')));
  for (const auto at : {std::size_t{3}, text.find('.') + 5, text.size() - 5}) {
    auto changed = text;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read(changed)) << at;
  }
}

TEST_F(jwt_access_tokens, of_a_key_that_is_gone_are_unknown) {  // JWS-06
  const auto text = sign(header(), claims());
  ring.keys.pop_back();
  EXPECT_FALSE(read(text));
}

TEST(opaque_tokens, have_the_form_of_codes_with_a_prefix_of_their_own) {  // TOK-16
  auto random = test::counting_random{};
  auto hash = crypto::sha256_hasher{};
  const auto token = make_opaque_token(slot{77}, random);
  const auto text = std::string{token.reveal()};
  EXPECT_EQ(text.size(), 49U);
  EXPECT_EQ(text.substr(0, 4), "mat_");
  const auto found = find_opaque_token(text, hash);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->where, slot{77});
  EXPECT_EQ(found->hash, crypto::sha256(text));
  EXPECT_FALSE(find_opaque_token("mco_" + text.substr(4), hash));
  EXPECT_FALSE(find_opaque_token(text + "A", hash));
  EXPECT_FALSE(find_opaque_token(text.substr(0, 48), hash));
  EXPECT_FALSE(find_opaque_token(text.substr(0, 48) + "B", hash)) << "unused bits are zero";
}

TEST(describe, tells_what_was_issued_of_the_grant) {
  auto g = grant{};
  g.who.client_id = "client";
  g.who.incarnation = 7;
  g.who.sub = "person";
  g.who.pairwise_sub = "pair";
  g.who.scope = "openid read";
  g.who.targets = {{"https://a"}, {"https://b"}};
  g.where = slot{3};
  const auto now = instant{1'800'000'000'000ms};
  const auto rules = options{};
  const auto whole = describe(g, {}, now, rules);
  EXPECT_EQ(whole.sub, "pair");
  EXPECT_EQ(whole.scope, "openid read");
  EXPECT_EQ(whole.audience, (std::vector<std::string>{"https://a", "https://b"}));
  EXPECT_EQ(whole.expires, now + rules.access_ttl);
  EXPECT_EQ(whole.incarnation, 7U);
  EXPECT_EQ(whole.family, g.family);
  EXPECT_FALSE(whole.auth_time);
  auto out = issuance{};
  out.scope = "read";
  out.targets = {{"https://b"}};
  const auto narrowed = describe(g, out, now, rules);
  EXPECT_EQ(narrowed.scope, "read");
  EXPECT_EQ(narrowed.audience, std::vector<std::string>{"https://b"});
  EXPECT_TRUE(narrowed.bound_to.empty());
  out.bound_to.jkt = crypto::digest{5};
  EXPECT_EQ(describe(g, out, now, rules).bound_to, out.bound_to);
  g.who.sub = g.who.client_id;
  EXPECT_FALSE(describe(g, {}, now, rules).family);
}

}  // namespace
}  // namespace mintage::oauth
