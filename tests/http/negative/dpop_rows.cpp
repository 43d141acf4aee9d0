// Part I, DPoP: proofs at the token endpoint.
#include <gtest/gtest.h>

#include "tests/http/negative/proofs.hpp"

namespace mintage::test {

namespace {

using boost::json::object;
using boost::json::serialize;

constexpr auto use_dpop_nonce = expected{400, "use_dpop_nonce", false, false};

/// A redemption that has a proof which `make` makes.
row with_proof(std::string id, std::string variant, const expected& want, after state,
               std::function<std::string()> make) {
  return bent(std::move(id), std::move(variant), want, state,
              [make](world&, token_call& c) { c.header("DPoP", make()); });
}

/// One whose claims are changed.
row with_claims(std::string id, std::string variant, const expected& want,
                std::function<void(object&)> change) {
  return with_proof(std::move(id), std::move(variant), want,
                    want.status == 200 ? after::dead : after::live, [change] {
                      auto claims = proof_claims();
                      change(claims);
                      return key().sign(serialize(claims));
                    });
}
row with_claim(std::string id, std::string variant, const expected& want, std::string name,
               std::string value) {
  return with_claims(std::move(id), std::move(variant), want,
                     [name, value](object& c) { c[name] = value; });
}
row without_claim(std::string name) {
  return with_claims("NEG-170", "no_" + name, invalid_dpop_proof,
                     [name](object& c) { c.erase(name); });
}
row issued(std::string id, std::string variant, const expected& want, std::int64_t later) {
  return with_claims(std::move(id), std::move(variant), want,
                     [later](object& c) { c["iat"] = c["iat"].as_int64() + later; });
}

/// One whose header is changed by replacing a text.
row with_header(std::string id, std::string variant, std::string from, std::string to) {
  return with_proof(std::move(id), std::move(variant), invalid_dpop_proof, after::live, [from, to] {
    auto header = key().header();
    const auto at = header.find(from);
    EXPECT_NE(at, header.npos) << from;
    return key().sign(header.replace(at, from.size(), to), serialize(proof_claims()));
  });
}

void two_fields(world& w) {
  const auto code = w.mint(w.c1);
  auto call = redemption(w.c1, code);
  call.add_header("DPoP", proof_by(key())).add_header("dpop", proof_by(key()));
  check_answer(send(w, call), call, invalid_dpop_proof);
  call = redemption(w.c1, code).header("DPoP", proof_by(key()) + ", " + proof_by(key()));
  check_answer(send(w, call), call, invalid_dpop_proof);
  w.expect_live(w.c1, code);
}

/// The server's public URL decides, whatever way the request came.
void attackers_host(world& w) {
  const auto code = w.mint(w.c1);
  auto claims = proof_claims();
  claims["htu"] = "http://attacker.example/token";
  auto call = redemption(w.c1, code)
                  .header("Host", "attacker.example")
                  .header("DPoP", key().sign(serialize(claims)));
  check_answer(send(w, call), call, invalid_dpop_proof);
  call.header("DPoP", proof_by(key()));
  check_answer(send(w, call), call, success);
}

void other_spellings_of_the_url(world&) {
  auto own = stage{{{"issuer", toml_string("https://idp.example")}}};
  for (const auto* htu : {"https://idp.example/token?a=b", "https://IDP.example/token",
                          "https://idp.example:443/%74oken#x", "HTTPS://idp.example/./token"}) {
    auto claims = proof_claims();
    claims["htu"] = htu;
    const auto call =
        redemption(own.c1, own.mint(own.c1)).header("DPoP", key().sign(serialize(claims)));
    check_answer(send(own, call), call, success);
  }
}

void used_twice(world& w) {
  const auto proof = proof_by(key());
  auto call = redemption(w.c1, w.mint(w.c1)).header("DPoP", proof);
  check_answer(send(w, call), call, success);
  const auto second = w.mint(w.c1);
  call = redemption(w.c1, second).header("DPoP", proof);
  check_answer(send(w, call), call, invalid_dpop_proof);
  w.expect_live(w.c1, second);
  call = client_credentials(w.service).header("DPoP", proof);
  check_answer(send(w, call), call, invalid_dpop_proof);
}

/// A proof is used up although its grant was refused.
void used_in_vain(world& w) {
  const auto proof = proof_by(key());
  auto call = redemption(w.c1, "mco_" + std::string(45, 'A')).header("DPoP", proof);
  check_answer(send(w, call), call, invalid_grant);
  const auto code = w.mint(w.c1);
  call = redemption(w.c1, code).header("DPoP", proof);
  check_answer(send(w, call), call, invalid_dpop_proof);
  w.expect_live(w.c1, code);
}

/// P14 before P15, P15 before P17.
void precedence(world& w) {
  auto call = redemption(w.c1, w.mint(w.c1)).basic(w.c1.id, "wrong-secret-marker");
  call.header("DPoP", "x");
  check_answer(send(w, call), call, invalid_dpop_proof);
  auto other = dpop_key{};
  call.header("DPoP", other.sign(key().header(), serialize(proof_claims())));
  check_answer(send(w, call), call, invalid_client_401);
}

void nonce_is_needed(stage& s, const party& who) {
  const auto code = s.mint(who);
  auto call = redemption(who, code).header("DPoP", proof_by(key()));
  auto got = send(s, call);
  check_answer(got, call, use_dpop_nonce);
  const auto nonce = nonce_in(got);
  call.header("DPoP", proof_with_nonce("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
  got = send(s, call);
  check_answer(got, call, use_dpop_nonce);
  EXPECT_EQ(nonce_in(got), nonce);
  auto claims = proof_claims();  // a fresh nonce replaces the test of iat (DPO-07)
  claims["nonce"] = nonce;
  claims["iat"] = 1;
  call.header("DPoP", key().sign(serialize(claims)));
  got = send(s, call);
  check_answer(got, call, success);
  EXPECT_EQ(got.count("DPoP-Nonce"), 0U);
}

void nonce_for_all(world&) {
  auto own = stage{{{"dpop.nonces", toml_string("required")}}};
  nonce_is_needed(own, own.c1);
  // Whoever sends no proof needs no nonce.
  own.expect_live(own.c1, own.mint(own.c1));
}

void nonce_for_one_client(world& w) {
  nonce_is_needed(w, make_party(w.admin, {{"dpop_nonces", true}}));
  const auto code = w.mint(w.c1);
  const auto call = redemption(w.c1, code).header("DPoP", proof_with_nonce("of-another-server"));
  const auto got = send(w, call);
  check_answer(got, call, success);
  EXPECT_EQ(got.count("DPoP-Nonce"), 0U) << "no nonce where none is enforced (DPO-11)";
}

/// P14 before P15: the assertion is not used up.
void assertion_after_a_nonce(world& w) {
  const auto who = make_signing_party(w.admin, w.signer.key, {{"dpop_nonces", true}});
  auto call = redemption(who, w.mint(who)).header("DPoP", proof_by(key()));
  const auto got = send(w, call);
  check_answer(got, call, use_dpop_nonce);
  call.header("DPoP", proof_with_nonce(nonce_in(got)));
  check_answer(send(w, call), call, success);
}

void code_of_another_key(world& w) {
  auto other = dpop_key{};
  auto body = mint_body(w.c1_pkce);
  body["dpop_jkt"] = key().jkt();
  const auto code = w.admin.mint(body);
  auto call = redemption(w.c1_pkce, code);
  check_answer(send(w, call), call, invalid_grant);
  call.header("DPoP", proof_by(other));
  check_answer(send(w, call), call, invalid_grant);
  call.header("DPoP", proof_by(key()));
  check_answer(send(w, call), call, success);
}

/// COD-06: only a replay with the right key ends the family.
void replay_of_a_bound_code(world&) {
  auto own = stage{{{"tokens.code_dup_window", toml_string("0ms")}}};
  auto other = dpop_key{};
  auto body = mint_body(own.c1);
  body["dpop_jkt"] = key().jkt();
  const auto code = own.admin.mint(body);
  auto call = redemption(own.c1, code).header("DPoP", proof_by(key()));
  const auto granted = tokens_in(send(own, call));
  const auto is_active = [&] {
    return own.introspect(own.c1, granted.access).at("active").as_bool();
  };
  for (const auto& proof : {std::string{}, proof_by(other)}) {
    call.drop_header("DPoP");
    if (!proof.empty()) call.header("DPoP", proof);
    check_answer(send(own, call), call, invalid_grant);
    EXPECT_TRUE(is_active());
  }
  call.header("DPoP", proof_by(key()));
  check_answer(send(own, call), call, invalid_grant);
  EXPECT_FALSE(is_active());
}

void client_that_needs_proofs(world& w) {
  const auto who = make_party(w.admin, {{"dpop_bound_access_tokens", true}});
  const auto code = w.mint(who);
  auto call = redemption(who, code);
  check_answer(send(w, call), call, invalid_dpop_proof);
  call.header("DPoP", proof_by(key()));
  check_answer(send(w, call), call, success);
}

}  // namespace

std::vector<row> rows_of_dpop() {
  const auto jwk = R"("jwk":)" + key().jwk();
  const auto idp = invalid_dpop_proof;
  return {
      {"NEG-102", "", assertion_after_a_nonce},
      {"NEG-167", "", two_fields},
      {"NEG-167", "precedence", precedence},
      with_header("NEG-168", "typ", "dpop+jwt", "JWT"),
      with_header("NEG-168", "hs256", "ES256", "HS256"),
      with_header("NEG-168", "none", "ES256", "none"),
      with_header("NEG-169", "private", R"("kty")", R"("d":"AAAA","kty")"),
      with_header("NEG-169", "oct", jwk, R"("jwk":{"kty":"oct","k":"AAAA"})"),
      with_header("NEG-169", "missing", "," + jwk, ""),
      without_claim("jti"),
      without_claim("htm"),
      without_claim("htu"),
      without_claim("iat"),
      with_claim("NEG-171", "get", idp, "htm", "GET"),
      with_claim("NEG-171", "lower_case", idp, "htm", "post"),
      with_claim("NEG-172", "path", idp, "htu", std::string{issuer} + "/userinfo"),
      with_claim("NEG-172", "host", idp, "htu", "http://127.0.0.2:9080/token"),
      with_claim("NEG-172", "scheme", idp, "htu", "https://127.0.0.1:9080/token"),
      with_claim("NEG-173", "query", success, "htu", std::string{issuer} + "/token?a=b#c"),
      {"NEG-173", "spellings", other_spellings_of_the_url},
      {"NEG-174", "", attackers_host},
      issued("NEG-175", "old", idp, -3600),
      issued("NEG-175", "ahead", idp, 3600),
      issued("NEG-176", "old", success, -10),
      issued("NEG-176", "ahead", success, 8),
      {"NEG-177", "", used_twice},
      {"NEG-177", "in_vain", used_in_vain},
      with_proof("NEG-178", "", idp, after::live,
                 [] {
                   auto other = dpop_key{};
                   return other.sign(key().header(), serialize(proof_claims()));
                 }),
      {"NEG-179", "all_clients", nonce_for_all},
      {"NEG-179", "one_client", nonce_for_one_client},
      {"NEG-180", "", code_of_another_key},
      {"NEG-180", "replay", replay_of_a_bound_code},
      {"NEG-181", "", client_that_needs_proofs},
      with_claim("NEG-183", "", idp, "jti", std::string(7000, 'j')),
      // Beyond the limit of a header section, which is of row P03.
      with_claim("NEG-183", "section", refused(431), "jti", std::string(100'000, 'j')),
  };
}

}  // namespace mintage::test
