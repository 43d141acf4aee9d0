#include "oauth/grant/refresh.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "crypto/base64.hpp"
#include "tests/unit/oauth/grant/refresh_samples.hpp"

namespace mintage::oauth {
namespace {

using namespace samples;
using act = refresh_judgement::act;

TEST(judge_refresh, denies_without_revoking) {  // RFT-01, RFT-10, RFT-11, NEG-133 to NEG-145
  struct row {
    const char* reason;
    void (*change)(trial&);
  };
  for (const auto& r : {
           row{"grant without a refresh token", [](auto& t) { t.family.refreshable = false; }},
           row{"refresh token of another client (RFT-01)", [](auto& t) { t.who.id = "cl_other"; }},
           row{"refresh token of a client that was removed and made again",
               [](auto& t) { t.who.incarnation = 8; }},
           row{"family revoked", [](auto& t) { t.family.revoked_at = new_grant; }},
           row{"subject or session revoked (RFT-11)", [](auto& t) { t.cut.subject = new_grant; }},
           row{"subject or session revoked (RFT-11)",
               [](auto& t) {
                 t.family.who.scope = "openid";
                 t.cut.session = new_grant;
               }},
           row{"idle life is over (RFT-10)", [](auto& t) { t.now = t.family.idle_expiry; }},
           row{"absolute life is over (RFT-10)", [](auto& t) { t.now = t.family.absolute_expiry; }},
           row{"generation ahead of the record", [](auto& t) { t.generation = 6; }},
           row{"family ran out of generations",
               [](auto& t) {
                 t.generation = t.family.generation = std::numeric_limits<std::uint32_t>::max();
               }},
       }) {
    auto t = rotated();
    t.generation = 5;
    r.change(t);
    const auto judged = t.judge();
    EXPECT_EQ(judged.what, act::deny) << r.reason;
    ASSERT_TRUE(judged.why) << r.reason;
    EXPECT_EQ(judged.why->code, errc::invalid_grant) << r.reason;
    EXPECT_EQ(judged.why->reason, r.reason);
    EXPECT_EQ(judged.why->description, unknown_refresh_token().description);
  }
}

TEST(judge_refresh, judges_reuse_last_of_all) {  // RFT-01, RFT-04, NEG-143
  // Each of these is a reuse as well, by a client that may not revoke.
  for (const auto change : {
           +[](trial& t) { t.who.id = "cl_other"; },
           +[](trial& t) { t.family.revoked_at = new_grant; },
           +[](trial& t) { t.now = t.family.idle_expiry; },
       }) {
    auto t = rotated();
    t.generation = 0;
    change(t);
    EXPECT_EQ(t.judge().what, act::deny);
  }
  auto t = rotated();
  auto forged = t.token();
  forged.mac[0] ^= 1;
  const auto judged = t.judge(forged);
  EXPECT_EQ(judged.what, act::deny);
  EXPECT_EQ(judged.why->reason, "MAC differs");
}

/// A family of a public client that is bound to a DPoP key, refreshed with it.
trial bound_to_key() {
  auto t = trial{};
  t.who.is_public = true;
  t.family.mode = rt_mode::static_;
  t.family.bound_to.jkt = crypto::digest{1};
  t.shown = t.family.bound_to;
  return t;
}

TEST(judge_refresh, needs_the_key_of_a_bound_token) {  // RFT-08, NEG-146, NEG-147
  auto t = bound_to_key();
  EXPECT_EQ(t.judge().what, act::answer);
  t.shown.x5t = crypto::digest{9};  // more than it needs
  EXPECT_EQ(t.judge().what, act::answer);
  t.shown = {};
  EXPECT_EQ(t.judge().why->code, errc::invalid_dpop_proof);
  t.shown.jkt = crypto::digest{2};
  EXPECT_EQ(t.judge().why->code, errc::invalid_grant);
  t.family.generation = 7;  // reuse by a thief without the key does not end the family (RFT-04)
  t.generation = 3;
  EXPECT_EQ(t.judge(parse_refresh_token(keys().make(t.family, 3)).value()).what, act::deny);
}

TEST(judge_refresh, needs_the_certificate_of_a_bound_token) {  // RFT-08
  auto t = bound_to_key();
  t.family.bound_to = {.jkt = {}, .x5t = crypto::digest{3}};
  t.shown = t.family.bound_to;
  EXPECT_EQ(t.judge().what, act::answer);
  t.shown = {};
  EXPECT_EQ(t.judge().why->code, errc::invalid_request);
  t.shown.x5t = crypto::digest{4};
  EXPECT_EQ(t.judge().why->code, errc::invalid_grant);
}

TEST(judge_refresh, binds_a_public_family_to_the_first_key_it_sees) {  // RFC 9449 §5
  auto t = trial{};
  t.who.is_public = true;
  t.shown.jkt = crypto::digest{1};
  auto judged = t.judge();
  EXPECT_EQ(judged.what, act::write);
  EXPECT_EQ(judged.next.bound_to, t.shown);
  t.family = judged.next;
  t.shown = {};
  t.generation = 1;
  EXPECT_EQ(t.judge().why->code, errc::invalid_dpop_proof);
  t.who.is_public = false;
  t.family.bound_to = {};
  t.shown.jkt = crypto::digest{1};
  EXPECT_TRUE(t.judge().next.bound_to.empty()) << "a confidential client may change its key";
}

TEST(judge_refresh, tells_all_refusals_alike) {  // TOK-21
  EXPECT_EQ(unknown_refresh_token().description, reused_refresh_token().description);
  EXPECT_EQ(unknown_refresh_token().code, errc::invalid_grant);
  EXPECT_EQ(reused_refresh_token().code, errc::invalid_grant);
}

TEST(judge_refresh, revokes_for_a_superseded_token_after_the_grace) {  // RFT-04, NEG-140, NEG-141
  struct row {
    std::uint32_t generation;
    seconds since;
  };
  for (const auto& r : {row{4, seconds{11}}, row{4, seconds{1000}}, row{3, seconds{0}},
                        row{3, seconds{3}}, row{0, seconds{3}}}) {
    auto t = rotated();
    t.generation = r.generation;
    t.now = t.family.superseded_at + r.since;
    t.request.scope = "not granted";  // P18 comes before P19
    const auto judged = t.judge();
    EXPECT_EQ(judged.what, act::revoke) << r.generation;
    EXPECT_EQ(judged.why->reason, reused_refresh_token().reason);
  }
  auto t = rotated();
  t.generation = 4;
  t.now = t.family.superseded_at + t.o.refresh_grace + milliseconds{1};
  EXPECT_EQ(t.judge().what, act::revoke);
}

TEST(judge_refresh, gives_the_same_successor_within_the_grace) {  // RFT-06, NEG-139
  // The last moment of the period is included. A clock that was set back does not end the family.
  for (const auto since : {milliseconds{0}, milliseconds{3000}, milliseconds{10000},
                           milliseconds{-1}, milliseconds{-30000}}) {
    auto t = rotated();
    t.generation = 4;
    t.now = t.family.superseded_at + since;
    const auto judged = t.judge();
    EXPECT_EQ(judged.what, act::answer) << since.count();
    EXPECT_EQ(judged.out.refresh_generation, 5u);
    EXPECT_FALSE(judged.out.is_first);
  }
}

TEST(judge_refresh, rotates) {  // RFT-03, RFT-10
  auto t = rotated();
  t.generation = 5;
  const auto judged = t.judge();
  ASSERT_EQ(judged.what, act::write);
  EXPECT_FALSE(judged.why);
  EXPECT_EQ(judged.out.refresh_generation, 6u);
  EXPECT_FALSE(judged.out.is_first);  // RFT-09
  EXPECT_EQ(judged.next.generation, 6u);
  EXPECT_EQ(judged.next.superseded_at, t.now);
  EXPECT_EQ(judged.next.idle_expiry, t.now + t.o.refresh_idle);
  EXPECT_EQ(judged.next.absolute_expiry, t.family.absolute_expiry);
  EXPECT_EQ(judged.next.created, t.family.created);
  EXPECT_EQ(judged.next.who.scope, t.family.who.scope);
}

TEST(judge_refresh, repeats_a_static_token_and_normally_writes_nothing) {  // RFT-02, RFT-10
  struct row {
    seconds after;
    act what;
  };
  for (const auto& r :
       {row{seconds{0}, act::answer}, row{seconds{99}, act::answer}, row{seconds{100}, act::write},
        row{seconds{2399}, act::write}, row{seconds{-50}, act::answer}}) {
    auto t = trial{.family = make_family(rt_mode::static_)};
    t.now = new_grant + r.after;
    const auto judged = t.judge();
    EXPECT_EQ(judged.what, r.what) << r.after.count();
    EXPECT_EQ(judged.out.refresh_generation, 0u);
    if (r.what != act::write) continue;
    EXPECT_EQ(judged.next.generation, 0u);
    EXPECT_EQ(judged.next.idle_expiry, t.now + t.o.refresh_idle);
    EXPECT_EQ(judged.next.superseded_at, t.family.superseded_at);
  }
}

TEST(judge_refresh, never_pushes_the_idle_end_beyond_the_absolute_one) {  // RFT-10
  for (const auto mode : {rt_mode::static_, rt_mode::rotating}) {
    auto t = trial{.family = make_family(mode)};
    t.family.idle_expiry = t.family.absolute_expiry - seconds{1000};
    t.now = t.family.absolute_expiry - seconds{1500};
    EXPECT_EQ(t.judge().next.idle_expiry, t.family.absolute_expiry);
  }
  auto t = trial{.family = make_family(rt_mode::static_)};
  t.family.idle_expiry = t.family.absolute_expiry;
  t.now = t.family.absolute_expiry - milliseconds{1};
  EXPECT_EQ(t.judge().what, act::answer);
}

TEST(judge_refresh, refuses_a_wider_scope_and_touches_nothing) {  // RFT-07, NEG-136
  for (const auto* scope : {"openid admin", "admin", "openid\tapi", "\n", "open\"id", "Openid"}) {
    auto t = trial{};
    t.request.scope = scope;
    const auto judged = t.judge();
    EXPECT_EQ(judged.what, act::deny) << scope;
    EXPECT_EQ(judged.why->code, errc::invalid_scope) << scope;
  }
}

TEST(judge_refresh, narrows_the_answer_alone) {  // RFT-03, RFT-07, NEG-137, NEG-138
  auto t = trial{};
  t.request.scope = "api openid api";
  const auto judged = t.judge();
  ASSERT_EQ(judged.what, act::write);
  EXPECT_EQ(judged.out.scope, "api openid");
  EXPECT_EQ(judged.next.who.scope, "openid offline_access api");
  t.request.scope = "";
  EXPECT_EQ(t.judge().out.scope, "");  // the grant's
}

TEST(judge_refresh, keeps_resources_within_the_grant) {  // RFT-12
  auto t = trial{};
  t.name_resources({"https://b"});
  const auto judged = t.judge();
  ASSERT_EQ(judged.what, act::write);
  EXPECT_EQ(judged.out.targets, std::vector{t.family.who.targets[1]});
  EXPECT_EQ(judged.next.who.targets, t.family.who.targets);
  EXPECT_TRUE(trial{}.judge().out.targets.empty());
  t.name_resources({"https://c"});
  EXPECT_EQ(t.judge().what, act::deny);
  EXPECT_EQ(t.judge().why->code, errc::invalid_target);
  t.request.scope = "admin";  // P19 comes before P20
  EXPECT_EQ(t.judge().why->code, errc::invalid_scope);
}

}  // namespace
}  // namespace mintage::oauth
