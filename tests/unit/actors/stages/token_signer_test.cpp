#include <gtest/gtest.h>

#include <string>

#include "actors/stages/token_signer.hpp"
#include "crypto/base64.hpp"
#include "oauth/token/claims.hpp"
#include "tests/support/compact_jws.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"

namespace mintage::actors {
namespace {

/// The value of a string member of flat JSON, without a parser.
std::string member(const std::string& json, const std::string& name) {
  const auto at = json.find("\"" + name + "\":\"");
  if (at == std::string::npos) return {};
  const auto first = at + name.size() + 4;
  return json.substr(first, json.find('"', first) - first);
}

std::string part(const std::string& jws, int index) {
  auto first = std::size_t{0};
  for (; index > 0; --index) first = jws.find('.', first) + 1;
  return crypto::base64url_decode(jws.substr(first, jws.find('.', first) - first)).value();
}

class token_signer_answers : public testing::Test {
 protected:
  void SetUp() override {
    auto ring = std::make_shared<oauth::key_ring>();
    ring->keys.push_back({es256, oauth::key_state::active, clock.now()});
    signer.publish(ring);
  }

  template <class Handle>
  void sign(const Handle& x) {
    signer.sign(std::span{&x, 1});
  }

  service::token_handle sign(const std::string& scope, bool refreshable) {
    auto x = test::make_redemption("", "client", clock.now());
    x->grant = oauth::grant{};
    x->grant->who.client_id = "client";
    x->grant->who.sub = "248289761001";
    x->grant->who.scope = scope;
    x->grant->who.nonce = "n-0S6_WzA2Mj";
    x->grant->refreshable = refreshable;
    if (refreshable) x->out.refresh_generation = 0;
    sign(x);
    return x;
  }

  test::manual_clock clock;
  oauth::options rules;
  std::vector<signer_meters> meters{1};
  signer_setup setup{crypto::sha256("key"), rules, clock, meters};
  crypto::signing_key es256 = crypto::signing_key::generate(crypto::jws_alg::es256);
  token_signer signer{setup, 0};
};

TEST_F(token_signer_answers, verify_and_agree) {  // TOK-14, ATK-01, IDT-01, IDT-03
  const auto x = sign("openid offline_access", true);
  const auto access = member(x->body, "access_token");
  const auto id = member(x->body, "id_token");
  EXPECT_TRUE(mintage::test::verify_compact(es256, access));
  EXPECT_TRUE(mintage::test::verify_compact(es256, id));
  EXPECT_EQ(member(part(access, 0), "typ"), "at+jwt");
  EXPECT_EQ(member(part(id, 0), "kid"), es256.kid());
  EXPECT_EQ(member(part(id, 1), "at_hash"), oauth::at_hash(access, crypto::jws_alg::es256));
  EXPECT_EQ(member(part(id, 1), "nonce"), "n-0S6_WzA2Mj");
  EXPECT_EQ(member(part(access, 1), "nonce"), "");
  EXPECT_EQ(member(x->body, "refresh_token").size(), 76U);  // RFT-06
}

TEST_F(token_signer_answers, leave_out_what_was_not_granted) {  // TOK-14, COD-11
  const auto x = sign("read", false);
  EXPECT_NE(member(x->body, "access_token"), "");
  EXPECT_EQ(x->body.find("id_token"), std::string::npos);
  EXPECT_EQ(x->body.find("refresh_token"), std::string::npos);
  EXPECT_EQ(member(x->body, "scope"), "read");
}

TEST_F(token_signer_answers, carry_what_was_issued_of_the_grant) {  // RFT-07, RFT-09, ATK-02
  auto x = test::make_redemption("", "client", clock.now());
  x->grant = oauth::grant{};
  auto& who = x->grant->who;
  who.client_id = "client";
  who.sub = "248289761001";
  who.scope = "openid read";
  who.targets.resize(2);
  who.nonce = "n-0S6_WzA2Mj";
  x->out.scope = "openid";
  x->out.targets.resize(1);
  x->out.targets.front().identifier = "https://b.example.com";
  x->out.is_first = false;
  x->out.refresh_generation = 3;
  sign(x);
  EXPECT_EQ(member(x->body, "scope"), "openid");
  const auto access = member(x->body, "access_token");
  EXPECT_EQ(member(part(access, 1), "aud"), "https://b.example.com");
  EXPECT_EQ(member(part(access, 1), "scope"), "openid");
  EXPECT_EQ(member(part(member(x->body, "id_token"), 1), "nonce"), "");
  EXPECT_EQ(oauth::parse_refresh_token(member(x->body, "refresh_token"))->generation, 3U);
}

TEST_F(token_signer_answers, give_out_an_opaque_token_as_it_was_drawn) {  // ATK-06
  auto x = test::make_redemption("", "client", clock.now());
  x->grant = oauth::grant{};
  x->grant->who.scope = "openid";
  x->out.opaque = crypto::secret_string{"mat_AAtext"};
  sign(x);
  EXPECT_EQ(member(x->body, "access_token"), "mat_AAtext");
  EXPECT_EQ(member(part(member(x->body, "id_token"), 1), "at_hash"),
            oauth::at_hash("mat_AAtext", crypto::jws_alg::es256));
}

TEST_F(token_signer_answers, in_one_batch_are_each_its_own) {  // COM-02 of the one without a key
  auto ring = std::make_shared<oauth::key_ring>();
  const auto es384 = crypto::signing_key::generate(crypto::jws_alg::es384);
  ring->keys.push_back({es256, oauth::key_state::active, clock.now()});
  ring->keys.push_back({es384, oauth::key_state::active, clock.now()});
  signer.publish(ring);
  enum { plain, with_id, other_algorithm, without_key, opaque, count };
  // Twice, the second time with fewer: reused buffers must not show.
  for (const auto size : {2 * count, +count}) {
    auto names = std::vector<std::string>{};
    for (auto i = 0; i < size; ++i) names.push_back("client" + std::to_string(i));
    auto batch = std::vector<service::token_handle>{};
    for (auto i = 0; i < size; ++i) {
      auto x = test::make_redemption("", names[static_cast<std::size_t>(i)], clock.now());
      x->grant = oauth::grant{};
      x->grant->who.client_id = names[static_cast<std::size_t>(i)];
      x->grant->who.scope = i % count == plain ? "read" : "openid";
      if (i % count == other_algorithm) x->client.id_token_alg = crypto::jws_alg::es384;
      if (i % count == without_key) x->client.id_token_alg = crypto::jws_alg::rs256;
      if (i % count == opaque) x->out.opaque = crypto::secret_string{"mat_AA" + std::to_string(i)};
      batch.push_back(std::move(x));
    }
    signer.sign(batch);
    for (auto i = 0; i < size; ++i) {
      const auto& x = *batch[static_cast<std::size_t>(i)];
      EXPECT_EQ(x.is_answered(), i % count != without_key);
      if (i % count == without_key) continue;
      const auto access = member(x.body, "access_token");
      if (i % count == opaque) {
        EXPECT_EQ(access, "mat_AA" + std::to_string(i));
      } else {
        EXPECT_TRUE(mintage::test::verify_compact(es256, access));
        EXPECT_EQ(member(part(access, 1), "client_id"), x.client.id);
      }
      const auto id = member(x.body, "id_token");
      EXPECT_EQ(id.empty(), i % count == plain);
      if (id.empty()) continue;
      EXPECT_TRUE(mintage::test::verify_compact(i % count == other_algorithm ? es384 : es256, id));
      EXPECT_EQ(member(part(id, 1), "aud"), x.client.id);
      EXPECT_EQ(member(part(id, 1), "at_hash"), oauth::at_hash(access, x.client.id_token_alg));
    }
  }
}

TEST_F(token_signer_answers, are_counted_by_signature) {
  auto batch = std::vector<service::token_handle>{};
  for (auto i = 0; i < 3; ++i) {
    batch.push_back(test::make_redemption("", "client", clock.now()));
    batch.back()->grant = oauth::grant{};
    batch.back()->grant->who.scope = "openid";
  }
  signer.sign(batch);
  auto signatures = std::uint64_t{0};
  const auto& histogram = meters[0].of(crypto::jws_alg::es256);
  for (auto i = std::size_t{0}; i <= metrics::duration_histogram::bounds().size(); ++i)
    signatures += histogram.count(i);
  EXPECT_EQ(signatures, 6U);
  EXPECT_GT(histogram.sum(), 0U);
}

TEST_F(token_signer_answers, to_questions_are_typed) {  // INT-03, UIN-03
  for (const auto& [purpose, typ] :
       {std::pair{oauth::query_purpose::introspect, "token-introspection+jwt"},
        std::pair{oauth::query_purpose::userinfo, "JWT"}}) {
    const auto x = service::query_handle{
        new service::query_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->request.purpose = purpose;
    x->claims = R"({"a":1})";
    x->alg = crypto::jws_alg::es256;
    sign(x);
    EXPECT_TRUE(x->done);
    EXPECT_TRUE(x->is_jwt);
    EXPECT_TRUE(mintage::test::verify_compact(es256, x->body));
    EXPECT_EQ(member(part(x->body, 0), "typ"), typ);
    EXPECT_EQ(part(x->body, 1), R"({"a":1})");
  }
}

TEST_F(token_signer_answers, are_none_without_a_key_of_the_clients_algorithm) {
  auto x = test::make_redemption("", "client", clock.now());
  x->client.id_token_alg = crypto::jws_alg::rs256;
  x->grant = oauth::grant{};
  x->grant->who.scope = "openid";
  sign(x);
  EXPECT_FALSE(x->is_answered());
}

}  // namespace
}  // namespace mintage::actors
