#include "oauth/token/key_ring.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

const crypto::signing_key& es256_key() {
  static const auto key = crypto::signing_key::generate(crypto::jws_alg::es256);
  return key;
}

TEST(key_ring, active_passes_over_other_states_and_algorithms) {  // JWS-06
  const auto other = crypto::signing_key::generate(crypto::jws_alg::es256);
  auto ring = key_ring{};
  EXPECT_EQ(ring.active(crypto::jws_alg::es256), nullptr);
  ring.keys.push_back({other, key_state::retiring, {}});
  ring.keys.push_back({other, key_state::pending, {}});
  EXPECT_EQ(ring.active(crypto::jws_alg::es256), nullptr);
  ring.keys.push_back({es256_key(), key_state::active, {}});
  EXPECT_EQ(ring.active(crypto::jws_alg::rs256), nullptr);
  ASSERT_NE(ring.active(crypto::jws_alg::es256), nullptr);
  EXPECT_EQ(ring.active(crypto::jws_alg::es256)->key.kid(), es256_key().kid());
}

TEST(key_ring, finds_a_key_by_its_id_in_any_state) {
  const auto ring = key_ring{{{es256_key(), key_state::retiring, {}}}};
  ASSERT_NE(ring.find(es256_key().kid()), nullptr);
  EXPECT_EQ(ring.find(es256_key().kid())->state, key_state::retiring);
  EXPECT_EQ(ring.find(""), nullptr);
  EXPECT_EQ(ring.find(es256_key().kid() + "x"), nullptr);
  EXPECT_TRUE(active_algorithms(ring).empty());
}

TEST(jwks, of_an_empty_ring_is_an_empty_set) {
  EXPECT_EQ(render_jwks({}), R"({"keys":[]})");
}

TEST(jwks, publishes_keys_of_every_state_without_private_members) {  // JWS-06, NEG-197
  const auto second = crypto::signing_key::generate(crypto::jws_alg::es256);
  const auto ring =
      key_ring{{{es256_key(), key_state::pending, {}}, {second, key_state::retiring, {}}}};
  const auto text = render_jwks(ring);
  EXPECT_EQ(text, R"({"keys":[)" + es256_key().public_part().jwk() + "," +
                      second.public_part().jwk() + "]}");
  for (const auto* member : {"\"d\"", "\"p\"", "\"q\"", "\"k\"", "\"dp\"", "\"dq\"", "\"qi\""}) {
    EXPECT_EQ(text.find(member), std::string::npos) << member;
  }
}

TEST(jwks, begins_with_rs256) {
  const auto key = [](crypto::jws_alg alg, key_state state, int created) {
    return ring_key{crypto::signing_key::generate(alg), state, instant{milliseconds{created}}};
  };
  using enum crypto::jws_alg;
  auto ring = key_ring{{key(es256, key_state::active, 1), key(rs256, key_state::retiring, 3),
                        key(eddsa, key_state::active, 0), key(rs256, key_state::active, 2)}};
  arrange(ring);
  auto order = std::vector<std::pair<crypto::jws_alg, instant>>{};
  for (const auto& k : ring.keys) order.emplace_back(k.key.alg(), k.created);
  const auto at = [](int t) { return instant{milliseconds{t}}; };
  EXPECT_EQ(order, (std::vector<std::pair<crypto::jws_alg, instant>>{
                       {rs256, at(2)}, {rs256, at(3)}, {es256, at(1)}, {eddsa, at(0)}}));
}

TEST(key_state, has_names) {
  EXPECT_EQ(to_string(key_state::pending), "pending");
  EXPECT_EQ(to_string(key_state::active), "active");
  EXPECT_EQ(to_string(key_state::retiring), "retiring");
}

}  // namespace
}  // namespace mintage::oauth
