#include <gtest/gtest.h>

#include "tests/unit/actors/stages/stage_fixture.hpp"

namespace mintage::actors {
namespace {

using oauth::errc;
using test::make_redemption;
using test::redirect_uri;
using test::shard_rules;
using test::watching_gateway;
using namespace std::chrono_literals;

TEST_F(shard_rules, give_birth_to_the_grant_with_the_consumption) {  // COD-04, COD-11
  const auto x = redeem(mint("openid offline_access"));
  ASSERT_TRUE(to_sign);
  EXPECT_TRUE(x->consumed);
  const auto stored = read_grant(storage::record_key::of(*x->grant));
  ASSERT_EQ(stored.what, storage::verdict::ok);
  const auto grant = storage::decode_grant(stored.value);
  ASSERT_TRUE(grant);
  EXPECT_TRUE(grant->refreshable);
  EXPECT_EQ(grant->who.sub, "248289761001");
  EXPECT_EQ(grant->family, x->grant->family);
  EXPECT_EQ(grant->seed, x->grant->seed);
}

TEST_F(shard_rules, keep_the_code_live_after_each_mismatch) {  // COD-05, NEG-106, 107, 108
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

TEST_F(shard_rules, refuse_a_client_that_was_removed_and_imported_again) {
  const auto code = mint();
  auto x = make_redemption(code, "client", clock.now());
  x->client.incarnation = 8;
  x->code = *oauth::find_code(code, hash);
  auto some = std::vector<service::token_handle>{};
  some.push_back(std::move(x));
  stages.codes.redeem(std::move(some));
  EXPECT_EQ(last->denied->code, errc::invalid_grant);
}

TEST_F(shard_rules, end_a_code_after_ten_failures) {  // NEG-117
  const auto code = mint("openid", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  const auto wrong = std::string(43, 'x');
  for (auto i = 0; i < 10; ++i)
    EXPECT_EQ(redeem(code, "client", redirect_uri, wrong)->denied->code, errc::invalid_grant);
  const auto x =
      redeem(code, "client", redirect_uri, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  ASSERT_TRUE(x->denied);
  EXPECT_EQ(x->denied->code, errc::invalid_grant);
}

TEST_F(shard_rules, accept_the_right_verifier_after_a_wrong_one) {  // NEG-116, KAT-01
  const auto code = mint("openid", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  EXPECT_TRUE(redeem(code, "client", redirect_uri, std::string(43, 'x'))->denied);
  EXPECT_FALSE(
      redeem(code, "client", redirect_uri, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")->denied);
}

TEST_F(shard_rules, refuse_an_expired_code) {  // COD-08, NEG-109
  const auto code = mint();
  clock.at += 61s;
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
}

TEST_F(shard_rules, revoke_the_family_of_a_valid_replay) {  // COD-06, NEG-110
  const auto code = mint();
  const auto key = storage::record_key::of(*redeem(code)->grant);
  clock.at += 1s;
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
  EXPECT_EQ(read_grant(key).what, storage::verdict::revoked);
}

TEST_F(shard_rules, spare_the_family_of_a_double_submit) {  // COD-07
  const auto code = mint();
  const auto key = storage::record_key::of(*redeem(code)->grant);
  clock.at += 250ms;
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
  EXPECT_EQ(read_grant(key).what, storage::verdict::ok);
}

TEST_F(shard_rules, spare_the_family_of_a_replay_with_a_wrong_binding) {  // NEG-113, NEG-114
  const auto code = mint();
  const auto key = storage::record_key::of(*redeem(code)->grant);
  clock.at += 1s;
  EXPECT_EQ(redeem(code, "other")->denied->code, errc::invalid_grant);
  EXPECT_EQ(redeem(code, "client", redirect_uri, std::string(43, 'x'))->denied->code,
            errc::invalid_grant);
  EXPECT_EQ(read_grant(key).what, storage::verdict::ok);
}

constexpr auto challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";  // KAT-01
constexpr auto verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A registry whose "client" has these redirect URIs.
oauth::registry_snapshot client_with(std::vector<std::string> uris) {
  auto c = oauth::client{};
  c.id = "client";
  c.incarnation = 7;
  c.redirect_uris = std::move(uris);
  return std::make_shared<const oauth::client_registry>(std::vector{std::move(c)});
}

TEST_F(shard_rules, need_no_redirect_uri_with_pkce_and_one_uri) {  // COD-02, OAuth 2.1 §4.1.3
  stages.publish(client_with({std::string{redirect_uri}, "https://b.example/"}));
  const auto code = mint("openid", challenge);
  EXPECT_EQ(redeem(code, "client", "", verifier)->denied->code, errc::invalid_request);
  const auto without = mint();
  stages.publish(client_with({std::string{redirect_uri}}));
  EXPECT_EQ(redeem(without, "client", "")->denied->code, errc::invalid_request);
  EXPECT_EQ(redeem(code, "client", "https://b.example/", verifier)->denied->code,
            errc::invalid_grant);
  EXPECT_EQ(redeem(code, "client", "", std::string(43, 'x'))->denied->code, errc::invalid_grant);
  const auto key = storage::record_key::of(*redeem(code, "client", "", verifier)->grant);
  EXPECT_EQ(read_grant(key).what, storage::verdict::ok);
  clock.at += 1s;
  EXPECT_TRUE(redeem(code, "client", "", std::string(43, 'x'))->denied);
  EXPECT_EQ(read_grant(key).what, storage::verdict::ok) << "a wrong binding";
  EXPECT_TRUE(redeem(code, "client", "", verifier)->denied);
  EXPECT_EQ(read_grant(key).what, storage::verdict::revoked) << "a valid replay (COD-06)";
}

TEST_F(shard_rules, know_a_native_replay_without_its_port) {  // COD-06, RFC 8252 §7.3
  constexpr auto minted = std::string_view{"http://127.0.0.1:51004/cb"};
  minted_uri = minted;
  stages.publish(client_with({"http://127.0.0.1/cb"}));
  for (const auto again : {minted, std::string_view{}, std::string_view{"http://127.0.0.1/cb"},
                           std::string_view{"http://127.0.0.1:51005/cb"}}) {
    const auto code = mint("openid", challenge);
    const auto key = storage::record_key::of(*redeem(code, "client", minted, verifier)->grant);
    clock.at += 1s;
    EXPECT_TRUE(redeem(code, "client", "http://127.0.0.1:51004/CB", verifier)->denied);
    EXPECT_TRUE(redeem(code, "client", again, std::string(43, 'x'))->denied);
    EXPECT_EQ(read_grant(key).what, storage::verdict::ok) << "a wrong binding";
    EXPECT_EQ(redeem(code, "client", again, verifier)->denied->code, errc::invalid_grant);
    EXPECT_EQ(read_grant(key).what, storage::verdict::revoked) << again;
  }
}

TEST_F(shard_rules, compare_the_port_of_a_live_code) {  // NEG-108
  stages.publish(client_with({"http://127.0.0.1/cb"}));
  for (const auto* minted : {"http://127.0.0.1:51004/cb", "http://127.0.0.1/cb"}) {
    minted_uri = minted;
    const auto code = mint("openid", challenge);
    for (const auto* wrong : {"http://127.0.0.1:51005/cb", "http://127.0.0.1:80/cb"})
      EXPECT_EQ(redeem(code, "client", wrong, verifier)->denied->code, errc::invalid_grant);
    EXPECT_FALSE(redeem(code, "client", minted, verifier)->denied);
  }
  minted_uri = "http://127.0.0.1:51004/cb";
  const auto code = mint("openid", challenge);
  for (auto i = 0; i < 10; ++i)
    EXPECT_TRUE(redeem(code, "client", "http://127.0.0.1/cb", verifier)->denied);
  EXPECT_TRUE(redeem(code, "client", "http://127.0.0.1:51004/cb", verifier)->denied)
      << "each wrong port is a failure (COD-05)";
}

TEST_F(shard_rules, restore_a_released_code_without_its_birth) {  // COM-02
  const auto code = mint();
  auto x = redeem(code);
  const auto key = storage::record_key::of(*x->grant);
  auto some = std::vector<service::token_handle>{};
  some.push_back(std::move(x));
  stages.codes.release(std::move(some));
  EXPECT_EQ(read_grant(key).what, storage::verdict::absent);
  const auto again = redeem(code);
  EXPECT_TRUE(to_sign);
  EXPECT_TRUE(again->consumed);
}

TEST_F(shard_rules, consume_nothing_for_a_replay_that_meets_a_release) {  // COM-02
  const auto code = mint();
  auto first = redeem(code);
  moments.after_read = [&] {
    other->release({{storage::record_key::of(first->code), first->attempt}}, clock.now(),
                   [](const auto&) {});
  };
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
  const auto again = redeem(code);
  ASSERT_TRUE(to_sign) << "the code was consumed for nobody";
  EXPECT_TRUE(again->grant);
}

TEST_F(shard_rules, leave_a_late_replay_unanswered_until_its_family_is_revoked) {  // COD-06
  const auto code = mint();
  static_cast<void>(redeem(code));
  clock.at += 1s;
  moments.loses_revocations = true;
  auto where = watching_gateway{};
  auto x = make_redemption(code, "client", clock.now());
  x->origin = &where;
  x->code = *oauth::find_code(code, hash);
  auto some = std::vector<service::token_handle>{};
  some.push_back(std::move(x));
  stages.codes.redeem(std::move(some));
  EXPECT_EQ(where.count, 1);
  EXPECT_FALSE(where.answered);
}

}  // namespace
}  // namespace mintage::actors
