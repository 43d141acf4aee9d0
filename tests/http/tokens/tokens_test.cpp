// The issued tokens: members of the answer, access tokens, ID tokens, refresh tokens.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include "crypto/base64.hpp"
#include "tests/support/jwt_check.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

namespace json = boost::json;

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::set<std::string> names_of(const json::object& o) {
  auto out = std::set<std::string>{};
  for (auto& member : o) out.insert(std::string{member.key()});
  return out;
}

class issued : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    stage_ = std::make_unique<stage>();
    es256_ = make_party(stage_->admin, {{"id_token_signed_response_alg", "ES256"}});
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(stage_->server.stop(), 0);
    stage_.reset();
  }

  static json::object jwks() {
    auto wire = connection{stage_->server.port()};
    wire.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
    return parse_object(wire.receive().body);
  }
  /// Mints `body` and redeems it for `who`.
  static json::object redeem(const party& who, const json::object& body) {
    auto call = redemption(who, stage_->admin.mint(body));
    auto got = call.send_to(stage_->server.port());
    check_answer(got, call, success);
    return parse_object(got.body);
  }
  static json::object with_scope(std::string_view scope) {
    auto body = mint_body(stage_->c1);
    body["scope"] = json::string_view{scope.data(), scope.size()};
    return body;
  }

  static std::unique_ptr<stage> stage_;
  static party es256_;
};
std::unique_ptr<stage> issued::stage_;
party issued::es256_;

TEST_F(issued, TOK_14_scope_is_always_sent_and_members_that_do_not_apply_are_left_out) {
  auto plain = redeem(stage_->c1, with_scope("openid profile"));
  EXPECT_EQ(names_of(plain), (std::set<std::string>{"access_token", "token_type", "expires_in",
                                                    "scope", "id_token"}));
  EXPECT_EQ(text_of(plain, "scope"), "openid profile");
  EXPECT_EQ(plain.at("expires_in").as_int64(), 600);
}

TEST_F(issued, COD_11_a_refresh_token_iff_registered_and_offline_or_not_openid) {
  auto without_grant = make_party(stage_->admin, {{"grant_types", {"authorization_code"}}});
  auto flagged = make_party(stage_->admin, {{"rt_without_offline", true}});
  struct {
    const party& who;
    const char* scope;
    bool refreshable;
    bool identified;
  } const rows[] = {
      {stage_->c1, "openid profile", false, true},
      {stage_->c1, "openid offline_access", true, true},
      {stage_->c1, "profile", true, false},
      {without_grant, "openid offline_access", false, true},
      {without_grant, "profile", false, false},
      {flagged, "openid", true, true},
  };
  for (auto& row : rows) {
    auto body = mint_body(row.who);
    body["scope"] = row.scope;
    auto got = redeem(row.who, body);
    EXPECT_EQ(got.contains("refresh_token"), row.refreshable) << row.scope;
    EXPECT_EQ(got.contains("id_token"), row.identified) << row.scope;
    EXPECT_EQ(text_of(got, "scope"), row.scope);
  }
}

TEST_F(issued, ATK_01_the_access_token_is_an_rfc_9068_jwt_under_es256) {
  auto before = now_seconds();
  auto body = mint_body(stage_->c1);
  body["acr"] = "urn:mace:incommon:iap:silver";
  body["amr"] = json::array{"pwd", "otp"};
  body["nonce"] = "n-0S6_WzA2Mj";
  auto token = read_jwt(text_of(redeem(stage_->c1, body), "access_token"));
  EXPECT_TRUE(is_signed_by(token, jwks()));
  EXPECT_EQ(text_of(token.header, "alg"), "ES256");
  EXPECT_EQ(text_of(token.header, "typ"), "at+jwt");
  EXPECT_EQ(names_of(token.header), (std::set<std::string>{"alg", "typ", "kid"}));  // JWS-01
  EXPECT_EQ(names_of(token.claims),
            (std::set<std::string>{"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope",
                                   "auth_time", "acr", "amr"}));
  EXPECT_EQ(text_of(token.claims, "iss"), issuer);
  EXPECT_EQ(text_of(token.claims, "aud"), std::string{issuer} + "/userinfo");  // ATK-02
  EXPECT_EQ(text_of(token.claims, "sub"), "alice");
  EXPECT_EQ(text_of(token.claims, "client_id"), stage_->c1.id);
  EXPECT_EQ(text_of(token.claims, "scope"), "openid profile");
  EXPECT_EQ(token.claims.at("auth_time"), body.at("auth_time"));
  EXPECT_EQ(token.claims.at("acr"), body.at("acr"));
  EXPECT_EQ(token.claims.at("amr"), body.at("amr"));
  auto iat = token.claims.at("iat").as_int64();
  EXPECT_GE(iat, before);
  EXPECT_LE(iat, now_seconds());
  EXPECT_EQ(token.claims.at("exp").as_int64(), iat + 600);
}

TEST_F(issued, ATK_02_the_jti_begins_with_the_slot_of_the_code) {
  auto code = stage_->mint(stage_->c1);
  auto got = parse_object(stage_->redeem(stage_->c1, code).body);
  auto jti = text_of(read_jwt(text_of(got, "access_token")).claims, "jti");
  EXPECT_EQ(jti.size(), 34U);
  EXPECT_EQ(jti.substr(0, 2), code.substr(4, 2));
}

void check_id_token(const json::object& got, const json::object& keys, const party& who,
                    const json::object& body, std::string_view alg) {
  auto token = read_jwt(text_of(got, "id_token"));
  EXPECT_TRUE(is_signed_by(token, keys));
  EXPECT_EQ(text_of(token.header, "alg"), alg);
  EXPECT_NE(text_of(token.header, "kid"), "");
  EXPECT_NE(text_of(token.header, "typ"), "at+jwt");  // ATK-05: not an access token
  EXPECT_EQ(text_of(token.claims, "iss"), issuer);
  EXPECT_EQ(text_of(token.claims, "sub"), "alice");
  EXPECT_EQ(text_of(token.claims, "aud"), who.id);  // a string when single
  EXPECT_EQ(token.claims.at("auth_time"), body.at("auth_time"));
  EXPECT_EQ(token.claims.at("exp").as_int64(), token.claims.at("iat").as_int64() + 600);
  EXPECT_EQ(text_of(token.claims, "at_hash"), left_half_hash(text_of(got, "access_token")));
  for (auto* absent : {"azp", "c_hash", "s_hash", "name", "email"}) {
    EXPECT_FALSE(token.claims.contains(absent)) << absent;
  }
}

TEST_F(issued, the_id_token_is_signed_with_rs256_by_default) {
  auto body = mint_body(stage_->c1);
  check_id_token(redeem(stage_->c1, body), jwks(), stage_->c1, body, "RS256");
}

TEST_F(issued, the_id_token_is_signed_with_es256_when_registered) {
  auto body = mint_body(es256_);
  check_id_token(redeem(es256_, body), jwks(), es256_, body, "ES256");
}

TEST_F(issued, the_nonce_comes_back_unchanged_and_only_when_there_was_one) {
  auto body = mint_body(stage_->c1);
  auto without = read_jwt(text_of(redeem(stage_->c1, body), "id_token"));
  EXPECT_FALSE(without.claims.contains("nonce"));
  body["nonce"] = "with \"quotes\", \\ and \u00fcmlaut";
  auto with = read_jwt(text_of(redeem(stage_->c1, body), "id_token"));
  EXPECT_EQ(with.claims.at("nonce"), body.at("nonce"));
  EXPECT_TRUE(is_signed_by(with, jwks()));
}

TEST_F(issued, acr_amr_and_sid_pass_to_the_id_token) {
  auto body = mint_body(stage_->c1);
  body["acr"] = "loa2";
  body["amr"] = json::array{"hwk"};
  auto token = read_jwt(text_of(redeem(stage_->c1, body), "id_token"));
  EXPECT_EQ(token.claims.at("acr"), body.at("acr"));
  EXPECT_EQ(token.claims.at("amr"), body.at("amr"));
}

TEST_F(issued, every_token_has_an_id_of_its_own) {
  auto seen = std::set<std::string>{};
  for (auto i = 0; i < 20; ++i) {
    auto got = redeem(stage_->c1, mint_body(stage_->c1));
    EXPECT_TRUE(seen.insert(text_of(read_jwt(text_of(got, "access_token")).claims, "jti")).second);
  }
}

TEST_F(issued, RFT_06_the_refresh_token_has_its_final_form) {
  auto body = with_scope("openid offline_access");
  auto code = stage_->admin.mint(body);
  auto got = parse_object(stage_->redeem(stage_->c1, code).body);
  auto text = text_of(got, "refresh_token");
  ASSERT_EQ(text.size(), 76U);
  EXPECT_EQ(text.substr(0, 4), "mrt_");
  EXPECT_EQ(text.substr(4, 2), code.substr(4, 2));
  auto inside = crypto::base64url_decode(std::string_view{text}.substr(6));
  ASSERT_TRUE(inside.has_value());
  ASSERT_EQ(inside->size(), 16U + 4U + 32U);
  EXPECT_EQ(inside->substr(16, 4), std::string(4, '\0')) << "generation 0";
  auto jti = text_of(read_jwt(text_of(got, "access_token")).claims, "jti");
  auto named = crypto::base64url_decode(std::string_view{jti}.substr(2));
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(inside->substr(0, 16), named->substr(0, 16)) << "one family";
}

TEST_F(issued, codes_have_their_prefix_a_slot_and_256_random_bits) {
  auto seen = std::set<std::string>{};
  for (auto& code : stage_->admin.mint_many(mint_body(stage_->c1), 200)) {
    EXPECT_EQ(code.size(), 49U);
    EXPECT_TRUE(code.starts_with("mco_"));
    EXPECT_TRUE(crypto::base64url_decode(std::string_view{code}.substr(6)).has_value());
    EXPECT_TRUE(seen.insert(code).second);
  }
}

TEST_F(issued, a_public_client_redeems_with_its_verifier_alone) {
  auto who =
      make_party(stage_->admin, {{"token_endpoint_auth_method", "none"}, {"require_pkce", true}});
  auto body = mint_body(who);
  check_id_token(redeem(who, body), jwks(), who, body, "RS256");
}

/// A client whose tokens live 77 s and have a claim, and two resources with another one.
party make_special(stage& s) {
  for (const auto* format : {"jwt", "opaque"}) {
    const auto resource =
        json::object{{"identifier", std::string{"https://"} + format + ".example"},
                     {"token_format", format},
                     {"access_token_claims", {{"zone", format}}}};
    const auto got = s.admin.call("POST", "/admin/resources", json::serialize(resource));
    EXPECT_EQ(got.status, 200U) << got.octets;
  }
  return make_party(s.admin,
                    {{"allowed_resources", {"https://jwt.example", "https://opaque.example"}},
                     {"access_token_ttl", 77},
                     {"access_token_claims", {{"tenant", "t1"}, {"zone", "none"}}}});
}

TEST(a_client_of_its_own_kind, has_lives_and_claims_of_its_own_in_tokens_and_introspection) {
  auto s = stage{};
  const auto who = make_special(s);
  for (const auto* format : {"jwt", "opaque"}) {
    SCOPED_TRACE(format);
    const auto token =
        s.log_in(who, {{"resource", std::string{"https://"} + format + ".example"}}).access;
    EXPECT_EQ(token.starts_with("mat_"), format == std::string_view{"opaque"});
    auto told = std::vector{s.introspect(who, token)};
    if (!token.starts_with("mat_")) told.push_back(read_jwt(token).claims);
    for (const auto& claims : told) {
      EXPECT_EQ(text_of(claims, "tenant"), "t1");
      EXPECT_EQ(text_of(claims, "zone"), format);
      EXPECT_EQ(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 77);
    }
  }
  EXPECT_EQ(s.introspect(s.c1, s.log_in(s.c1).access).contains("tenant"), false);
}

}  // namespace

}  // namespace mintage::test
