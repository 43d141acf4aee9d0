#include <gtest/gtest.h>

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "actors/stages/token_validator.hpp"
#include "crypto/jws.hpp"
#include "oauth/client/authentication.hpp"
#include "oauth/token/claims.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"

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
    auto anyone = test::make_client("public");
    anyone.method = oauth::auth_method::none;
    for (auto* c : {&generated, &anyone}) {
      c->grant_types.push_back(oauth::grant_type::client_credentials);
      c->scopes.push_back("files");
    }
    auto imported = test::make_client("imported");
    auto& slow = imported.secrets.emplace_back();
    slow.how = oauth::stored_secret::kind::argon2id;
    slow.hash =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    auto files = oauth::resource{};
    files.as = {"https://files.example.com", oauth::token_format::opaque, crypto::jws_alg::es256};
    files.scopes = {"files"};
    work.publish(std::make_shared<const oauth::client_registry>(
        std::vector<oauth::client>{generated, chosen, imported, anyone},
        std::vector<oauth::resource>{files}));
    work.publish(std::make_shared<const oauth::key_ring>());
  }

  service::token_handle ask_for(oauth::grant_type grant, std::string_view scope = {}) {
    auto x = ask(generated_id, "right");
    x->request.grant = grant;
    x->request.scope = scope;
    return x;
  }
  service::query_handle ask_about(oauth::query_purpose purpose, std::string_view token,
                                  std::string_view client = {}, std::string_view secret = {}) {
    auto x = service::query_handle{
        new service::query_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->request.purpose = purpose;
    x->request.token = token;
    auto& who = x->request.who;
    using how = oauth::presented_credentials::how;
    who.presented = client.empty() ? how::nothing : secret.empty() ? how::id_only : how::post;
    who.id = who.raw_id = client;
    who.secret = who.raw_secret = secret;
    return x;
  }

  service::token_handle ask(std::string_view client, std::string_view secret) {
    auto x = test::make_redemption(code, client, clock.now());
    x->request.who.secret = x->request.who.raw_secret = secret;
    return x;
  }

  template <class Handle>
  next check(const Handle& x) {
    return work.check(std::span{&x, 1}).front();
  }
  template <class Handle>
  next settle(const Handle& x) {
    return work.settle(std::span{&x, 1}).front();
  }

  /// In the form of generated ids.
  static inline const auto generated_id = "cl_" + std::string(22, 'A');

  test::manual_clock clock;
  oauth::options rules;
  oauth::auth_keys keys{crypto::sha256("pepper"), crypto::sha256("process")};
  hash_permits permits{1, 1};
  std::vector<validator_meters> meters{1};
  validator_setup setup{keys, rules, clock, permits, meters};
  token_validator work{setup};
  crypto::buffered_random random;
  std::string code{oauth::make_code(oauth::slot{4095}, random).reveal()};
};

TEST_F(token_validator_rules, send_the_authenticated_to_the_store_of_their_slot) {
  const auto x = ask(generated_id, "right");
  EXPECT_EQ(check(x), next::redeem);
  EXPECT_EQ(x->code.where, oauth::slot{4095});
  EXPECT_EQ(x->client.incarnation, 7U);
}

TEST_F(token_validator_rules, deny_a_wrong_secret_before_any_lookup) {  // NEG-048, NEG-046
  const auto x = ask(generated_id, "wrong");
  EXPECT_EQ(check(x), next::reply);
  EXPECT_EQ(x->denied->code, errc::invalid_client);
}

TEST_F(token_validator_rules, let_a_chosen_id_cost_a_slow_hash_whether_it_is_known) {  // TOK-21
  for (const auto* id : {"chosen", "unknown"}) {
    const auto x = ask(id, "wrong");
    ASSERT_EQ(check(x), next::hash);
    x->slow_matched = false;
    EXPECT_EQ(settle(x), next::reply);
    EXPECT_EQ(x->denied->code, errc::invalid_client);
  }
}

TEST_F(token_validator_rules, deny_what_cannot_be_a_code_as_unknown) {  // NEG-105, TOK-21
  code = "mco_tooshort";
  const auto x = ask(generated_id, "right");
  EXPECT_EQ(check(x), next::reply);
  EXPECT_EQ(x->denied->code, errc::invalid_grant);
  EXPECT_EQ(x->denied->description, oauth::unknown_code().description);
}

TEST_F(token_validator_rules, bound_the_hashers_lane_and_give_places_back) {  // CAU-12
  auto first = ask("imported", "chosen");
  EXPECT_EQ(check(first), next::hash);
  const auto second = ask("imported", "chosen");
  EXPECT_EQ(check(second), next::reply);
  EXPECT_EQ(second->denied->code, errc::temporarily_unavailable);
  first.reset();  // lost with its hasher
  const auto third = ask("imported", "chosen");
  EXPECT_EQ(check(third), next::hash);
}

TEST_F(token_validator_rules, remember_a_proven_secret) {  // CAU-12
  const auto first = ask("imported", "chosen");
  ASSERT_EQ(check(first), next::hash);
  first->slow_matched = true;
  EXPECT_EQ(settle(first), next::redeem);
  EXPECT_EQ(check(ask("imported", "chosen")), next::redeem);
  EXPECT_EQ(check(ask("imported", "other")), next::hash);
}

/// A journal without room.
class full_room final : public service::line_room {
 public:
  [[nodiscard]] bool reserve_line() noexcept override { return has_room; }
  bool has_room = false;
};

TEST_F(token_validator_rules, send_home_undone_what_has_no_room_to_be_told) {
  auto room = full_room{};
  setup.lines = &room;
  const auto x = ask(generated_id, "right");
  EXPECT_EQ(check(x), next::reply);
  EXPECT_TRUE(x->awaits_line);
  EXPECT_FALSE(x->denied);
  const auto stranger = ask(generated_id, "wrong");
  EXPECT_EQ(check(stranger), next::reply);
  EXPECT_FALSE(stranger->awaits_line);
  EXPECT_EQ(stranger->denied->code, errc::invalid_client);
  room.has_room = true;
  EXPECT_EQ(check(x), next::redeem);
  EXPECT_FALSE(x->awaits_line);
}

TEST_F(token_validator_rules, send_a_refresh_token_to_the_store_of_its_family) {  // RFT-01
  auto keys_of_refresh = oauth::refresh_keys{crypto::sha256("master"), 1};
  auto g = oauth::grant{};
  g.where = oauth::slot{77};
  const auto token = keys_of_refresh.make(g, 0);
  auto x = ask_for(oauth::grant_type::refresh_token);
  x->request.refresh_token = token;
  EXPECT_EQ(check(x), next::refresh);
  EXPECT_EQ(x->refresh.where, oauth::slot{77});
  // NEG-133, NEG-150: truncated, or no refresh token at all.
  for (const auto text : {std::string_view{token}.substr(0, 75), std::string_view{code}}) {
    x = ask_for(oauth::grant_type::refresh_token);
    x->request.refresh_token = text;
    EXPECT_EQ(check(x), next::reply);
    EXPECT_EQ(x->denied->code, errc::invalid_grant);
  }
}

TEST_F(token_validator_rules, bear_a_clients_own_grant) {  // CCG-01, ATK-06
  const auto signed_one = ask_for(oauth::grant_type::client_credentials, "read");
  EXPECT_EQ(check(signed_one), next::sign);
  EXPECT_EQ(signed_one->grant->who.sub, generated_id);
  EXPECT_EQ(signed_one->grant->who.scope, "read");
  EXPECT_FALSE(signed_one->out.refresh_generation);
  const auto opaque = ask_for(oauth::grant_type::client_credentials, "files");
  EXPECT_EQ(check(opaque), next::issue);
}

TEST_F(token_validator_rules, refuse_a_clients_own_grant) {  // NEG-151, NEG-152, CCG-02
  struct row {
    std::string_view client, secret, scope;
    errc expected;
  };
  for (const auto& r : {row{"public", "", "read", errc::unauthorized_client},
                        row{generated_id, "right", "openid", errc::invalid_scope},
                        row{generated_id, "right", "read offline_access", errc::invalid_scope},
                        row{generated_id, "right", "admin", errc::invalid_scope},
                        // Without scope: all scopes of the client, which refer to one resource.
                        row{generated_id, "wrong", "read", errc::invalid_client}}) {
    const auto x = ask(r.client, r.secret);
    x->request.grant = oauth::grant_type::client_credentials;
    x->request.scope = r.scope;
    if (r.secret.empty()) x->request.who.presented = oauth::presented_credentials::how::id_only;
    EXPECT_EQ(check(x), next::reply);
    ASSERT_TRUE(x->denied);
    EXPECT_EQ(x->denied->code, r.expected) << r.scope;
  }
}

TEST_F(token_validator_rules, let_only_confidential_clients_introspect) {  // NEG-184, INT-01
  using oauth::query_purpose;
  struct row {
    query_purpose purpose;
    std::string_view client, secret;
    bool is_denied;
  };
  for (const auto& r : {row{query_purpose::introspect, "", "", true},
                        row{query_purpose::introspect, generated_id, "wrong", true},
                        row{query_purpose::introspect, "public", "", true},
                        row{query_purpose::introspect, generated_id, "right", false},
                        row{query_purpose::revoke, generated_id, "wrong", true},
                        row{query_purpose::revoke, "public", "", false}}) {
    const auto x = ask_about(r.purpose, "unknown", r.client, r.secret);
    EXPECT_EQ(check(x), next::reply);
    EXPECT_EQ(x->denied.has_value(), r.is_denied) << r.client << r.secret;
    EXPECT_EQ(x->done, !r.is_denied);
    if (r.is_denied) {
      EXPECT_EQ(x->denied->code, errc::invalid_client);
    }
  }
}

TEST_F(token_validator_rules, answer_at_once_about_what_is_no_token) {  // NEG-185, NEG-187, NEG-194
  using oauth::query_purpose;
  const auto inactive = ask_about(query_purpose::introspect, "a.b.c", generated_id, "right");
  EXPECT_EQ(check(inactive), next::reply);
  EXPECT_EQ(inactive->body, R"({"active":false})");
  auto as_jwt = ask_about(query_purpose::introspect, "a.b.c", generated_id, "right");
  as_jwt->request.wants_jwt = true;
  EXPECT_EQ(check(as_jwt), next::sign);
  const auto revoked = ask_about(query_purpose::revoke, "a.b.c", generated_id, "right");
  EXPECT_EQ(check(revoked), next::reply);
  EXPECT_TRUE(revoked->done && revoked->body.empty());
  const auto person = ask_about(query_purpose::userinfo, "a.b.c");
  EXPECT_EQ(check(person), next::reply);
  EXPECT_EQ(person->denied->code, errc::invalid_token);
}

TEST_F(token_validator_rules, send_a_question_to_the_store_of_the_token) {
  const auto token = oauth::make_opaque_token(oauth::slot{5}, random);
  const auto x = ask_about(oauth::query_purpose::userinfo, token.reveal());
  EXPECT_EQ(check(x), next::query);
  EXPECT_EQ(std::get<oauth::opaque_token>(x->asked).at.where, oauth::slot{5});
}

TEST_F(token_validator_rules, let_a_slow_secret_ask_questions_too) {  // CAU-12
  const auto x = ask_about(oauth::query_purpose::revoke, "unknown", "imported", "chosen");
  ASSERT_EQ(check(x), next::hash);
  x->slow_matched = true;
  EXPECT_EQ(settle(x), next::reply);
  EXPECT_TRUE(x->done);
}

/// Access tokens of keys of all algorithms, and questions about them.
class questions_about_jwts : public token_validator_rules {
 protected:
  void SetUp() override {
    token_validator_rules::SetUp();
    for (const auto alg : crypto::jws_algs)
      ring->keys.push_back(
          {crypto::signing_key::generate(alg), oauth::key_state::active, clock.now()});
    work.publish(ring);
  }
  std::string make_token(const crypto::signing_key& by) {
    auto g = oauth::grant{};
    g.who.client_id = generated_id;
    g.who.sub = "person";
    g.where = oauth::slot{7};
    auto claims = std::string{};
    oauth::append_access_token_claims(claims, g, {}, oauth::make_jti(g, random), clock.now(),
                                      rules);
    auto out = std::string{};
    crypto::jws_signer{by}.append_compact(out, crypto::jose_header(by, "at+jwt"), claims);
    return out;
  }
  /// Tokens that stay where they are.
  std::deque<std::string> tokens;
  service::query_handle ask_about_token(std::string text) {
    tokens.push_back(std::move(text));
    return ask_about(oauth::query_purpose::userinfo, tokens.back());
  }

  std::shared_ptr<oauth::key_ring> ring = std::make_shared<oauth::key_ring>();
};

TEST_F(questions_about_jwts, are_verified_together) {
  auto batch = std::vector<service::query_handle>{};
  for (auto i = std::size_t{0}; i < 40; ++i) {
    auto text = make_token(ring->keys[i % ring->keys.size()].key);
    if (i % 3 == 1) text[text.size() - 10] = text[text.size() - 10] == 'A' ? 'B' : 'A';
    batch.push_back(ask_about_token(std::move(text)));
  }
  batch.push_back(ask_about_token("a.b.c"));
  for (const auto wish : {crypto::backend_wish::openssl, crypto::backend_wish::automatic}) {
    auto with = setup;
    with.signatures = crypto::signature_backends::choose(wish).value();
    auto validator = token_validator{with};
    validator.publish(std::make_shared<const oauth::client_registry>());
    validator.publish(ring);
    for (auto round = 0; round < 2; ++round) {
      const auto ways = validator.check(batch);
      ASSERT_EQ(ways.size(), batch.size());
      for (auto i = std::size_t{0}; i < batch.size(); ++i) {
        const auto is_valid = i < 40 && i % 3 != 1;
        EXPECT_EQ(ways[i], is_valid ? next::query : next::reply) << i;
        EXPECT_EQ(std::holds_alternative<oauth::access_token>(batch[i]->asked), is_valid) << i;
      }
    }
  }
}

TEST_F(questions_about_jwts, that_were_verified_before_see_each_change) {
  const auto text = make_token(ring->keys.front().key);
  const auto x = ask_about_token(text);
  EXPECT_EQ(check(x), next::query);
  EXPECT_EQ(check(x), next::query) << "from the table of verified tokens";
  auto changed = text;
  changed[changed.size() - 10] = changed[changed.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(check(ask_about_token(changed)), next::reply);
  clock.at += rules.access_ttl;
  EXPECT_EQ(check(ask_about_token(text)), next::reply) << "expired";
  clock.at -= rules.access_ttl;
  EXPECT_EQ(check(ask_about_token(text)), next::query);
  auto without = std::make_shared<oauth::key_ring>(*ring);
  without->keys.erase(without->keys.begin());
  work.publish(without);
  EXPECT_EQ(check(ask_about_token(text)), next::reply) << "its key was removed (JWS-06)";
}

TEST_F(token_validator_rules, draw_a_code_for_a_valid_mint_request) {  // MINT-01
  auto x = service::mint_handle{
      new service::mint_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
  x->request.client_id = generated_id;
  x->request.redirect_uri = test::redirect_uri;
  x->request.scope = "openid";
  x->request.sub = "248289761001";
  x->request.auth_time = oauth::numeric_date(clock.now());
  EXPECT_EQ(check(x), next::put);
  EXPECT_EQ(x->text.reveal().substr(0, 4), "mco_");
  EXPECT_EQ(x->expires_in, rules.code_ttl);
  EXPECT_FALSE(x->session);
}

// LGO-05: of a client that is told of logouts, the code has the slot of its session.
TEST_F(token_validator_rules, mark_the_session_of_a_code) {
  auto told = test::make_client("told");
  told.backchannel_logout_uri = "https://app.example.com/logout";
  work.publish(std::make_shared<const oauth::client_registry>(std::vector<oauth::client>{told}));
  const auto mint = [&](const std::string& sid) {
    auto x = service::mint_handle{
        new service::mint_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->request.client_id = "told";
    x->request.redirect_uri = test::redirect_uri;
    x->request.scope = "openid";
    x->request.sub = "248289761001";
    x->request.auth_time = oauth::numeric_date(clock.now());
    x->request.sid = sid;
    EXPECT_EQ(check(x), next::put);
    return x;
  };
  EXPECT_FALSE(mint("")->session);
  auto hash = crypto::sha256_hasher{};
  for (const auto* sid : {"one", "two", "three"}) {
    const auto x = mint(sid);
    ASSERT_TRUE(x->session);
    EXPECT_EQ(x->where.where, oauth::slot_of_session(sid, hash));
    EXPECT_EQ(x->session->name, oauth::mark_session(sid, "told", clock.now(), rules, hash).name);
  }
}

}  // namespace
}  // namespace mintage::actors
