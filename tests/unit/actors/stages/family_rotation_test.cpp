#include "tests/unit/actors/stages/stage_fixture.hpp"

namespace mintage::actors {
namespace {

using oauth::errc;
using oauth::rt_mode;
using test::redirect_uri;
using test::watching_gateway;
using namespace std::chrono_literals;

class refreshes : public test::shard_rules {
 protected:
  /// Revokes everything minted for the fixture's person until now.
  void cut_off_subject() {
    engine->cutoffs().put(oauth::cutoff_key(oauth::cutoff_kind::subject, "248289761001", hash),
                          clock.now(), clock.now() + 24h);
  }
  void cut_off_session(std::string_view sid) {
    engine->cutoffs().put(oauth::cutoff_key(oauth::cutoff_kind::session, sid, hash), clock.now(),
                          clock.now() + 24h);
  }
  std::uint32_t stored_generation() {
    return storage::decode_grant(read_grant(family).value)->generation;
  }
  static std::function<void(oauth::login&)> targeting(oauth::token_format format) {
    return [format](oauth::login& who) {
      who.targets = {{"https://api.example.com", format, crypto::jws_alg::es256},
                     {"https://files.example.com", format, crypto::jws_alg::es256}};
    };
  }
};

TEST_F(refreshes, deny_what_is_no_token_of_a_live_family) {  // NEG-133
  const auto token = begin_family();
  auto unknown_family = token;
  unknown_family[10] = unknown_family[10] == 'A' ? 'B' : 'A';
  auto wrong_mac = token;
  wrong_mac[40] = wrong_mac[40] == 'A' ? 'B' : 'A';
  auto respelled = token;
  respelled[5] = respelled[5] == 'A' ? 'B' : 'A';
  for (const auto& text : {unknown_family, wrong_mac, respelled}) {
    EXPECT_EQ(refresh(text)->denied->code, errc::invalid_grant) << text;
    EXPECT_FALSE(to_sign);
  }
  EXPECT_EQ(read_grant(family).what, storage::verdict::ok);
}

TEST_F(refreshes, spare_a_family_whose_token_another_client_presents) {  // NEG-134, NEG-143
  const auto token = begin_family();
  clock.at += 1s;
  static_cast<void>(refresh(token));
  clock.at += 20s;
  for (auto i = 0; i < 2; ++i)
    EXPECT_EQ(refresh(token, "other")->denied->code, errc::invalid_grant);
  EXPECT_EQ(read_grant(family).what, storage::verdict::ok);
}

TEST_F(refreshes, end_the_family_of_a_reused_token) {  // NEG-140, NEG-141, RFT-04
  struct row {
    const char* name;
    std::chrono::seconds later;
    bool successor_used;
  };
  for (const auto& r : {row{"grace is over", 11s, false}, row{"successor used", 3s, true}}) {
    const auto first = begin_family();
    const auto second = [&] {
      last = refresh(first);
      return current_token();
    }();
    if (r.successor_used) last = refresh(second);
    clock.at += r.later;
    const auto denied = refresh(first);
    ASSERT_TRUE(denied->denied) << r.name;
    EXPECT_EQ(denied->denied->code, errc::invalid_grant);
    EXPECT_EQ(read_grant(family).what, storage::verdict::revoked) << r.name;
    EXPECT_EQ(refresh(second)->denied->code, errc::invalid_grant) << "a revoked family yields";
  }
}

TEST_F(refreshes, leave_a_reuse_unanswered_until_its_family_is_revoked) {  // RFT-04
  const auto first = begin_family();
  static_cast<void>(refresh(first));
  clock.at += 11s;
  moments.loses_revocations = true;
  auto where = watching_gateway{};
  auto x = make_refresh(first);
  x->origin = &where;
  stages.families.refresh(one(std::move(x)));
  EXPECT_EQ(where.count, 1);
  EXPECT_FALSE(where.answered);
}

TEST_F(refreshes, repeat_the_successor_within_the_grace) {  // NEG-139, RFT-06
  const auto first = begin_family();
  last = refresh(first);
  const auto second = current_token();
  EXPECT_NE(second, first);
  clock.at += 3s;
  last = refresh(first);
  ASSERT_TRUE(to_sign);
  EXPECT_EQ(current_token(), second);
  EXPECT_EQ(stored_generation(), 1U);
}

TEST_F(refreshes, of_one_token_in_one_batch_end_with_one_successor) {  // NEG-142, RFT-05
  const auto first = begin_family();
  last.reset();
  others.clear();
  auto some = std::vector<service::token_handle>{};
  for (auto i = 0; i < 20; ++i) some.push_back(make_refresh(first));
  stages.families.refresh(std::move(some));
  others.push_back(std::move(last));
  ASSERT_EQ(others.size(), 20U);
  for (const auto& x : others) {
    ASSERT_FALSE(x->denied);
    EXPECT_EQ(*x->out.refresh_generation, 1U);
  }
  EXPECT_EQ(stored_generation(), 1U);
}

TEST_F(refreshes, that_lose_a_race_are_judged_by_what_won) {  // RFT-05
  const auto first = begin_family();
  // Between the read and the rotation another request rotates, and the grace period ends.
  moments.before_rotation = [&] {
    auto nobody_waits = make_refresh(first);
    stages.families.refresh(one(std::move(nobody_waits)));
    clock.at += 11s;
  };
  EXPECT_EQ(refresh(first)->denied->code, errc::invalid_grant);
  EXPECT_EQ(read_grant(family).what, storage::verdict::revoked);
}

TEST_F(refreshes, that_meet_a_revocation_yield_nothing) {  // NEG-211
  const auto first = begin_family();
  moments.before_rotation = [&] {
    other->revoke({{storage::table::grants, family}}, clock.now(), [](const auto&) {});
  };
  EXPECT_EQ(refresh(first)->denied->code, errc::invalid_grant);
  EXPECT_FALSE(to_sign);
}

TEST_F(refreshes, of_static_tokens_write_nothing) {  // RFT-02, RFT-10
  const auto token = begin_family("openid offline_access", rt_mode::static_);
  auto written = false;
  moments.before_rotation = [&] { written = true; };
  clock.at += 1h;
  last = refresh(token);
  ASSERT_TRUE(to_sign);
  EXPECT_EQ(current_token(), token) << "a static token is repeated";
  EXPECT_FALSE(written);
}

TEST_F(refreshes, push_the_idle_end_on_now_and_then) {  // RFT-10
  const auto token = begin_family("openid offline_access", rt_mode::static_);
  clock.at += rules.refresh_idle / 2;
  last = refresh(token);
  ASSERT_TRUE(to_sign);
  EXPECT_EQ(storage::decode_grant(read_grant(family).value)->idle_expiry,
            clock.now() + rules.refresh_idle);
  EXPECT_EQ(current_token(), token);
}

TEST_F(refreshes, narrow_scope_for_one_answer_only) {  // NEG-136, NEG-137
  const auto token = begin_family("openid offline_access read", rt_mode::static_);
  EXPECT_EQ(refresh(token, "client", "read admin")->denied->code, errc::invalid_scope);
  EXPECT_EQ(refresh(token, "client", "read")->out.scope, "read");
  const auto full = refresh(token);
  EXPECT_TRUE(full->out.scope.empty() || full->out.scope == "openid offline_access read");
}

TEST_F(refreshes, end_with_the_subject) {  // RFT-11
  const auto token = begin_family();
  clock.at += 1s;
  cut_off_subject();
  EXPECT_EQ(refresh(token)->denied->code, errc::invalid_grant);
  const auto later = [&] {
    clock.at += 1s;
    return begin_family();
  }();
  EXPECT_FALSE(refresh(later)->denied) << "a later login is not concerned";
}

TEST_F(refreshes, survive_the_session_with_offline_access_only) {  // NEG-145
  const auto in_session = [](oauth::login& who) { who.sid = "s1"; };
  const auto online = begin_family("read", rt_mode::rotating, in_session);
  const auto offline = begin_family("openid offline_access", rt_mode::rotating, in_session);
  clock.at += 1s;
  cut_off_session("s1");
  EXPECT_EQ(refresh(online)->denied->code, errc::invalid_grant);
  EXPECT_FALSE(refresh(offline)->denied);
}

TEST_F(refreshes, keep_an_opaque_token_before_it_is_sent) {  // ATK-06
  const auto token = begin_family("openid offline_access", rt_mode::static_,
                                  targeting(oauth::token_format::opaque));
  auto x = refresh(token);
  ASSERT_TRUE(to_sign);
  const auto at = oauth::find_opaque_token(x->out.opaque.reveal(), hash);
  ASSERT_TRUE(at);
  auto found = storage::read_result{};
  other->read(storage::table::access_tokens, {storage::record_key::of(*at)}, clock.now(),
              [&](std::vector<storage::read_result> r) { found = std::move(r.front()); });
  ASSERT_EQ(found.what, storage::verdict::ok);
  const auto kept = storage::decode_access_token(found.value);
  EXPECT_EQ(kept->family, x->grant->family);
  EXPECT_EQ(kept->audience.size(), 2U);
}

TEST_F(refreshes, come_home_unanswered_when_their_opaque_token_is_not_kept) {  // COM-02
  const auto token = begin_family("openid offline_access", rt_mode::static_,
                                  targeting(oauth::token_format::opaque));
  auto where = watching_gateway{};
  auto x = make_refresh(token);
  x->origin = &where;
  moments.refuses_insertions = true;
  stages.families.refresh(one(std::move(x)));
  EXPECT_EQ(where.count, 1);
  EXPECT_FALSE(where.answered);
}

// The same for the redemption of a code.

class redemptions : public refreshes {};

TEST_F(redemptions, of_a_cut_off_login_are_refused_and_leave_the_code_as_it_is) {  // NEG-118
  const auto code = mint();
  clock.at += 1s;
  cut_off_subject();
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
  auto found = storage::read_result{};
  other->read(storage::table::codes, {storage::record_key::of(*oauth::find_code(code, hash))},
              clock.now(), [&](std::vector<storage::read_result> r) { found = r.front(); });
  EXPECT_EQ(found.what, storage::verdict::ok);
  clock.at += 1s;
  EXPECT_FALSE(redeem(mint())->denied);
}

TEST_F(redemptions, of_what_is_older_than_the_epoch_are_refused) {  // NEG-212
  const auto code = mint();
  const auto token = begin_family();
  clock.at += 1s;
  engine->raise_void_before(clock.now());
  EXPECT_EQ(redeem(code)->denied->code, errc::invalid_grant);
  EXPECT_EQ(refresh(token)->denied->code, errc::invalid_grant);
  clock.at += 1s;
  EXPECT_FALSE(redeem(mint())->denied);
  EXPECT_FALSE(refresh(begin_family())->denied);
}

TEST_F(redemptions, narrow_the_targets_or_leave_the_code_live) {  // NEG-119, COD-10
  const auto code = mint("openid", {}, targeting(oauth::token_format::jwt));
  const auto ask = [&](std::string_view resource) {
    auto x = test::make_redemption(code, "client", clock.now());
    x->code = *oauth::find_code(code, hash);
    x->request.resource_values[0] = resource;
    x->request.resources_count = 1;
    stages.codes.redeem(one(std::move(x)));
    return std::move(last);
  };
  EXPECT_EQ(ask("https://other.example.com")->denied->code, errc::invalid_target);
  const auto x = ask("https://files.example.com");
  ASSERT_FALSE(x->denied);
  ASSERT_EQ(x->out.targets.size(), 1U);
  EXPECT_EQ(x->grant->who.targets.size(), 2U) << "the family keeps all of its targets";
}

TEST_F(redemptions, go_home_consumed_when_their_opaque_token_is_not_kept) {  // COM-02
  const auto code = mint("openid", {}, targeting(oauth::token_format::opaque));
  auto where = watching_gateway{};
  auto x = test::make_redemption(code, "client", clock.now());
  x->origin = &where;
  x->code = *oauth::find_code(code, hash);
  moments.refuses_insertions = true;
  stages.codes.redeem(one(std::move(x)));
  EXPECT_EQ(where.count, 1);
  EXPECT_TRUE(where.consumed);
  EXPECT_FALSE(where.answered);
}

}  // namespace
}  // namespace mintage::actors
