// Part K: clients of the profile FAPI 2.0. (FAP-01 to FAP-05, FAP-09)
#include <gmock/gmock.h>

#include <utility>

#include "tests/http/negative/proofs.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {
namespace {

using boost::json::object;

object profile() {
  return {{"profile", "fapi2"}, {"id_token_signed_response_alg", "ES256"}, {"require_pkce", true}};
}

party make_fapi_party(world& w, std::shared_ptr<const client_key> signs) {
  auto made = make_signing_party(w.admin, std::move(signs), profile());
  made.pkce = true;
  return made;
}
party make_fapi_party(world& w) {
  return make_fapi_party(w, w.signer.key);
}

tokens redeem_with(world& w, const party& who, dpop_key& by, std::string_view code) {
  const auto call = redemption(who, code).header("DPoP", proof_by(by));
  const auto got = send(w, call);
  check_answer(got, call, success);
  return tokens_in(got);
}

void expect_refused_registration(world& w, const object& with) {
  auto metadata = client_metadata();
  for (const auto& own : {profile(), with}) {
    for (const auto& member : own) metadata[member.key()] = member.value();
  }
  const auto got = w.admin.call("POST", "/admin/clients", boost::json::serialize(metadata));
  EXPECT_EQ(got.status, 400U) << got.body;
  EXPECT_THAT(got.body, testing::HasSubstr("token_endpoint_auth_method"));
}

void secrets(world& w) {
  for (const auto* method : {"client_secret_basic", "client_secret_post", "client_secret_jwt"})
    expect_refused_registration(w, {{"token_endpoint_auth_method", method}});
  const auto who = make_fapi_party(w);
  const auto code = w.mint(who);
  auto by_secret = who;
  by_secret.how = party::way::basic;
  by_secret.secret = "any-secret-marker";
  const auto call = redemption(by_secret, code).header("DPoP", proof_by(key()));
  check_answer(send(w, call), call, invalid_client_401);
  static_cast<void>(redeem_with(w, who, key(), code));
}

void assertion_by_rs256(world& w) {
  const auto rsa = std::make_shared<const client_key>(crypto::jws_alg::rs256);
  auto metadata = profile();
  auto keys = w.signer.key->jwks();
  auto as_any = rsa->jwk();  // the key itself may be for any algorithm
  as_any.erase("alg");
  keys.at("keys").as_array().push_back(as_any);
  metadata["jwks"] = keys;
  auto who = make_signing_party(w.admin, w.signer.key, metadata);
  who.pkce = true;
  const auto code = w.mint(who);
  auto other = who;
  other.key = rsa;
  const auto call = redemption(other, code).header("DPoP", proof_by(key()));
  check_answer(send(w, call), call, invalid_client);
  static_cast<void>(redeem_with(w, who, key(), code));
}

void audience_in_an_array(world& w) {
  const auto who = make_fapi_party(w);
  const auto code = w.mint(who);
  auto claims = assertion_claims(who.id);
  claims["aud"] = boost::json::array{claims.at("aud")};
  auto call = redemption(who, code).header("DPoP", proof_by(key()));
  call.set("client_assertion", who.key->sign(who.key->header(), boost::json::serialize(claims)));
  check_answer(send(w, call), call, invalid_client);
  static_cast<void>(redeem_with(w, who, key(), code));
}

void no_proof(world& w) {
  const auto who = make_fapi_party(w);
  const auto code = w.mint(who);
  const auto call = redemption(who, code);
  check_answer(send(w, call), call, invalid_dpop_proof);
  static_cast<void>(redeem_with(w, who, key(), code));
}

void proof_by_rs256(world& w) {
  auto rsa = dpop_key{crypto::jws_alg::rs256};
  const auto who = make_fapi_party(w);
  const auto code = w.mint(who);
  const auto call = redemption(who, code).header("DPoP", proof_by(rsa));
  check_answer(send(w, call), call, invalid_dpop_proof);
  static_cast<void>(redeem_with(w, who, key(), code));
  const auto another = redemption(w.c1, w.mint(w.c1)).header("DPoP", proof_by(rsa));
  check_answer(send(w, another), another, success);
}

/// For other clients a duplicate at once revokes nothing (COD-07).
void replay_at_once(world& w) {
  const auto who = make_fapi_party(w);
  const auto code = w.mint(who);
  const auto granted = redeem_with(w, who, key(), code);
  EXPECT_TRUE(w.introspect(who, granted.access).at("active").as_bool());
  const auto again = redemption(who, code).header("DPoP", proof_by(key()));
  check_answer(send(w, again), again, invalid_grant);
  EXPECT_FALSE(w.introspect(who, granted.access).at("active").as_bool());
}

void refreshes_with_new_keys(world& w) {
  const auto who = make_fapi_party(w);
  auto body = mint_body(who);
  body["scope"] = "openid offline_access";
  const auto granted = redeem_with(w, who, key(), w.admin.mint(body));
  for (auto i = 0; i < 2; ++i) {
    auto other = dpop_key{};
    const auto call = refresh(who, granted.refresh).header("DPoP", proof_by(other));
    const auto got = send(w, call);
    check_answer(got, call, success);
    EXPECT_EQ(tokens_in(got).refresh, granted.refresh);
    EXPECT_EQ(text_of(read_jwt(tokens_in(got).access).claims.at("cnf").as_object(), "jkt"),
              other.jkt());
  }
}

}  // namespace

std::vector<row> rows_of_fapi() {
  return {
      {"NEG-095", "fapi", audience_in_an_array},
      {"NEG-168", "fapi", proof_by_rs256},
      {"NEG-198", "", secrets},
      {"NEG-199", "", assertion_by_rs256},
      {"NEG-200", "",
       [](world& w) {
         expect_refused_registration(w, {{"token_endpoint_auth_method", "none"}});
       }},
      {"NEG-201", "", no_proof},
      {"NEG-202", "", replay_at_once},
      {"NEG-203", "", refreshes_with_new_keys},
  };
}

}  // namespace mintage::test
