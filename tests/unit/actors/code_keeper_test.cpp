#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <utility>

#include "actors/code_store.hpp"
#include "storage/codec.hpp"
#include "tests/unit/actors/exchanges.hpp"

namespace mintage::actors {
namespace {

using oauth::errc;
using test::make_redemption;
using test::redirect_uri;
using namespace std::chrono_literals;

/// The memory engine with a moment between what a read finds and its answer, and with revocations
/// that can be lost.
class slow_shard final : public storage::shard_store {
 public:
  struct moments {
    std::function<void()> after_read = [] {};
    bool loses_revocations = false;
  };
  slow_shard(std::unique_ptr<storage::shard_store> inner, moments& m)
      : inner_{std::move(inner)}, moments_{m} {}

  void insert(std::vector<storage::insert_op> batch, oauth::instant now,
              storage::done_handler<storage::verdict> done) override {
    inner_->insert(std::move(batch), now, std::move(done));
  }
  void read(storage::table kind, std::vector<storage::record_key> keys, oauth::instant now,
            storage::done_handler<storage::read_result> done) override {
    inner_->read(kind, std::move(keys), now, [&](std::vector<storage::read_result> found) {
      std::exchange(moments_.after_read, [] {})();
      done(std::move(found));
    });
  }
  void consume(std::vector<storage::consume_op> batch, oauth::instant now,
               storage::done_handler<storage::consume_result> done) override {
    inner_->consume(std::move(batch), now, std::move(done));
  }
  void release(std::vector<storage::release_op> batch, oauth::instant now,
               storage::done_handler<storage::verdict> done) override {
    inner_->release(std::move(batch), now, std::move(done));
  }
  void revoke(std::vector<storage::revoke_op> batch, oauth::instant now,
              storage::done_handler<storage::verdict> done) override {
    if (!moments_.loses_revocations) inner_->revoke(std::move(batch), now, std::move(done));
  }

 private:
  std::unique_ptr<storage::shard_store> inner_;
  moments& moments_;
};

/// Hears in which state an exchange came home whose handle was destroyed.
class watching_home final : public oauth::home {
 public:
  void come_home(oauth::exchange* x) noexcept override {
    ++count;
    answered = static_cast<oauth::token_exchange*>(x)->is_answered();
    delete x;
  }
  int count = 0;
  bool answered = false;
};

/// One shard over the memory engine, which answers inside the call.
class code_keeper_rules : public testing::Test {
 protected:
  std::string mint(const std::string& scope = "openid", const std::string& challenge = {}) {
    auto x = oauth::mint_handle{
        new oauth::mint_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->code = oauth::authorization_code{};
    x->code->who.client_id = "client";
    x->code->who.incarnation = 7;
    x->code->who.sub = "248289761001";
    x->code->who.scope = scope;
    x->code->redirect_uri = redirect_uri;
    x->code->challenge = challenge;
    x->code->expires = clock.now() + rules.code_ttl;
    x->text = oauth::make_code(oauth::slot::draw(random), random);
    x->where = *oauth::find_code(x->text.reveal(), hash);
    auto some = std::vector<oauth::mint_handle>{};
    some.push_back(std::move(x));
    keeper.put(std::move(some));
    EXPECT_TRUE(last_mint->minted);
    return std::string{last_mint->text.reveal()};
  }

  /// @returns the exchange after its redemption; `to_sign` tells which way it went.
  oauth::token_handle redeem(const std::string& code, std::string_view client = "client",
                             std::string_view uri = redirect_uri, std::string_view verifier = {}) {
    auto x = make_redemption(code, client, clock.now());
    x->request.redirect_uri = uri;
    x->request.code_verifier = verifier;
    x->code = *oauth::find_code(code, hash);
    auto some = std::vector<oauth::token_handle>{};
    some.push_back(std::move(x));
    keeper.redeem(std::move(some));
    return std::move(last);
  }

  storage::read_result read_grant(const storage::record_key& key) {
    auto found = storage::read_result{};
    other->read(storage::table::grants, {key}, clock.now(),
                [&](std::vector<storage::read_result> r) { found = std::move(r.front()); });
    return found;
  }

  test::manual_clock clock;
  oauth::options rules;
  crypto::buffered_random random;
  crypto::sha256_hasher hash;
  std::unique_ptr<storage::engine> engine = storage::open_memory_engine(rules.code_max_fail);
  // A second view of the only shard: the memory engine keeps its state in the engine.
  std::unique_ptr<storage::shard_store> other = engine->open_shard(0, 1, [](auto) {});
  std::vector<code_store_meters> meters{1};
  code_store_setup setup{*engine, rules, clock, 1, 512, meters};
  oauth::token_handle last;
  oauth::mint_handle last_mint;
  bool to_sign = false;
  slow_shard::moments moments;
  code_keeper keeper{
      setup,
      0,
      std::make_unique<slow_shard>(engine->open_shard(0, 1, [](auto) {}), moments),
      {[this](std::vector<oauth::token_handle> some) {
         to_sign = true;
         last = std::move(some.front());
       },
       [this](std::vector<oauth::token_handle> some) {
         to_sign = false;
         last = std::move(some.front());
       },
       [this](std::vector<oauth::mint_handle> some) { last_mint = std::move(some.front()); }}};
};

TEST_F(code_keeper_rules, give_birth_to_the_grant_with_the_consumption) {  // COD-04, COD-11
  const auto x = redeem(mint("openid offline_access"));
  ASSERT_TRUE(to_sign);
  EXPECT_TRUE(x->consumed);
  const auto stored = read_grant(storage::record_key::of(*x->born));
  ASSERT_EQ(stored.what, storage::verdict::ok);
  const auto grant = storage::decode_grant(stored.value);
  ASSERT_TRUE(grant);
  EXPECT_TRUE(grant->refreshable);
  EXPECT_EQ(grant->who.sub, "248289761001");
  EXPECT_EQ(grant->family, x->born->family);
  EXPECT_EQ(grant->seed, x->born->seed);
}

TEST_F(code_keeper_rules, keep_the_code_live_after_each_mismatch) {  // COD-05, NEG-106, 107, 108
  const auto code = mint();
  struct row {
    std::string_view client, uri;
    errc expected;
  };
  for (const auto& r :
       {row{"other", redirect_uri, errc::invalid_grant}, row{"client", "", errc::invalid_request},
        row{"client", "https://app.example.com/cb/", errc::invalid_grant},
        row{"client", "https://app.example.com/CB", errc::invalid_grant}}) {
    const auto x = redeem(code, r.client, r.uri);
    ASSERT_FALSE(to_sign);
    EXPECT_EQ(x->denied->code, r.expected);
    EXPECT_FALSE(x->consumed);
  }
  EXPECT_FALSE(redeem(code)->denied);
}

TEST_F(code_keeper_rules, refuse_a_client_that_was_removed_and_imported_again) {
  const auto code = mint();
  auto x = make_redemption(code, "client", clock.now());
  x->client.incarnation = 8;
  x->code = *oauth::find_code(code, hash);
  auto some = std::vector<oauth::token_handle>{};
  some.push_back(std::move(x));
  keeper.redeem(std::move(some));
  EXPECT_EQ(last->denied->code, errc::invalid_grant);
}

TEST_F(code_keeper_rules, end_a_code_after_ten_failures) {  // NEG-117
  const auto code = mint("openid", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  const auto wrong = std::string(43, 'x');
  for (auto i = 0; i < 10; ++i)
    EXPECT_EQ(redeem(code, "client", redirect_uri, wrong)->denied->code, errc::invalid_grant);
  const auto x =
      redeem(code, "client", redirect_uri, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  ASSERT_TRUE(x->denied);
  EXPECT_EQ(x->denied->code, errc::invalid_grant);
}

TEST_F(code_keeper_rules, accept_the_right_verifier_after_a_wrong_one) {  // NEG-116, KAT-01
  const auto code = mint("openid", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  EXPECT_TRUE(redeem(code, "client", redirect_uri, std::string(43, 'x'))->denied);
  EXPECT_FALSE(
      redeem(code, "client", redirect_uri, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")->denied);
}

TEST_F(code_keeper_rules, refuse_an_expired_code) {  // COD-08, NEG-109
  const auto code = mint();
  clock.at += 61s;
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
}

TEST_F(code_keeper_rules, revoke_the_family_of_a_valid_replay) {  // COD-06, NEG-110
  const auto code = mint();
  const auto key = storage::record_key::of(*redeem(code)->born);
  clock.at += 1s;
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
  EXPECT_EQ(read_grant(key).what, storage::verdict::revoked);
}

TEST_F(code_keeper_rules, spare_the_family_of_a_double_submit) {  // COD-07
  const auto code = mint();
  const auto key = storage::record_key::of(*redeem(code)->born);
  clock.at += 250ms;
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
  EXPECT_EQ(read_grant(key).what, storage::verdict::ok);
}

TEST_F(code_keeper_rules, spare_the_family_of_a_replay_with_a_wrong_binding) {  // NEG-113, NEG-114
  const auto code = mint();
  const auto key = storage::record_key::of(*redeem(code)->born);
  clock.at += 1s;
  EXPECT_EQ(redeem(code, "other")->denied->code, errc::invalid_grant);
  EXPECT_EQ(redeem(code, "client", redirect_uri, std::string(43, 'x'))->denied->code,
            errc::invalid_grant);
  EXPECT_EQ(read_grant(key).what, storage::verdict::ok);
}

TEST_F(code_keeper_rules, restore_a_released_code_without_its_birth) {  // COM-02
  const auto code = mint();
  auto x = redeem(code);
  const auto key = storage::record_key::of(*x->born);
  auto some = std::vector<oauth::token_handle>{};
  some.push_back(std::move(x));
  keeper.release(std::move(some));
  EXPECT_EQ(read_grant(key).what, storage::verdict::absent);
  const auto again = redeem(code);
  EXPECT_TRUE(to_sign);
  EXPECT_TRUE(again->consumed);
}

TEST_F(code_keeper_rules, consume_nothing_for_a_replay_that_meets_a_release) {  // COM-02
  const auto code = mint();
  auto first = redeem(code);
  moments.after_read = [&] {
    other->release({{storage::record_key::of(first->code), first->attempt}}, clock.now(),
                   [](const auto&) {});
  };
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
  const auto again = redeem(code);
  ASSERT_TRUE(to_sign) << "the code was consumed for nobody";
  EXPECT_TRUE(again->born);
}

TEST_F(code_keeper_rules, leave_a_late_replay_unanswered_until_its_family_is_revoked) {  // COD-06
  const auto code = mint();
  static_cast<void>(redeem(code));
  clock.at += 1s;
  moments.loses_revocations = true;
  auto where = watching_home{};
  auto x = make_redemption(code, "client", clock.now());
  x->origin = &where;
  x->code = *oauth::find_code(code, hash);
  auto some = std::vector<oauth::token_handle>{};
  some.push_back(std::move(x));
  keeper.redeem(std::move(some));
  EXPECT_EQ(where.count, 1);
  EXPECT_FALSE(where.answered);
}

}  // namespace
}  // namespace mintage::actors
