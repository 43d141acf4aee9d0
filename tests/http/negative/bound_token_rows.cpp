// What is bound to a DPoP key: rows of parts G and J, refresh tokens and userinfo.
#include <gtest/gtest.h>

#include "tests/http/negative/proofs.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {

namespace {

using boost::json::object;
using boost::json::serialize;

const auto offline = object{{"scope", "openid profile offline_access"}};

/// Redeems a code of `who` with a proof, and expects tokens that are bound to its key.
tokens log_in_with(stage& s, const party& who, dpop_key& by, const object& login = {}) {
  auto body = mint_body(who);
  for (const auto& member : login) body[member.key()] = member.value();
  auto call = redemption(who, s.admin.mint(body)).header("DPoP", proof_by(by));
  const auto got = send(s, call);
  check_answer(got, call, success);
  const auto granted = tokens_in(got);
  EXPECT_EQ(text_of(read_jwt(granted.access).claims.at("cnf").as_object(), "jkt"), by.jkt());
  return granted;
}
/// A refresh with a proof. @returns the tokens of the answer.
tokens renew_with(const stage& s, const party& who, std::string_view token, dpop_key& by,
                  const expected& want = success) {
  const auto call = refresh(who, token).header("DPoP", proof_by(by));
  const auto got = send(s, call);
  check_answer(got, call, want);
  return got.status == 200 ? tokens_in(got) : tokens{};
}

void bound_tokens_are_shown(world& w) {
  const auto granted = log_in_with(w, w.c1, key(), offline);
  const auto seen = w.introspect(w.c1, granted.access);
  EXPECT_EQ(text_of(seen, "token_type"), "DPoP");
  EXPECT_EQ(text_of(seen.at("cnf").as_object(), "jkt"), key().jkt());
  EXPECT_FALSE(w.introspect(w.c1, granted.refresh).contains("cnf"));
  auto call = client_credentials(w.service).header("DPoP", proof_by(key()));
  const auto got = send(w, call);
  check_answer(got, call, success);
  EXPECT_EQ(text_of(w.introspect(w.service, tokens_in(got).access), "token_type"), "DPoP");
}

/// NEG-146, NEG-147: a static refresh token that needs its key.
void public_token_of_another_key(world& w, bool has_proof) {
  const auto granted = log_in_with(w, w.open, key(), offline);
  if (has_proof) {
    auto other = dpop_key{};
    renew_with(w, w.open, granted.refresh, other, invalid_grant);
  } else {
    const auto call = refresh(w.open, granted.refresh);
    check_answer(send(w, call), call, invalid_dpop_proof);
  }
  EXPECT_EQ(renew_with(w, w.open, granted.refresh, key()).refresh, granted.refresh);
  const auto seen = w.introspect(w.c1, granted.refresh);
  EXPECT_FALSE(seen.at("active").as_bool()) << "not the token of that client";
}

void confidential_client_changes_its_key(world& w) {
  const auto granted = log_in_with(w, w.c1, key(), offline);
  auto other = dpop_key{crypto::jws_alg::eddsa};
  const auto renewed = renew_with(w, w.c1, granted.refresh, other);
  EXPECT_EQ(text_of(read_jwt(renewed.access).claims.at("cnf").as_object(), "jkt"), other.jkt());
  const auto call = refresh(w.c1, granted.refresh);
  check_answer(send(w, call), call, success);  // and may go without
}

token_call userinfo_with(std::string_view token, const std::string& proof) {
  auto call = userinfo(token).header("Authorization", "DPoP " + std::string{token});
  return proof.empty() ? call : call.header("DPoP", proof);
}

std::string proof_for(dpop_key& by, std::string_view token, std::string_view method = "GET") {
  auto claims = proof_claims("/userinfo", method);
  claims["ath"] = ath_of(token);
  return by.sign(serialize(claims));
}

/// UIN-02.
void expect_dpop_challenge(const http_answer& got, std::string_view error) {
  EXPECT_EQ(got.status, 401U) << got.octets;
  EXPECT_EQ(got.count("WWW-Authenticate"), 1U);
  EXPECT_EQ(got.field("WWW-Authenticate"),
            "DPoP realm=\"" + std::string{issuer} +
                "\", algs=\"ES256 EdDSA Ed25519 PS256 ES384 RS256\", error=\"" +
                std::string{error} + '"');
  EXPECT_EQ(text_of(parse_object(got.body), "error"), error);
}

void bound_token_as_bearer(world& w) {
  const auto granted = log_in_with(w, w.c1, key());
  expect_dpop_challenge(send(w, userinfo(granted.access)), "invalid_token");
  expect_dpop_challenge(
      send(w, userinfo(granted.access).header("DPoP", proof_for(key(), granted.access))),
      "invalid_token");
}

void wrong_ath(world& w) {
  const auto token = log_in_with(w, w.c1, key()).access;
  const auto other_token = log_in_with(w, w.c1, key()).access;
  const auto answer_to = [&](const std::string& proof) {
    return send(w, userinfo_with(token, proof));
  };
  expect_dpop_challenge(answer_to(proof_for(key(), other_token)), "invalid_dpop_proof");
  expect_dpop_challenge(answer_to(proof_by(key(), "/userinfo")), "invalid_dpop_proof");
  expect_dpop_challenge(answer_to(proof_for(key(), token, "POST")), "invalid_dpop_proof");
  expect_dpop_challenge(answer_to(""), "invalid_dpop_proof");
  auto other = dpop_key{};
  expect_dpop_challenge(answer_to(proof_for(other, token)), "invalid_token");
  const auto unbound = w.log_in(w.c1).access;
  expect_dpop_challenge(send(w, userinfo_with(unbound, proof_for(key(), unbound))),
                        "invalid_token");
  const auto got = answer_to(proof_for(key(), token));
  EXPECT_EQ(got.status, 200U) << got.octets;
}

void nonce_at_userinfo(world&) {
  auto own = stage{{{"dpop.nonces", toml_string("required")}}};
  auto call = redemption(own.c1, own.mint(own.c1)).header("DPoP", proof_by(key()));
  const auto nonce = nonce_in(send(own, call));
  const auto token = tokens_in(send(own, call.header("DPoP", proof_with_nonce(nonce)))).access;
  auto got = send(own, userinfo_with(token, proof_for(key(), token)));
  expect_dpop_challenge(got, "use_dpop_nonce");
  auto claims = proof_claims("/userinfo", "GET");
  claims["ath"] = ath_of(token);
  claims["nonce"] = nonce_in(got);
  got = send(own, userinfo_with(token, key().sign(serialize(claims))));
  EXPECT_EQ(got.status, 200U) << got.octets;
}

}  // namespace

std::vector<row> rows_of_bound_tokens() {
  return {
      {"NEG-146", "", [](world& w) { public_token_of_another_key(w, true); }},
      {"NEG-147", "", [](world& w) { public_token_of_another_key(w, false); }},
      {"NEG-148", "", confidential_client_changes_its_key},
      {"NEG-148", "bound_tokens_are_shown", bound_tokens_are_shown},
      {"NEG-193", "", bound_token_as_bearer},
      {"NEG-195", "", wrong_ath},
      {"NEG-195", "nonce", nonce_at_userinfo},
  };
}

}  // namespace mintage::test
