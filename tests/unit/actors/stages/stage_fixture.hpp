/// @file
/// One shard of codes and grants over the memory engine, for the tests of `shard_stages`.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <utility>

#include "actors/stages/shard_stages.hpp"
#include "storage/codec.hpp"
#include "storage/memory/engine.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"

namespace mintage::actors::test {

/// The memory engine with a hook between a read and its answer, and with revocations that can be
/// lost.
class slow_shard final : public storage::shard_store {
 public:
  struct moments {
    std::function<void()> after_read = [] {};
    std::function<void()> before_rotation = [] {};
    bool loses_revocations = false;
    bool refuses_insertions = false;
    /// All that were asked for.
    std::vector<storage::insert_op> inserted;
  };
  slow_shard(std::unique_ptr<storage::shard_store> inner, moments& m)
      : inner_{std::move(inner)}, moments_{m} {}

  void insert(std::vector<storage::insert_op> batch, oauth::instant now,
              storage::done_handler<storage::verdict> done) override {
    moments_.inserted.insert(moments_.inserted.end(), batch.begin(), batch.end());
    if (moments_.refuses_insertions)
      return done(std::vector<storage::verdict>(batch.size(), storage::verdict::unknown));
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
  void rotate(std::vector<storage::rotate_op> batch, oauth::instant now,
              storage::done_handler<storage::rotate_result> done) override {
    std::exchange(moments_.before_rotation, [] {})();
    inner_->rotate(std::move(batch), now, std::move(done));
  }
  void revoke(std::vector<storage::revoke_op> batch, oauth::instant now,
              storage::done_handler<storage::verdict> done) override {
    if (!moments_.loses_revocations) inner_->revoke(std::move(batch), now, std::move(done));
  }

 private:
  std::unique_ptr<storage::shard_store> inner_;
  moments& moments_;
};

/// Records the state of an exchange that returns because its handle was destroyed.
class watching_gateway final : public service::origin_gateway {
 public:
  void returned(service::exchange* x) noexcept override {
    ++count;
    const auto& token = *static_cast<service::token_exchange*>(x);
    answered = token.is_answered();
    consumed = token.consumed;
    delete x;
  }
  int count = 0;
  bool answered = false;
  bool consumed = false;
};

/// One shard over the memory engine, which answers inside the call.
class shard_rules : public testing::Test {
 protected:
  /// The redirect URI of codes.
  std::string minted_uri{redirect_uri};
  /// @param change modifies the login.
  std::string mint(
      const std::string& scope = "openid", const std::string& challenge = {},
      const std::function<void(oauth::login&)>& change = [](oauth::login&) {}) {
    auto x = service::mint_handle{
        new service::mint_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->code = oauth::authorization_code{};
    x->code->who.client_id = "client";
    x->code->who.incarnation = 7;
    x->code->who.sub = "248289761001";
    x->code->who.scope = scope;
    x->code->who.minted = clock.now();
    x->code->who.auth_time = clock.now();
    x->code->redirect_uri = minted_uri;
    x->code->challenge = challenge;
    x->code->expires = clock.now() + rules.code_ttl;
    change(x->code->who);
    x->text = oauth::make_code(oauth::slot::draw(random), random);
    x->where = *oauth::find_code(x->text.reveal(), hash);
    stages.codes.put(one(std::move(x)));
    EXPECT_TRUE(last_mint->minted);
    return std::string{last_mint->text.reveal()};
  }

  /// @returns the exchange after its redemption; `to_sign` says whether it went to a signer.
  service::token_handle redeem(const std::string& code, std::string_view client = "client",
                               std::string_view uri = redirect_uri,
                               std::string_view verifier = {}) {
    auto x = make_redemption(code, client, clock.now());
    x->request.redirect_uri = uri;
    x->request.code_verifier = verifier;
    x->code = *oauth::find_code(code, hash);
    stages.codes.redeem(one(std::move(x)));
    return std::move(last);
  }

  /// Redeems a new code of a refreshable family; @returns its refresh token.
  std::string begin_family(
      const std::string& scope = "openid offline_access",
      oauth::rt_mode mode = oauth::rt_mode::rotating,
      const std::function<void(oauth::login&)>& change = [](oauth::login&) {}) {
    const auto code = mint(scope, {}, change);
    auto x = make_redemption(code, "client", clock.now());
    x->client.refresh_mode = mode;
    x->code = *oauth::find_code(code, hash);
    stages.codes.redeem(one(std::move(x)));
    family = storage::record_key::of(*last->grant);
    return current_token();
  }
  /// The token that a signer would send.
  std::string current_token() { return keys.make(*last->grant, *last->out.refresh_generation); }

  /// @returns the exchange after its refresh; `to_sign` says whether it went to a signer.
  service::token_handle refresh(const std::string& token, std::string_view client = "client",
                                std::string_view scope = {}) {
    auto all = std::vector<service::token_handle>{};
    all.push_back(make_refresh(token, client, scope));
    stages.families.refresh(std::move(all));
    return std::move(last);
  }
  service::token_handle make_refresh(const std::string& token, std::string_view client = "client",
                                     std::string_view scope = {}) {
    auto x = make_redemption("", client, clock.now());
    x->request.grant = oauth::grant_type::refresh_token;
    x->request.scope = scope;
    x->refresh = *oauth::parse_refresh_token(token);
    return x;
  }

  template <class Handle>
  static std::vector<Handle> one(Handle x) {
    auto some = std::vector<Handle>{};
    some.push_back(std::move(x));
    return some;
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
  // A second instance of the only shard: the memory engine keeps its state in the engine.
  std::unique_ptr<storage::shard_store> other = engine->open_shard(0, 1, [](auto) {});
  std::vector<code_store_meters> meters{1};
  crypto::digest master = crypto::sha256("master");
  code_store_setup setup{*engine, rules, clock, 1, 512, meters, master};
  oauth::refresh_keys keys{master, rules.refresh_key_id};
  storage::record_key family;
  service::token_handle last;
  std::vector<service::token_handle> others;  ///< of a batch: all but the last one
  service::mint_handle last_mint;
  service::query_handle last_query;
  std::vector<service::token_handle> recorded;
  std::vector<service::query_handle> queries_recorded;
  std::vector<service::authorization_handle> authorizations_recorded;
  std::vector<service::authorization_handle> authorizations_found;
  service::authorization_handle last_authorization;
  session_search_handle found_session;
  bool to_sign = false;
  slow_shard::moments moments;
  shard_stages stages{
      setup,
      0,
      std::make_unique<slow_shard>(engine->open_shard(0, 1, [](auto) {}), moments),
      {[this](std::vector<service::token_handle> some) { note(std::move(some), true); },
       [this](std::vector<service::token_handle> some) { note(std::move(some), false); },
       [this](std::vector<service::mint_handle> some) { last_mint = std::move(some.front()); },
       [this](std::vector<service::query_handle> some) {
         to_sign = true;
         last_query = std::move(some.front());
       },
       [this](std::vector<service::query_handle> some) {
         to_sign = false;
         last_query = std::move(some.front());
       },
       [this](std::vector<service::token_handle> some) {
         for (auto& x : some) recorded.push_back(std::move(x));
       },
       [this](std::vector<service::query_handle> some) {
         for (auto& x : some) queries_recorded.push_back(std::move(x));
       },
       [this](std::vector<service::authorization_handle> some) { note(std::move(some), true); },
       [this](std::vector<service::authorization_handle> some) { note(std::move(some), false); },
       [this](std::vector<service::authorization_handle> some) {
         for (auto& x : some) authorizations_recorded.push_back(std::move(x));
       },
       [this](std::vector<service::authorization_handle> some) {
         for (auto& x : some) authorizations_found.push_back(std::move(x));
       },
       [this](session_search_handle found) { found_session = std::move(found); }}};

 private:
  void note(std::vector<service::authorization_handle> some, bool signs) {
    to_sign = signs;
    last_authorization = std::move(some.front());
  }
  void note(std::vector<service::token_handle> some, bool signs) {
    to_sign = signs;
    for (auto& x : some) {
      if (last) others.push_back(std::move(last));
      last = std::move(x);
    }
  }
};

}  // namespace mintage::actors::test
