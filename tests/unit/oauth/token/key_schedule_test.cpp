#include "oauth/token/key_schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace mintage::oauth {
namespace {

using namespace std::chrono_literals;
using crypto::jws_alg;
using enum crypto::jws_alg;
using enum key_state;

constexpr auto start = instant{seconds{1'800'000'000}};

const auto make = key_maker{crypto::signing_key::generate};

/// A ring over time.
struct life {
  key_rules rules{{es256, es384}, 24h * 90, 24h * 2};
  key_ring ring{};
  instant now = start;

  void advance(seconds by = 0s) {
    now += by;
    ring = oauth::advance(ring, rules, now, make);
  }
  [[nodiscard]] std::vector<const ring_key*> of(jws_alg alg) const {
    auto out = std::vector<const ring_key*>{};
    for (const auto& k : ring.keys)
      if (k.key.alg() == alg) out.push_back(&k);
    return out;
  }
  [[nodiscard]] std::vector<key_state> states(jws_alg alg) const {
    auto out = std::vector<key_state>{};
    for (const auto* k : of(alg)) out.push_back(k->state);
    return out;
  }
  [[nodiscard]] std::string active(jws_alg alg) const {
    const auto* found = ring.active(alg);
    return found == nullptr ? "" : found->key.kid();
  }
  [[nodiscard]] std::optional<errc> rotate(rotate_keys call) {
    now += 1s;  // keys of one millisecond would be sorted by name
    auto after = oauth::rotate(ring, call, rules, now, make);
    if (!after) return after.error().code;
    ring = std::move(*after);
    return std::nullopt;
  }
  [[nodiscard]] std::optional<errc> remove(const std::string& kid) {
    auto after = oauth::remove(ring, kid, rules, now, make);
    if (!after) return after.error().code;
    ring = std::move(*after);
    return std::nullopt;
  }
};

using states = std::vector<key_state>;

bool is_same(const key_ring& a, const key_ring& b) {
  return std::equal(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(),
                    [](const auto& x, const auto& y) {
                      return x.key.kid() == y.key.kid() && is_unchanged(x, y);
                    });
}

TEST(key_schedule, makes_first_keys_active_at_once) {  // JWS-06: nobody kept an older set
  auto l = life{};
  l.advance();
  ASSERT_EQ(l.ring.keys.size(), 2U);
  for (const auto& k : l.ring.keys) {
    EXPECT_EQ(k.state, active);
    EXPECT_EQ(k.created, start);
    EXPECT_EQ(k.activate, start);
    EXPECT_EQ(k.retire, start + 24h * 90);
    EXPECT_EQ(k.remove, std::nullopt);
  }
}

TEST(key_schedule, does_nothing_that_is_not_due) {
  auto l = life{};
  l.advance();
  const auto before = l.ring;
  l.advance(24h * 90 - publication_wait - 1s);
  EXPECT_TRUE(is_same(l.ring, before));
}

TEST(key_schedule, publishes_the_successor_early_and_uses_it_on_time) {  // JWS-06
  auto l = life{};
  l.advance();
  const auto first = l.active(es256);
  l.advance(24h * 90 - publication_wait);
  EXPECT_EQ(l.states(es256), (states{active, pending}));
  EXPECT_EQ(l.active(es256), first);
  EXPECT_EQ(l.of(es256)[1]->activate, start + 24h * 90);
  l.advance(publication_wait - 1s);
  EXPECT_EQ(l.active(es256), first);
  l.advance(1s);
  EXPECT_EQ(l.states(es256), (states{retiring, active}));
  EXPECT_NE(l.active(es256), first);
  EXPECT_EQ(l.of(es256)[0]->retire, l.now);
  EXPECT_EQ(l.of(es256)[0]->remove, l.now + 24h * 2);
  l.advance(24h * 2 - 1s);
  EXPECT_EQ(l.states(es256), (states{retiring, active}));
  l.advance(1s);
  EXPECT_EQ(l.states(es256), (states{active}));
}

TEST(key_schedule, waits_in_full_even_when_it_is_late) {  // a server that was off for months
  auto l = life{};
  l.advance();
  const auto first = l.active(es256);
  l.advance(24h * 400);
  EXPECT_EQ(l.states(es256), (states{active, pending}));
  l.advance(publication_wait - 1s);
  EXPECT_EQ(l.active(es256), first) << "used before everyone can know it";
  l.advance(1s);
  EXPECT_NE(l.active(es256), first);
  l.advance(24h * 400);  // off again, past the removal of the first and the turn of the second
  EXPECT_EQ(l.states(es256), (states{active, pending}));
}

TEST(key_schedule, never_rotates_with_a_period_of_0) {
  auto l = life{};
  l.rules.rotation_period = 0s;
  l.advance();
  const auto before = l.ring;
  EXPECT_EQ(before.keys[0].retire, std::nullopt);
  l.advance(24h * 3650);
  EXPECT_TRUE(is_same(l.ring, before));
}

TEST(key_schedule, follows_a_period_that_was_changed) {
  auto l = life{};
  l.advance();
  l.rules.rotation_period = 24h;
  l.advance(24h * 2);
  EXPECT_EQ(l.states(es256), (states{active, pending}));
  l.rules.rotation_period = 0s;
  auto other = life{};
  other.advance();
  other.rules.rotation_period = 0s;
  other.advance(24h * 100);
  EXPECT_EQ(other.states(es256), (states{active}));
  EXPECT_EQ(other.ring.keys[0].retire, std::nullopt);
}

TEST(key_schedule, publishes_a_new_algorithm_before_it_is_used) {  // JWS-06
  auto l = life{};
  l.advance();
  l.rules.algorithms.push_back(eddsa);
  l.advance(24h);
  EXPECT_EQ(l.states(eddsa), (states{pending}));
  l.advance(publication_wait);
  EXPECT_EQ(l.states(eddsa), (states{active}));
}

TEST(key_schedule, retires_an_algorithm_that_is_not_listed_any_more) {
  auto l = life{};
  l.advance();
  ASSERT_FALSE(l.rotate({.alg = es384}));
  l.rules.algorithms = {es256};
  l.advance(1h);
  EXPECT_EQ(l.states(es384), (states{retiring})) << "its pending key was never used";
  l.advance(24h * 2);
  EXPECT_EQ(l.states(es384), states{});
}

TEST(key_schedule, keeps_signing_while_all_algorithms_are_exchanged) {
  auto l = life{};
  l.advance();
  l.rules.algorithms = {eddsa};
  l.advance(1h);
  EXPECT_EQ(l.states(es256), (states{active}));
  EXPECT_EQ(l.states(eddsa), (states{pending}));
  l.advance(publication_wait);
  EXPECT_EQ(l.states(eddsa), (states{active}));
  EXPECT_EQ(l.states(es256), (states{retiring}));
  EXPECT_EQ(l.states(es384), (states{retiring}));
}

TEST(key_schedule, has_one_order_whatever_the_order_of_the_records) {
  auto l = life{};
  l.advance();
  ASSERT_FALSE(l.rotate({}));
  l.advance(publication_wait);
  auto shuffled = l;
  std::reverse(shuffled.ring.keys.begin(), shuffled.ring.keys.end());
  shuffled.advance();
  EXPECT_TRUE(is_same(shuffled.ring, l.ring));
  EXPECT_EQ(render_jwks(shuffled.ring), render_jwks(l.ring));
}

TEST(key_rotation, is_refused_for_an_algorithm_that_is_not_listed) {
  auto l = life{};
  l.advance();
  const auto before = l.ring;
  EXPECT_EQ(l.rotate({.alg = ps256}), errc::invalid_request);
  EXPECT_TRUE(is_same(l.ring, before));
}

TEST(key_rotation, is_refused_while_another_is_under_way) {
  auto l = life{};
  l.advance();
  ASSERT_FALSE(l.rotate({.alg = es256}));
  const auto before = l.ring;
  EXPECT_EQ(l.rotate({.alg = es256}), errc::conflict);
  EXPECT_EQ(l.rotate({}), errc::conflict);
  EXPECT_TRUE(is_same(l.ring, before));
  EXPECT_FALSE(l.rotate({.alg = es384})) << "another algorithm is free";
}

TEST(key_rotation, is_refused_when_too_many_keys_are_published) {
  auto l = life{};
  l.advance();
  for (auto i = std::size_t{1}; i < max_published_keys; ++i)
    ASSERT_FALSE(l.rotate({.alg = es256, .now = true}));
  EXPECT_EQ(l.rotate({.alg = es256, .now = true}), errc::conflict);
  EXPECT_EQ(l.rotate({.alg = es256}), errc::conflict);
  l.advance(24h * 2);
  EXPECT_EQ(l.states(es256), (states{active}));
  EXPECT_FALSE(l.rotate({.alg = es256}));
}

TEST(key_rotation, by_hand_waits_as_the_schedule_does) {
  auto l = life{};
  l.advance();
  const auto first = l.active(es256);
  ASSERT_FALSE(l.rotate({.alg = es256}));
  EXPECT_EQ(l.states(es256), (states{active, pending}));
  EXPECT_EQ(l.states(es384), (states{active}));
  EXPECT_EQ(l.of(es256)[1]->activate, l.now + publication_wait);
  l.advance(publication_wait - 1s);
  EXPECT_EQ(l.active(es256), first);
  l.advance(1s);
  EXPECT_EQ(l.states(es256), (states{retiring, active}));
  EXPECT_EQ(l.of(es256)[1]->retire, l.now + 24h * 90) << "the period begins anew";
}

TEST(key_rotation, of_all_rotates_each_algorithm) {
  auto l = life{};
  l.advance();
  ASSERT_FALSE(l.rotate({}));
  EXPECT_EQ(l.states(es256), (states{active, pending}));
  EXPECT_EQ(l.states(es384), (states{active, pending}));
}

TEST(key_rotation, at_once_retires_the_former_key) {
  auto l = life{};
  l.advance();
  ASSERT_FALSE(l.rotate({.alg = es256, .now = true}));
  EXPECT_EQ(l.states(es256), (states{retiring, active}));
  EXPECT_EQ(l.of(es256)[1]->activate, l.now);
}

TEST(key_rotation, at_once_takes_the_pending_key_if_there_is_one) {
  auto l = life{};
  l.advance();
  ASSERT_FALSE(l.rotate({.alg = es256}));
  const auto next = l.of(es256)[1]->key.kid();
  l.now += 10s;
  ASSERT_FALSE(l.rotate({.alg = es256, .now = true}));
  EXPECT_EQ(l.active(es256), next);
  EXPECT_EQ(l.states(es256), (states{retiring, active}));
}

TEST(key_removal, knows_no_foreign_key) {
  auto l = life{};
  l.advance();
  EXPECT_EQ(l.remove("nobody"), errc::not_found);
  EXPECT_EQ(l.remove(""), errc::not_found);
}

TEST(key_removal, of_the_active_key_puts_a_new_one_in_its_place_at_once) {  // JWS-06
  auto l = life{};
  l.advance();
  const auto leaked = l.active(es256);
  ASSERT_FALSE(l.remove(leaked));
  EXPECT_EQ(l.states(es256), (states{active}));
  EXPECT_NE(l.active(es256), leaked);
  EXPECT_EQ(l.ring.find(leaked), nullptr);
  EXPECT_EQ(render_jwks(l.ring).find(leaked), std::string::npos);
}

TEST(key_removal, of_the_active_key_prefers_the_one_that_some_know_already) {
  auto l = life{};
  l.advance();
  ASSERT_FALSE(l.rotate({.alg = es256}));
  const auto next = l.of(es256)[1]->key.kid();
  ASSERT_FALSE(l.remove(l.active(es256)));
  EXPECT_EQ(l.states(es256), (states{active}));
  EXPECT_EQ(l.active(es256), next);
}

TEST(key_removal, of_another_key_leaves_the_active_one) {
  auto l = life{};
  l.advance();
  ASSERT_FALSE(l.rotate({.alg = es256, .now = true}));
  const auto used = l.active(es256);
  ASSERT_FALSE(l.remove(l.of(es256)[0]->key.kid()));
  EXPECT_EQ(l.states(es256), (states{active}));
  ASSERT_FALSE(l.rotate({.alg = es256}));
  ASSERT_FALSE(l.remove(l.of(es256)[1]->key.kid()));
  EXPECT_EQ(l.states(es256), (states{active}));
  EXPECT_EQ(l.active(es256), used);
}

/// The purpose of all rules: a client that caches the key set for its max-age at most finds the key
/// of every token in it, from before the first signature until the last token has expired. With odd
/// steps, a rotation by hand, and a pause of the server.
TEST(key_schedule, keeps_every_token_verifiable_through_every_key_set_that_may_be_kept) {
  auto o = options{};
  auto l = life{};
  l.rules = {{es256, es384}, 24h, shortest_overlap(o)};
  /// When each key was in the set, first and last, and when it signed.
  struct span {
    instant first;
    instant last;
  };
  auto published = std::map<std::string, span>{};
  auto used = std::map<std::string, span>{};
  const auto see = [](auto& where, const std::string& kid, instant at) {
    where.try_emplace(kid, span{at, at}).first->second.last = at;
  };
  l.advance();
  const auto firsts = std::set<std::string>{l.active(es256), l.active(es384)};
  for (auto step = 0; step < 20000; ++step) {
    l.advance(seconds{step == 9000 ? 36 * 3600 : 1 + step % 47});
    if (step % 5000 == 4999) static_cast<void>(l.rotate({}));
    for (const auto& k : l.ring.keys) see(published, k.key.kid(), l.now);
    for (const auto alg : {es256, es384}) {
      ASSERT_NE(l.active(alg), "");
      see(used, l.active(alg), l.now);
      ASSERT_EQ(
          std::count_if(l.ring.keys.begin(), l.ring.keys.end(),
                        [&](const auto& k) { return k.key.alg() == alg && k.state == active; }),
          1);
    }
  }
  EXPECT_GT(used.size(), 8U) << "hardly a rotation was seen";
  const auto longest_life = std::max(o.access_ttl, o.id_ttl);
  for (const auto& [kid, when] : used) {
    if (!firsts.contains(kid)) {
      EXPECT_GE(when.first - published.at(kid).first, documents_max_age) << kid;
    }
    if (published.at(kid).last < l.now) {  // the key was removed
      EXPECT_GE(published.at(kid).last - when.last + seconds{47}, longest_life) << kid;
    }
  }
}

}  // namespace
}  // namespace mintage::oauth
