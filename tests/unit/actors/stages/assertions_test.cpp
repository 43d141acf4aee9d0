// Client assertions in the validator: verified together, and on their way to the replay store.
#include <gtest/gtest.h>

#include <deque>
#include <span>

#include "actors/stages/token_validator.hpp"
#include "tests/support/signed_assertion.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"

namespace mintage::actors {
namespace {

using oauth::errc;
using next = token_validator::next;
using how = oauth::presented_credentials::how;

class assertions : public testing::Test {
 protected:
  void SetUp() override {
    for (auto i = std::size_t{0}; i < keys.size(); ++i) {
      auto c = test::make_client("client-" + std::to_string(i));
      mintage::test::give_keys(c, {&keys[i]});
      clients.push_back(std::move(c));
    }
    clients[1].grant_types = {oauth::grant_type::authorization_code};
    publish();
    work.publish(std::make_shared<const oauth::key_ring>());
  }
  void publish() { work.publish(std::make_shared<const oauth::client_registry>(clients)); }

  /// @param jti new for each, unless it is given.
  std::string sign(std::size_t client, std::string jti = {}) {
    if (jti.empty()) jti = "jti-" + std::to_string(++made);
    return mintage::test::sign_assertion(keys[client],
                                         {clients[client].id, rules.issuer, jti, clock.now()});
  }
  template <class Request>
  void present(Request& request, std::string_view id, std::string text) {
    texts.push_back(std::move(text));
    request.who = {};
    request.who.presented = how::assertion;
    request.who.id = id;
    request.who.assertion = texts.back();
  }
  service::token_handle ask(std::size_t client, std::string text) {
    auto x = test::make_redemption(code, clients[client].id, clock.now());
    present(x->request, clients[client].id, std::move(text));
    return x;
  }
  service::query_handle ask_about(oauth::query_purpose purpose, std::size_t client,
                                  std::string text) {
    auto x = service::query_handle{
        new service::query_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->request.purpose = purpose;
    x->request.token = "unknown";
    present(x->request, clients[client].id, std::move(text));
    return x;
  }
  template <class Handle>
  next check(const Handle& x) {
    return work.check(std::span{&x, 1}).front();
  }
  void expect_denied(const service::token_handle& x, errc as) {
    ASSERT_TRUE(x->denied);
    EXPECT_EQ(x->denied->code, as) << x->denied->reason.text();
  }

  test::manual_clock clock;
  oauth::options rules;
  oauth::auth_keys secrets{crypto::sha256("pepper"), crypto::sha256("process"),
                           crypto::sha256("seal")};
  hash_permits permits{1, 1};
  std::vector<validator_meters> meters{1};
  validator_setup setup{secrets, rules, clock, permits, meters};
  token_validator work{setup};
  crypto::buffered_random random;
  std::string code{oauth::make_code(oauth::slot{4095}, random).reveal()};
  std::vector<crypto::signing_key> keys{crypto::signing_key::generate(crypto::jws_alg::es256),
                                        crypto::signing_key::generate(crypto::jws_alg::eddsa),
                                        crypto::signing_key::generate(crypto::jws_alg::es256)};
  std::vector<oauth::client> clients;
  std::deque<std::string> texts;
  int made = 0;
};

TEST_F(assertions, are_recorded_before_anything_else) {  // CAU-07
  const auto x = ask(0, sign(0, "once"));
  EXPECT_EQ(check(x), next::record);
  EXPECT_EQ(x->after, next::redeem);
  EXPECT_EQ(x->client.id, "client-0");
  EXPECT_EQ(x->code.where, oauth::slot{4095});
  const auto& id = x->replay_ids.front();
  EXPECT_EQ(id.when_known.code, errc::invalid_client);
  // The end of the assertion and SKEW.
  EXPECT_EQ(id.expires, clock.now() + oauth::seconds{60 + 30});
  EXPECT_EQ(id.usable_from, clock.now() - oauth::seconds{30});
  const auto again = ask(0, sign(0, "once"));
  EXPECT_EQ(check(again), next::record);
  EXPECT_EQ(again->replay_ids.front().hash, id.hash);
  const auto of_another = ask(2, sign(2, "once"));
  EXPECT_EQ(check(of_another), next::record);
  EXPECT_NE(of_another->replay_ids.front().hash, id.hash);
}

TEST_F(assertions, of_a_batch_are_verified_together) {
  auto batch = std::vector<service::token_handle>{};
  for (auto i = std::size_t{0}; i < 30; ++i) {
    auto text = sign(i % 3);
    if (i % 4 == 1) text = mintage::test::with_wrong_signature(text);
    batch.push_back(ask(i % 3, std::move(text)));
  }
  for (const auto wish : {crypto::backend_wish::openssl, crypto::backend_wish::automatic}) {
    auto with = setup;
    with.signatures = crypto::signature_backends::choose(wish).value();
    auto validator = token_validator{with};
    validator.publish(std::make_shared<const oauth::client_registry>(clients));
    validator.publish(std::make_shared<const oauth::key_ring>());
    for (auto& x : batch) {
      x->replay_ids.clear();
      x->denied.reset();
    }
    const auto ways = validator.check(batch);
    ASSERT_EQ(ways.size(), batch.size());
    for (auto i = std::size_t{0}; i < batch.size(); ++i) {
      EXPECT_EQ(ways[i], i % 4 == 1 ? next::reply : next::record) << i;
      EXPECT_EQ(batch[i]->denied.has_value(), i % 4 == 1) << i;
      EXPECT_EQ(batch[i]->replay_ids.empty(), i % 4 == 1) << i;
    }
  }
}

TEST_F(assertions, stand_beside_other_requests_of_a_batch) {
  auto pepper = crypto::hmac_sha256{secrets.pepper};
  auto with_secret = test::make_client("cl_" + std::string(22, 'A'));
  with_secret.secrets.emplace_back().hash = crypto::as_chars(oauth::pepper_secret(pepper, "right"));
  clients.push_back(with_secret);
  publish();
  auto batch = std::vector<service::token_handle>{};
  batch.push_back(ask(0, sign(0)));
  batch.push_back(test::make_redemption(code, with_secret.id, clock.now()));
  batch.back()->request.who.secret = batch.back()->request.who.raw_secret = "right";
  batch.push_back(ask(2, sign(0)));
  const auto ways = work.check(batch);
  EXPECT_EQ(ways[0], next::record);
  EXPECT_EQ(ways[1], next::redeem);
  EXPECT_EQ(ways[2], next::reply);
}

TEST_F(assertions, are_used_up_when_a_later_row_denies) {  // CAU-07, P16
  const auto x = ask(1, sign(1));
  x->request.grant = oauth::grant_type::refresh_token;
  EXPECT_EQ(check(x), next::record);
  EXPECT_EQ(x->after, next::reply);
  expect_denied(x, errc::unauthorized_client);
  const auto scope = ask(0, sign(0));
  scope->request.code = "no code";
  EXPECT_EQ(check(scope), next::record);
  expect_denied(scope, errc::invalid_grant);
}

TEST_F(assertions, are_not_used_up_when_they_fail) {
  clients[2].status = oauth::client_status::suspended;
  publish();
  auto stale = mintage::test::sign_assertion(
      keys[0], {"client-0", rules.issuer, "jti", clock.now() - oauth::seconds{120}});
  auto foreign = mintage::test::sign_assertion(
      keys[0], {"client-0", "https://other.example", "jti", clock.now()});
  auto unknown =
      mintage::test::sign_assertion(keys[0], {"nobody", rules.issuer, "jti", clock.now()});
  for (const auto& x : {ask(0, mintage::test::with_wrong_signature(sign(0))), ask(0, "a.b.c"),
                        ask(0, stale), ask(0, foreign), ask(0, unknown), ask(2, sign(2)),
                        ask(0, mintage::test::sign_assertion(
                                   keys[2], {"client-0", rules.issuer, "j", clock.now()}))}) {
    EXPECT_EQ(check(x), next::reply);
    expect_denied(x, errc::invalid_client);
    EXPECT_TRUE(x->replay_ids.empty());
  }
}

TEST_F(assertions, of_clients_with_another_method_are_refused) {  // CAU-05
  clients[0].method = oauth::auth_method::client_secret_basic;
  publish();
  const auto x = ask(0, sign(0));
  EXPECT_EQ(check(x), next::reply);
  expect_denied(x, errc::invalid_client);
  // And the reverse.
  const auto secret = test::make_redemption(code, "client-1", clock.now());
  secret->request.who.secret = "secret";
  ASSERT_EQ(check(secret), next::hash) << "as for any id of that form";
  EXPECT_EQ(work.settle(std::span{&secret, 1}).front(), next::reply);
  expect_denied(secret, errc::invalid_client);
}

TEST_F(assertions, open_introspection_and_revocation) {
  const auto asked = ask_about(oauth::query_purpose::introspect, 0, sign(0));
  EXPECT_EQ(check(asked), next::record);
  EXPECT_EQ(asked->after, next::reply);
  EXPECT_EQ(asked->body, R"({"active":false})");
  const auto revoked = ask_about(oauth::query_purpose::revoke, 0, sign(0));
  EXPECT_EQ(check(revoked), next::record);
  EXPECT_EQ(revoked->after, next::reply);
  const auto refused =
      ask_about(oauth::query_purpose::introspect, 0, mintage::test::with_wrong_signature(sign(0)));
  EXPECT_EQ(check(refused), next::reply);
  EXPECT_EQ(refused->denied->code, errc::invalid_client);
  EXPECT_FALSE(refused->done);
}

/// A journal without room.
class full_room final : public service::line_room {
 public:
  [[nodiscard]] bool reserve_line() noexcept override { return has_room; }
  bool has_room = false;
};

TEST_F(assertions, are_not_recorded_while_the_request_waits_for_the_journal) {
  auto room = full_room{};
  setup.lines = &room;
  const auto x = ask(0, sign(0));
  EXPECT_EQ(check(x), next::reply);
  EXPECT_TRUE(x->awaits_line);
  EXPECT_TRUE(x->replay_ids.empty());
  room.has_room = true;
  EXPECT_EQ(check(x), next::record);
  EXPECT_EQ(x->after, next::redeem);
}

}  // namespace
}  // namespace mintage::actors
