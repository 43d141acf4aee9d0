// DPoP proofs in the validator: rows P14 and P17, and userinfo.
#include <gtest/gtest.h>

#include <deque>
#include <span>
#include <string>

#include "actors/stages/token_validator.hpp"
#include "oauth/token/claims.hpp"
#include "storage/memory/engine.hpp"
#include "tests/support/dpop_key.hpp"
#include "tests/unit/actors/stages/exchanges.hpp"

namespace mintage::actors {
namespace {

using namespace std::chrono_literals;
using oauth::errc;
using next = token_validator::next;

class proofs : public testing::Test {
 protected:
  void SetUp() override {
    auto pepper = crypto::hmac_sha256{keys.pepper};
    auto usual = test::make_client(generated_id);
    usual.secrets.emplace_back().hash = crypto::as_chars(oauth::pepper_secret(pepper, "right"));
    auto bound = usual;
    bound.id = "bound";
    bound.dpop_bound_access_tokens = true;
    auto asked = usual;
    asked.id = "asked";
    asked.dpop_nonces = true;
    auto fapi = usual;
    fapi.id = "fapi";
    fapi.own_profile = fapi.profile = oauth::client_profile::fapi2;
    auto imported = test::make_client("imported");
    auto& slow = imported.secrets.emplace_back();
    slow.how = oauth::stored_secret::kind::argon2id;
    slow.hash =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    clients = std::make_shared<const oauth::client_registry>(
        std::vector<oauth::client>{usual, bound, asked, fapi, imported},
        std::vector<oauth::resource>{});
    publish(work);
  }
  void publish(token_validator& to) const {
    to.publish(clients);
    auto ring = oauth::key_ring{};
    ring.keys.push_back({server_key, oauth::key_state::active, clock.at});
    to.publish(std::make_shared<const oauth::key_ring>(std::move(ring)));
  }

  [[nodiscard]] std::string claims(std::string_view more = {}, std::string_view at = "/token",
                                   std::string_view method = "POST") {
    return R"({"jti":"j)" + std::to_string(++count) + R"(","htm":")" + std::string{method} +
           R"(","htu":"http://127.0.0.1:9080)" + std::string{at} + R"(","iat":1800000000)" +
           std::string{more} + '}';
  }
  /// @param proof stays in the fixture, as the octets of a request do in a session.
  service::token_handle ask(std::string proof, std::string_view client = generated_id,
                            std::string_view secret = "right") {
    auto x = test::make_redemption(code, client, clock.now());
    x->request.who.secret = x->request.who.raw_secret = secret;
    if (!proof.empty()) x->dpop = sent.emplace_back(std::move(proof));
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
  errc refusal_of(const service::token_handle& x) {
    EXPECT_EQ(check(x), next::reply);
    return x->denied->code;
  }

  static inline const auto generated_id = "cl_" + std::string(22, 'A');
  static inline auto key = mintage::test::dpop_key{};
  static inline const auto server_key = crypto::signing_key::generate(crypto::jws_alg::es256);

  test::manual_clock clock;
  oauth::options rules;
  oauth::auth_keys keys{crypto::sha256("pepper"), crypto::sha256("process")};
  hash_permits permits{1, 1};
  std::vector<validator_meters> meters{1};
  validator_setup setup{keys, rules, clock, permits, meters};
  token_validator work{setup};
  oauth::registry_snapshot clients;
  crypto::buffered_random random;
  std::string code{oauth::make_code(oauth::slot{4095}, random).reveal()};
  std::deque<std::string> sent;
  int count = 0;
};

TEST_F(proofs, bind_the_exchange_and_are_recorded_first) {  // DPO-08, DPO-12
  const auto x = ask(key.sign(claims()));
  EXPECT_EQ(check(x), next::record);
  EXPECT_EQ(x->after, next::redeem);
  EXPECT_EQ(x->bound_to.jkt, oauth::read_thumbprint(key.jkt()));
  EXPECT_EQ(x->replay_ids.front().when_known.code, errc::invalid_dpop_proof);
  const auto without = ask({});
  EXPECT_EQ(check(without), next::redeem);
  EXPECT_TRUE(without->bound_to.empty());
}

TEST_F(proofs, are_recorded_although_the_grant_is_refused) {
  code = "mco_tooshort";
  const auto x = ask(key.sign(claims()));
  EXPECT_EQ(check(x), next::record);
  EXPECT_EQ(x->after, next::reply);
  EXPECT_EQ(x->denied->code, errc::invalid_grant);
}

TEST_F(proofs, are_verified_in_batches) {
  auto other = mintage::test::dpop_key{};
  auto some = std::vector<service::token_handle>{};
  some.push_back(ask(key.sign(claims())));
  some.push_back(ask({}));
  some.push_back(ask(other.sign(key.header(), claims())));  // NEG-178
  some.push_back(ask("x"));
  some.push_back(ask(other.sign(claims())));
  const auto ways = work.check(some);
  EXPECT_EQ(std::vector(ways.begin(), ways.end()),
            (std::vector{next::record, next::redeem, next::reply, next::reply, next::record}));
  EXPECT_EQ(some[2]->denied->code, errc::invalid_dpop_proof);
  EXPECT_TRUE(some[2]->bound_to.empty());
  EXPECT_EQ(some[4]->bound_to.jkt, oauth::read_thumbprint(other.jkt()));
}

TEST_F(proofs, keep_the_order_of_the_rows) {  // P14, P15, P17
  auto other = mintage::test::dpop_key{};
  EXPECT_EQ(refusal_of(ask("x", generated_id, "wrong")), errc::invalid_dpop_proof);
  EXPECT_EQ(refusal_of(ask(other.sign(key.header(), claims()), generated_id, "wrong")),
            errc::invalid_client);
  clock.at += 1h;
  EXPECT_EQ(refusal_of(ask(key.sign(claims()), generated_id, "wrong")), errc::invalid_client);
  EXPECT_EQ(refusal_of(ask(key.sign(claims()))), errc::invalid_dpop_proof);
}

TEST_F(proofs, wait_for_a_slow_secret) {
  const auto right = ask(key.sign(claims()), "imported", "chosen");
  ASSERT_EQ(check(right), next::hash);
  right->slow_matched = true;
  EXPECT_EQ(settle(right), next::record);
  EXPECT_TRUE(right->bound_to.jkt);
  auto other = mintage::test::dpop_key{};
  const auto wrong = ask(other.sign(key.header(), claims()), "imported", "another");
  ASSERT_EQ(check(wrong), next::hash);
  wrong->slow_matched = true;
  EXPECT_EQ(settle(wrong), next::reply);
  EXPECT_EQ(wrong->denied->code, errc::invalid_dpop_proof);
}

TEST_F(proofs, are_needed_by_clients_whose_tokens_must_be_bound) {  // DPO-13, NEG-181
  EXPECT_EQ(refusal_of(ask({}, "bound")), errc::invalid_dpop_proof);
  EXPECT_EQ(check(ask(key.sign(claims()), "bound")), next::record);
}

TEST_F(proofs, of_the_fapi_profile_have_its_algorithms) {  // FAP-02, FAP-09, NEG-168, NEG-201
  EXPECT_EQ(refusal_of(ask({}, "fapi")), errc::invalid_dpop_proof);
  EXPECT_EQ(check(ask(key.sign(claims()), "fapi")), next::record);
  auto rsa = mintage::test::dpop_key{crypto::jws_alg::rs256};
  EXPECT_EQ(refusal_of(ask(rsa.sign(claims()), "fapi")), errc::invalid_dpop_proof);
  EXPECT_EQ(check(ask(rsa.sign(claims()))), next::record);
}

TEST_F(proofs, need_a_nonce_where_it_is_required) {  // DPO-11, NEG-179
  const auto first = ask(key.sign(claims()), "asked");
  EXPECT_EQ(refusal_of(first), errc::use_dpop_nonce);
  const auto more = R"(,"nonce":")" + first->dpop_nonce + '"';
  const auto second = ask(key.sign(claims(more)), "asked");
  EXPECT_EQ(check(second), next::record);
  EXPECT_EQ(second->dpop_nonce, "");
  clock.at += 60s;
  const auto older = ask(key.sign(claims(more)), "asked");
  EXPECT_EQ(check(older), next::record);
  EXPECT_NE(older->dpop_nonce, "");
  EXPECT_NE(older->dpop_nonce, first->dpop_nonce);
  clock.at += 60s;
  EXPECT_EQ(refusal_of(ask(key.sign(claims(more)), "asked")), errc::use_dpop_nonce);
  rules.dpop_nonces_required = true;
  EXPECT_EQ(refusal_of(ask(key.sign(claims()))), errc::use_dpop_nonce);
  EXPECT_EQ(check(ask({})), next::redeem);
}

TEST_F(proofs, are_not_accepted_after_their_id_is_forgotten_when_max_age_grows) {  // DPO-07, DPO-08
  const auto engine = storage::open_memory_engine(5);
  auto lives = lives_in_use{engine->records(), clock, rules};
  const auto around = [&] {
    auto with = setup;
    with.lives = &lives;
    return with;
  }();
  auto restarted = token_validator{around};
  publish(restarted);
  const auto way_of = [&](const std::string& proof) {
    const auto x = ask(proof);
    return restarted.check(std::span{&x, 1}).front();
  };
  const auto proof = key.sign(claims());
  const auto first = ask(proof);
  EXPECT_EQ(restarted.check(std::span{&first, 1}).front(), next::record);
  const auto forgotten = first->replay_ids.front().expires;

  auto longer = rules;
  longer.dpop_max_age = oauth::longest_proof_age;
  lives.begin(longer);
  rules = longer;
  clock.at = forgotten;
  EXPECT_EQ(way_of(proof), next::reply) << "its id is not known any more";
  while (clock.at < forgotten + 30min) {
    clock.at += 1min;
    lives.tick();
    EXPECT_EQ(way_of(proof), next::reply);
  }
  const auto iat = std::to_string(oauth::numeric_date(clock.at) - 599);
  EXPECT_EQ(way_of(key.sign(R"({"jti":"later","htm":"POST","htu":"http://127.0.0.1:9080/token",)"
                            R"("iat":)" +
                            iat + '}')),
            next::record);
}

/// A journal without room.
class full_room final : public service::line_room {
 public:
  [[nodiscard]] bool reserve_line() noexcept override { return false; }
};

TEST_F(proofs, are_not_recorded_before_there_is_room_for_a_line) {
  auto full = full_room{};
  setup.lines = &full;
  const auto x = ask(key.sign(claims()));
  EXPECT_EQ(check(x), next::reply);
  EXPECT_TRUE(x->awaits_line);
  setup.lines = nullptr;
  EXPECT_EQ(check(x), next::record) << "it comes again, as it was sent";
}

class proofs_at_userinfo : public proofs {
 protected:
  proofs_at_userinfo() {
    auto g = oauth::grant{};
    g.who.client_id = generated_id;
    g.who.sub = "person";
    g.who.scope = "openid";
    auto issued = oauth::issuance{};
    issued.bound_to.jkt = oauth::read_thumbprint(key.jkt());
    auto text = std::string{};
    oauth::append_access_token_claims(text, g, issued, oauth::make_jti(g, random), clock.at, rules);
    crypto::jws_signer{server_key}.append_compact(token, crypto::jose_header(server_key, "at+jwt"),
                                                  text);
  }
  service::query_handle ask_with(std::string proof, std::string_view with = {}) {
    auto x = service::query_handle{
        new service::query_exchange{std::make_shared<test::nobody>(), {}, clock.now()}};
    x->request.purpose = oauth::query_purpose::userinfo;
    x->request.token = with.empty() ? std::string_view{token} : with;
    x->request.is_dpop = true;
    if (!proof.empty()) x->dpop = sent.emplace_back(std::move(proof));
    return x;
  }
  [[nodiscard]] std::string proof_for(std::string_view method = "GET", std::string_view of = {}) {
    const auto ath = mintage::test::ath_of(of.empty() ? std::string_view{token} : of);
    return key.sign(claims(R"(,"ath":")" + ath + '"', "/userinfo", method));
  }

  std::string token;
};

TEST_F(proofs_at_userinfo, go_to_the_store_with_their_token) {  // UIN-02
  const auto x = ask_with(proof_for());
  EXPECT_EQ(check(x), next::query);
  EXPECT_TRUE(std::holds_alternative<oauth::access_token>(x->asked));
  EXPECT_EQ(x->bound_to.jkt, oauth::read_thumbprint(key.jkt()));
  EXPECT_TRUE(x->replay_ids.empty());
  auto by_post = ask_with(proof_for("POST"));
  by_post->request.is_post = true;
  EXPECT_EQ(check(by_post), next::query);
  const auto opaque = oauth::make_opaque_token(oauth::slot{1}, random);
  EXPECT_EQ(check(ask_with(proof_for("GET", opaque.reveal()), opaque.reveal())), next::query);
}

TEST_F(proofs_at_userinfo, are_refused_first) {  // UIN-02, NEG-195
  auto other = mintage::test::dpop_key{};
  for (const auto& proof : {std::string{}, std::string{"x"}, proof_for("POST"),
                            proof_for("GET", "another token"), key.sign(claims({}, "/userinfo")),
                            other.sign(key.header(), claims({}, "/userinfo", "GET"))}) {
    const auto x = ask_with(proof);
    EXPECT_EQ(check(x), next::reply);
    EXPECT_EQ(x->denied->code, errc::invalid_dpop_proof) << proof;
  }
  rules.dpop_nonces_required = true;
  const auto x = ask_with(proof_for());
  EXPECT_EQ(check(x), next::reply);
  EXPECT_EQ(x->denied->code, errc::use_dpop_nonce);
  EXPECT_EQ(x->dpop_nonce.size(), 32U);
}

}  // namespace
}  // namespace mintage::actors
