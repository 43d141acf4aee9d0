// Every algorithm that is verified: assertions by keys and by secrets, and DPoP proofs. (CAU-06,
// CAU-10, DPO-02)
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>

#include "crypto/base64.hpp"
#include "oauth/client/assertion_alg.hpp"
#include "oauth/dpop/proof.hpp"
#include "tests/support/dpop_key.hpp"
#include "tests/support/jwt_check.hpp"
#include "tests/support/keyed_assertion.hpp"
#include "tests/support/proof_claims.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {
namespace {

using boost::json::object;
using boost::json::serialize;

constexpr auto invalid_dpop_proof = expected{400, "invalid_dpop_proof", false, false};

/// client_credentials with an assertion.
token_call with_assertion(const party& who, std::string_view assertion) {
  auto call = token_call{};
  call.add("grant_type", "client_credentials").add("client_id", who.id);
  call.add("client_assertion_type", assertion_type).add("client_assertion", assertion);
  return call;
}

object own_tokens() {
  return {{"grant_types", {"client_credentials"}}, {"scope", "read"}};
}

class algorithms : public testing::Test {
 protected:
  static void SetUpTestSuite() { stage_ = std::make_unique<stage>(); }
  static void TearDownTestSuite() {
    EXPECT_EQ(stage_->server.stop(), 0);
    stage_.reset();
  }
  static http_answer expect(const token_call& call, const expected& want) {
    auto got = call.send_to(stage_->server.port());
    check_answer(got, call, want);
    return got;
  }
  static unsigned status_of(const token_call& call) {
    return call.send_to(stage_->server.port()).status;
  }
  static std::unique_ptr<stage> stage_;
};
std::unique_ptr<stage> algorithms::stage_;

TEST_F(algorithms, of_private_key_jwt) {  // CAU-06, CAU-10
  for (const auto& alg : oauth::assertion_algs) {
    if (!alg.by_key) continue;
    SCOPED_TRACE(alg.name);
    auto metadata = own_tokens();
    metadata["token_endpoint_auth_signing_alg"] = alg.name;
    const auto key = std::make_shared<const client_key>(*alg.by_key);
    const auto who = make_signing_party(stage_->admin, key, metadata);
    const auto granted = tokens_in(expect(client_credentials(who), success));
    EXPECT_TRUE(stage_->introspect(who, granted.access).at("active").as_bool());
    EXPECT_EQ(status_of(question("/revoke", who, granted.access)), 200U);
    EXPECT_FALSE(stage_->introspect(who, granted.access).at("active").as_bool());

    // Another key of the kind, under the kid of the right one.
    const auto stranger = client_key{*alg.by_key};
    const auto claims = serialize(assertion_claims(who.id));
    expect(with_assertion(who, stranger.sign(key->header(), claims)), invalid_client);
    // A signature that was cut.
    auto cut = make_assertion(*key, who.id);
    cut.resize(cut.size() - 4);
    expect(with_assertion(who, cut), invalid_client);
    // A used one.
    const auto once = make_assertion(*key, who.id);
    expect(with_assertion(who, once), success);
    expect(with_assertion(who, once), invalid_client);
  }
}

TEST_F(algorithms, of_private_key_jwt_by_the_new_name_of_EdDSA) {  // RFC 9864 §2.2
  const auto key = std::make_shared<const client_key>(crypto::jws_alg::eddsa);
  const auto who = make_signing_party(stage_->admin, key, own_tokens());
  auto header = key->header();
  header["alg"] = "Ed25519";
  expect(with_assertion(who, key->sign(header, serialize(assertion_claims(who.id)))), success);
}

TEST_F(algorithms, of_client_secret_jwt) {  // CAU-06, CAU-12
  for (const auto& alg : oauth::assertion_algs) {
    if (alg.by_key) continue;
    SCOPED_TRACE(alg.name);
    auto metadata = own_tokens();
    metadata["token_endpoint_auth_method"] = "client_secret_jwt";
    metadata["token_endpoint_auth_signing_alg"] = alg.name;
    const auto who = make_party(stage_->admin, metadata);
    ASSERT_FALSE(who.secret.empty());
    const auto once = keyed(alg, who, who.secret);
    expect(with_assertion(who, once), success);
    expect(with_assertion(who, once), invalid_client);
    expect(with_assertion(who, keyed(alg, who, who.secret + "x")), invalid_client);
    // The secret itself is not accepted, and no other HMAC.
    auto plain = token_call{};
    plain.add("grant_type", "client_credentials").add("client_id", who.id);
    expect(plain.add("client_secret", who.secret), invalid_client);
    for (const auto& other : oauth::assertion_algs)
      if (!other.by_key && other.id != alg.id)
        expect(with_assertion(who, keyed(other, who, who.secret)), invalid_client);

    // At the other endpoints.
    auto unproven = who;
    unproven.how = party::way::none;
    auto asked = question("/introspect", unproven, "unknown");
    asked.add("client_assertion_type", assertion_type);
    EXPECT_EQ(status_of(asked.add("client_assertion", keyed(alg, who, who.secret))), 200U);
  }
}

TEST_F(algorithms, of_dpop_proofs) {  // DPO-02, DPO-12
  for (const auto& alg : crypto::verified_algs) {
    SCOPED_TRACE(alg.name);
    auto key = dpop_key{alg.id};
    const auto is_allowed = std::ranges::any_of(
        oauth::proof_algs, [&](const auto& allowed) { return allowed.id == alg.id; });
    const auto code = stage_->mint(stage_->c1);
    auto call = redemption(stage_->c1, code);
    call.header("DPoP", key.sign(serialize(proof_claims())));
    const auto got = expect(call, is_allowed ? success : invalid_dpop_proof);
    if (!is_allowed) {
      stage_->expect_live(stage_->c1, code);
      continue;
    }
    const auto token = tokens_in(got).access;
    EXPECT_EQ(text_of(read_jwt(token).claims.at("cnf").as_object(), "jkt"), key.jkt());
    auto claims = proof_claims("/userinfo", "GET");
    claims["ath"] = ath_of(token);
    auto asked = userinfo(token);
    asked.header("Authorization", "DPoP " + token).header("DPoP", key.sign(serialize(claims)));
    EXPECT_EQ(status_of(asked), 200U);
    // One that another key has signed.
    auto stranger = dpop_key{alg.id};
    asked.header("DPoP", stranger.sign(key.header(), serialize(claims)));
    EXPECT_EQ(status_of(asked), 401U);
  }
}

}  // namespace
}  // namespace mintage::test
