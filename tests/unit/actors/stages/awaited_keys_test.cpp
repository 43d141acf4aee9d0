// What a validator does with an assertion whose keys are at a jwks_uri. (CAU-10, CAU-11)
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "actors/stages/key_set_cache.hpp"
#include "actors/stages/token_validator.hpp"
#include "crypto/base64.hpp"
#include "crypto/jws.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"

namespace mintage::actors {
namespace {

using oauth::errc;
using next = token_validator::next;

class awaited_keys : public testing::Test {
 protected:
  awaited_keys() {
    rules.issuer = "https://idp.example.com";
    auto c = test::make_client("c");
    c.method = oauth::auth_method::private_key_jwt;
    c.grant_types = {oauth::grant_type::client_credentials};
    c.jwks_uri = url;
    work.publish(std::make_shared<const oauth::client_registry>(std::vector<oauth::client>{c},
                                                                std::vector<oauth::resource>{}));
    work.publish(std::make_shared<const oauth::key_ring>());
  }

  /// Publishes what is known of the URL, for a minute.
  void publish(oauth::key_set_ptr set, std::optional<oauth::denial> why = std::nullopt) {
    auto known = std::make_shared<oauth::remote_key_set>();
    known->keys = std::move(set);
    known->why = why;
    known->until = clock.now() + oauth::seconds{60};
    work.publish(oauth::remote_keys{}.with(url, std::move(known)));
  }
  void publish(const crypto::signing_key& key) {
    auto set = oauth::key_set::read("{\"keys\":[" + key.public_part().jwk() + "]}",
                                    oauth::key_set::origin::fetched);
    ASSERT_TRUE(set) << set.error();
    publish(std::make_shared<const oauth::key_set>(std::move(*set)));
  }

  /// A request with an assertion signed by `key`.
  service::token_handle ask(const crypto::signing_key& key) {
    const auto now = std::to_string(oauth::numeric_date(clock.now()));
    const auto until = std::to_string(oauth::numeric_date(clock.now()) + 60);
    const auto header = R"({"alg":"ES256","kid":")" + std::string{key.kid()} + "\"}";
    const auto payload = R"({"iss":"c","sub":"c","aud":")" + rules.issuer + R"(","iat":)" + now +
                         R"(,"exp":)" + until + R"(,"jti":"an-id-of-22-characters"})";
    assertion.clear();
    crypto::jws_signer{key}.append_compact(assertion, crypto::base64url(crypto::as_bytes(header)),
                                           payload);
    auto x = test::make_redemption("", "c", clock.now());
    x->request.grant = oauth::grant_type::client_credentials;
    x->request.who.presented = oauth::presentation::assertion;
    x->request.who.assertion = assertion;
    return x;
  }
  next check(const service::token_handle& x) { return work.check(std::span{&x, 1}).front(); }

  static constexpr auto url = "https://keys.example.com/jwks";
  test::manual_clock clock;
  oauth::options rules;
  oauth::auth_keys keys{crypto::sha256("pepper"), crypto::sha256("process")};
  hash_permits permits{1, 1};
  std::vector<validator_meters> meters{1};
  validator_setup setup{keys, rules, clock, permits, meters};
  token_validator work{setup};
  crypto::signing_key first = crypto::signing_key::generate(crypto::jws_alg::es256);
  crypto::signing_key second = crypto::signing_key::generate(crypto::jws_alg::es256);
  std::string assertion;
};

TEST_F(awaited_keys, are_fetched_and_then_used) {
  auto x = ask(first);
  EXPECT_EQ(check(x), next::fetch);
  ASSERT_TRUE(x->wanted_keys);
  EXPECT_EQ(x->wanted_keys->client_id, "c");
  EXPECT_EQ(x->wanted_keys->url, url);
  EXPECT_FALSE(x->wanted_keys->lacks_kid);
  EXPECT_FALSE(x->denied);
  publish(first);
  x->keys_awaited = true;
  EXPECT_EQ(check(x), next::record);
  EXPECT_FALSE(x->denied);
}

TEST_F(awaited_keys, are_not_fetched_while_they_are_known) {
  publish(first);
  EXPECT_EQ(check(ask(first)), next::record);
}

TEST_F(awaited_keys, are_fetched_again_when_they_are_old) {
  publish(first);
  clock.at += oauth::seconds{60};
  EXPECT_EQ(check(ask(first)), next::fetch);
}

// NEG-086
TEST_F(awaited_keys, are_fetched_again_for_an_unknown_kid_and_then_refused) {
  publish(first);
  auto x = ask(second);
  EXPECT_EQ(check(x), next::fetch);
  EXPECT_TRUE(x->wanted_keys->lacks_kid);
  x->keys_awaited = true;
  EXPECT_EQ(check(x), next::reply);
  EXPECT_EQ(x->denied->code, errc::invalid_client);
  EXPECT_TRUE(x->replay_ids.empty());
}

TEST_F(awaited_keys, that_cannot_be_had_refuse_their_client) {
  publish(nullptr, denial_of(service::fetch_failure::not_public));
  const auto x = ask(first);
  EXPECT_EQ(check(x), next::reply);
  EXPECT_EQ(x->denied->code, errc::invalid_client);
}

TEST_F(awaited_keys, that_were_lost_are_no_fault_of_the_client) {
  auto x = ask(first);
  x->keys_awaited = true;
  EXPECT_EQ(check(x), next::reply);
  EXPECT_EQ(x->denied->code, errc::temporarily_unavailable);
}

}  // namespace
}  // namespace mintage::actors
