#include <gtest/gtest.h>

#include "actors/validator.hpp"
#include "oauth/client_auth.hpp"
#include "tests/unit/actors/exchanges.hpp"

namespace mintage::actors {
namespace {

using oauth::errc;
using next = token_validator::next;

class token_validator_rules : public testing::Test {
 protected:
  void SetUp() override {
    auto pepper = crypto::hmac_sha256{keys.pepper};
    auto generated = test::make_client(generated_id);
    auto chosen = test::make_client("chosen");
    for (auto* c : {&generated, &chosen})
      c->secrets.emplace_back().hash = crypto::as_chars(oauth::pepper_secret(pepper, "right"));
    auto imported = test::make_client("imported");
    auto& slow = imported.secrets.emplace_back();
    slow.how = oauth::stored_secret::kind::argon2id;
    slow.hash =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    work.publish(std::make_shared<const oauth::client_registry>(
        std::vector<oauth::client>{generated, chosen, imported}));
  }

  oauth::token_handle ask(std::string_view client, std::string_view secret) {
    auto x = test::make_redemption(code, client, clock.now());
    x->request.who.secret = x->request.who.raw_secret = secret;
    return x;
  }

  /// Of the form of generated ids.
  static inline const auto generated_id = "cl_" + std::string(22, 'A');

  test::manual_clock clock;
  oauth::options rules;
  oauth::auth_keys keys{crypto::sha256("pepper"), crypto::sha256("process")};
  slow_lane lane{1};
  std::vector<validator_meters> meters{1};
  validator_setup setup{keys, rules, clock, lane, meters};
  token_validator work{setup};
  crypto::buffered_random random;
  std::string code{oauth::make_code(oauth::slot{4095}, random).reveal()};
};

TEST_F(token_validator_rules, send_the_authenticated_to_the_store_of_their_slot) {
  const auto x = ask(generated_id, "right");
  EXPECT_EQ(work.check(*x), next::store);
  EXPECT_EQ(x->code.where, oauth::slot{4095});
  EXPECT_EQ(x->client.incarnation, 7U);
}

TEST_F(token_validator_rules, deny_a_wrong_secret_before_any_lookup) {  // NEG-048, NEG-046
  const auto x = ask(generated_id, "wrong");
  EXPECT_EQ(work.check(*x), next::home);
  EXPECT_EQ(x->denied->code, errc::invalid_client);
}

TEST_F(token_validator_rules, let_a_chosen_id_cost_a_slow_hash_whether_it_is_known) {  // TOK-21
  for (const auto* id : {"chosen", "unknown"}) {
    const auto x = ask(id, "wrong");
    ASSERT_EQ(work.check(*x), next::hash);
    x->slow_matched = false;
    EXPECT_EQ(work.settle(*x), next::home);
    EXPECT_EQ(x->denied->code, errc::invalid_client);
  }
}

TEST_F(token_validator_rules, deny_what_cannot_be_a_code_as_unknown) {  // NEG-105, TOK-21
  code = "mco_tooshort";
  const auto x = ask(generated_id, "right");
  EXPECT_EQ(work.check(*x), next::home);
  EXPECT_EQ(x->denied->code, errc::invalid_grant);
  EXPECT_EQ(x->denied->description, oauth::unknown_code().description);
}

TEST_F(token_validator_rules, bound_the_hashers_lane_and_give_places_back) {  // CAU-12
  auto first = ask("imported", "chosen");
  EXPECT_EQ(work.check(*first), next::hash);
  const auto second = ask("imported", "chosen");
  EXPECT_EQ(work.check(*second), next::home);
  EXPECT_EQ(second->denied->code, errc::temporarily_unavailable);
  first.reset();  // lost with its hasher
  const auto third = ask("imported", "chosen");
  EXPECT_EQ(work.check(*third), next::hash);
}

TEST_F(token_validator_rules, remember_a_proven_secret) {  // CAU-12
  const auto first = ask("imported", "chosen");
  ASSERT_EQ(work.check(*first), next::hash);
  first->slow_matched = true;
  EXPECT_EQ(work.settle(*first), next::store);
  EXPECT_EQ(work.check(*ask("imported", "chosen")), next::store);
  EXPECT_EQ(work.check(*ask("imported", "other")), next::hash);
}

TEST_F(token_validator_rules, draw_a_code_for_a_valid_mint_request) {  // MINT-01
  auto x = oauth::mint_handle{
      new oauth::mint_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
  x->request.client_id = generated_id;
  x->request.redirect_uri = test::redirect_uri;
  x->request.scope = "openid";
  x->request.sub = "248289761001";
  x->request.auth_time = oauth::numeric_date(clock.now());
  EXPECT_EQ(work.check(*x), next::store);
  EXPECT_EQ(x->text.reveal().substr(0, 4), "mco_");
  EXPECT_EQ(x->expires_in, rules.code_ttl);
}

}  // namespace
}  // namespace mintage::actors
