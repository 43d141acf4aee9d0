// The cache of key sets by a manual clock, with a fetcher played by the test. (CAU-10, CAU-11)
#include "actors/stages/key_set_cache.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/actors/stages/exchanges.hpp"

namespace mintage::actors {
namespace {

using namespace std::chrono_literals;
using service::fetch_failure;

/// A key set with the public key of RFC 7517 A.1.
std::string key_set_with(const std::string& kid) {
  return R"({"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
         R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":")" +
         kid + "\"}]}";
}
service::fetch_outcome document(const std::string& kid, std::optional<oauth::seconds> max_age = {},
                                const std::string& etag = {}) {
  return service::fetched_document{false, key_set_with(kid), etag, max_age};
}
service::fetch_outcome unchanged(std::optional<oauth::seconds> max_age = {}) {
  return service::fetched_document{true, {}, "\"v1\"", max_age};
}
service::fetch_outcome failure(fetch_failure why = fetch_failure::unreachable) {
  return service::fetch_outcome{tl::unexpect, why};
}

class key_set_cache_test : public testing::Test {
 protected:
  static constexpr auto url = "https://keys.example.com/jwks";

  void ask(const std::string& at = url, bool lacks_kid = false, const std::string& client = "c") {
    cache.ask({test::make_redemption("code", client, now), {client, at, lacks_kid}, 0, {}}, now);
    take();
  }
  void conclude(service::fetch_outcome outcome, const std::string& at = url) {
    cache.conclude(at, std::move(outcome), now);
    take();
  }
  void tick() {
    cache.tick(now);
    take();
  }
  void pass(oauth::milliseconds time) {
    now += time;
    tick();
  }
  /// What the cache wants, added to what it wanted before.
  void take() {
    auto e = cache.take_effects();
    for (auto& o : e.orders) orders.push_back(std::move(o));
    for (auto& w : e.ready) ready.push_back(std::move(w));
    for (auto& w : e.refused) refused.push_back(std::move(w));
  }
  /// The orders since the last call.
  std::size_t new_orders() { return std::exchange(orders, {}).size(); }
  std::size_t new_ready() { return std::exchange(ready, {}).size(); }

  /// "kid", or the reason why there is none, or "unknown".
  std::string seen(const std::string& at = url) {
    const auto* const set = cache.snapshot()->find(at, now);
    if (set == nullptr) return "unknown";
    if (set->keys == nullptr) return std::string{std::string_view{set->why->reason}};
    for (const auto* kid : {"k1", "k2"})
      if (set->keys->has_kid(kid)) return kid;
    return "other";
  }
  /// Has the set fetched by a request.
  void fetch(service::fetch_outcome outcome) {
    ask();
    ASSERT_EQ(new_orders(), 1U);
    conclude(std::move(outcome));
    ASSERT_EQ(new_ready(), 1U);
  }

  oauth::instant now{1'800'000'000'000ms};
  key_fetcher_meters meters;
  key_set_cache cache{4, meters};
  std::vector<key_order> orders;
  std::vector<key_wait> ready;
  std::vector<key_wait> refused;
};

// --- one fetch -----------------------------------------------------------------------------------

TEST_F(key_set_cache_test, lets_a_request_wait_for_the_first_fetch) {
  EXPECT_EQ(seen(), "unknown");
  ask();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].url, url);
  EXPECT_EQ(orders[0].etag, "");
  EXPECT_EQ(ready.size(), 0U);
  EXPECT_EQ(meters.waiting.get(), 1U);
  conclude(document("k1"));
  EXPECT_EQ(ready.size(), 1U);
  EXPECT_EQ(seen(), "k1");
  EXPECT_EQ(meters.waiting.get(), 0U);
}

TEST_F(key_set_cache_test, has_one_flight_for_all_that_wait_for_a_url) {
  ask();
  ask(url, false, "another client of it");
  ask(url, true);
  EXPECT_EQ(new_orders(), 1U);
  conclude(document("k1"));
  EXPECT_EQ(new_ready(), 3U);
}

TEST_F(key_set_cache_test, sends_a_request_back_whose_validator_has_an_old_snapshot) {
  fetch(document("k1"));
  ask();
  EXPECT_EQ(new_orders(), 0U);
  EXPECT_EQ(new_ready(), 1U);
}

TEST_F(key_set_cache_test, takes_no_outcome_that_it_did_not_ask_for) {
  conclude(document("k1"));
  EXPECT_EQ(seen(), "unknown");
  fetch(document("k1"));
  conclude(document("k2"));
  EXPECT_EQ(seen(), "k1");
}

// --- how long a set is kept ----------------------------------------------------------------------

TEST_F(key_set_cache_test, keeps_a_set_as_long_as_its_host_says_within_bounds) {
  const std::pair<std::optional<oauth::seconds>, oauth::seconds> rows[] = {
      {std::nullopt, 5min}, {0s, 5min}, {1s, 5min}, {10min, 10min}, {24h, 24h}, {48h, 24h}};
  auto n = 0;
  for (const auto& [max_age, life] : rows) {
    const auto at = "https://keys.example.com/" + std::to_string(n++);
    ask(at);
    conclude(document("k1", max_age), at);
    const auto fetched = now;
    now = fetched + life - 1ms;
    EXPECT_EQ(seen(at), "k1") << life.count();
    now = fetched + life;
    EXPECT_EQ(seen(at), "unknown") << life.count();
    now = fetched;
  }
}

TEST_F(key_set_cache_test, refreshes_a_set_in_use_before_it_ends) {
  fetch(document("k1", {}, "\"v1\""));
  pass(5min - 30s - 1s);
  EXPECT_EQ(new_orders(), 0U);
  EXPECT_EQ(seen(), "k1");  // marks it as used
  pass(1s);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].etag, "\"v1\"");
  tick();
  EXPECT_EQ(new_orders(), 1U);  // one flight
  EXPECT_EQ(seen(), "k1");
  conclude(document("k2"));
  EXPECT_EQ(seen(), "k2");
}

TEST_F(key_set_cache_test, does_not_refresh_what_nobody_uses) {
  fetch(document("k1"));
  for (auto i = 0; i < 5 * 60; ++i) pass(1s);
  EXPECT_EQ(new_orders(), 0U);
  EXPECT_EQ(seen(), "unknown");
  ask();
  EXPECT_EQ(new_orders(), 1U);
}

TEST_F(key_set_cache_test, keeps_the_keys_of_a_document_that_has_not_changed) {
  fetch(document("k1", {}, "\"v1\""));
  pass(5min);
  ask();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].etag, "\"v1\"");
  conclude(unchanged(20min));
  EXPECT_EQ(seen(), "k1");
  now += 20min - 1ms;
  EXPECT_EQ(seen(), "k1");
  now += 1ms;
  EXPECT_EQ(seen(), "unknown");
}

// CAU-10: keys dropped from the set stop working on refresh.
TEST_F(key_set_cache_test, forgets_keys_that_were_dropped) {
  fetch(document("k1"));
  pass(5min);
  fetch(document("k2"));
  EXPECT_FALSE(cache.snapshot()->find(url, now)->keys->has_kid("k1"));
}

TEST_F(key_set_cache_test, forgets_a_set_after_its_overtime) {
  fetch(document("k1"));
  pass(5min + 1h - 1s);
  EXPECT_TRUE(cache.has_work());
  pass(1s);
  EXPECT_FALSE(cache.has_work());
}

// --- failures ------------------------------------------------------------------------------------

TEST_F(key_set_cache_test, refuses_by_the_failure_while_there_was_no_set) {
  for (const auto why : service::fetch_failures) {
    const auto at = "https://keys.example.com/" + std::string{to_string(why)};
    ask(at);
    conclude(failure(why), at);
    const auto* const set = cache.snapshot()->find(at, now);
    ASSERT_NE(set, nullptr);
    EXPECT_EQ(set->keys, nullptr);
    const auto is_ours = why == fetch_failure::limited || why == fetch_failure::no_room ||
                         why == fetch_failure::stopped;
    EXPECT_EQ(set->why->code,
              is_ours ? oauth::errc::temporarily_unavailable : oauth::errc::invalid_client)
        << to_string(why);
  }
}

TEST_F(key_set_cache_test, takes_what_is_no_key_set_as_a_failure) {
  fetch(service::fetched_document{false, "[]", {}, {}});
  EXPECT_EQ(seen(), std::string_view{no_key_set().reason});
}

TEST_F(key_set_cache_test, remembers_a_failure_for_a_pause_that_doubles) {
  for (const auto pause : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    fetch(failure());
    now += pause - 1ms;
    EXPECT_EQ(seen(), "the client's jwks_uri cannot be reached") << pause.count();
    ask();
    EXPECT_EQ(new_orders(), 0U);  // answered from memory
    EXPECT_EQ(new_ready(), 1U);
    now += 1ms;
    EXPECT_EQ(seen(), "unknown") << pause.count();
    tick();
    EXPECT_EQ(new_orders(), 0U);  // nobody needs it
  }
  pass(300s + 300s);
  EXPECT_FALSE(cache.has_work());
}

TEST_F(key_set_cache_test, begins_anew_after_a_success) {
  fetch(failure());
  now += 10s;
  fetch(failure());
  now += 20s;
  fetch(document("k1"));
  EXPECT_EQ(seen(), "k1");
  now += 5min + 1h;
  fetch(failure());
  now += 10s;
  EXPECT_EQ(seen(), "unknown");
}

// CAU-11: last good set used on failure for 1 h.
TEST_F(key_set_cache_test, uses_the_last_good_set_for_an_hour) {
  fetch(document("k1", {}, "\"v1\""));
  const auto ended = now + 5min;
  auto tries = 0;
  while (now < ended + 1h - 1s) {
    pass(1s);
    EXPECT_EQ(seen(), "k1");
    if (const auto asked = new_orders(); asked != 0) {
      ++tries;
      conclude(failure());
    }
  }
  EXPECT_GT(tries, 12);  // at least every five minutes
  EXPECT_LT(tries, 25);
  EXPECT_EQ(meters.overdue.get(), 1U);
  pass(1s);
  EXPECT_NE(seen(), "k1");
  // When the host is back, nothing of it is missing.
  fetch(document("k2"));
  EXPECT_EQ(seen(), "k2");
  tick();
  EXPECT_EQ(meters.overdue.get(), 0U);
}

// A set that nobody used is not trusted in its overtime without another try.
TEST_F(key_set_cache_test, tries_again_before_it_uses_an_old_set) {
  fetch(document("k1"));
  pass(30min);
  EXPECT_EQ(seen(), "unknown");
  fetch(failure());
  EXPECT_EQ(seen(), "k1");
  pass(21s);
  EXPECT_EQ(seen(), "unknown");
  fetch(document("k2"));
  EXPECT_EQ(seen(), "k2");
}

// --- an unknown kid ------------------------------------------------------------------------------

// CAU-10: one refetch per client in 30 s.
TEST_F(key_set_cache_test, fetches_again_for_an_unknown_kid_within_the_budget) {
  fetch(document("k1", {}, "\"v1\""));
  ask(url, true);
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].etag, "\"v1\"");
  conclude(unchanged());
  EXPECT_EQ(new_ready(), 1U);
  new_orders();
  now += 30s - 1ms;
  tick();
  ask(url, true);
  EXPECT_EQ(new_orders(), 0U);
  EXPECT_EQ(new_ready(), 1U);
  ask(url, true, "another client of it");
  EXPECT_EQ(new_orders(), 1U);
  conclude(unchanged());
  now += 1ms;
  tick();
  ask(url, true);
  EXPECT_EQ(new_orders(), 1U);
  conclude(document("k2"));
  EXPECT_EQ(seen(), "k2");
}

TEST_F(key_set_cache_test, keeps_its_set_when_a_forced_fetch_fails) {
  fetch(document("k1"));
  ask(url, true);
  conclude(failure());
  EXPECT_EQ(seen(), "k1");
  now += 5min - 1ms;
  EXPECT_EQ(seen(), "k1");
}

// --- bounds --------------------------------------------------------------------------------------

TEST_F(key_set_cache_test, lets_a_bounded_number_wait) {
  for (auto i = 0; i < 6; ++i) ask("https://keys.example.com/" + std::to_string(i));
  EXPECT_EQ(new_orders(), 4U);
  ASSERT_EQ(refused.size(), 2U);
  const auto& x = *std::get<service::token_handle>(refused[0].asked);
  EXPECT_EQ(x.denied->code, oauth::errc::temporarily_unavailable);
  conclude(document("k1"), "https://keys.example.com/0");
  ask("https://keys.example.com/6");
  EXPECT_EQ(new_orders(), 1U);
}

// Whoever can make clients at will cannot take the places of the others.
TEST_F(key_set_cache_test, lets_half_as_many_of_openly_registered_clients_wait) {
  const auto ask_openly = [this](int i) {
    const auto at = "https://open.example.com/" + std::to_string(i);
    cache.ask({test::make_redemption("code", "open", now), {"open", at, false, true}, 0, {}}, now);
  };
  for (auto i = 0; i < 2; ++i) ask_openly(i);
  EXPECT_TRUE(cache.take_effects().refused.empty());
  ask_openly(2);
  EXPECT_EQ(cache.take_effects().refused.size(), 1U);
  ask();
  EXPECT_TRUE(refused.empty());
  now += key_set_cache::patience;
  cache.tick(now);  // those that waited have gone
  EXPECT_EQ(cache.take_effects().refused.size(), 3U);
  ask_openly(3);
  EXPECT_TRUE(cache.take_effects().refused.empty());
}

TEST_F(key_set_cache_test, lets_a_bounded_number_wait_for_one_url) {
  auto large = key_set_cache{1000, meters};
  for (auto i = std::size_t{0}; i < key_set_cache::most_waiting_for_one + 3; ++i)
    large.ask({test::make_redemption("code", "c", now), {"c", url, false}, 0, {}}, now);
  const auto e = large.take_effects();
  EXPECT_EQ(e.orders.size(), 1U);
  EXPECT_EQ(e.refused.size(), 3U);
}

TEST_F(key_set_cache_test, lets_nobody_wait_too_long) {
  ask();
  pass(3s);
  ask();
  pass(3s - 1ms);
  EXPECT_EQ(refused.size(), 0U);
  pass(1ms);
  EXPECT_EQ(refused.size(), 1U);
  EXPECT_EQ(meters.waiting.get(), 1U);
  conclude(document("k1"));  // late, and still of use
  EXPECT_EQ(new_ready(), 1U);
  EXPECT_EQ(seen(), "k1");
}

TEST_F(key_set_cache_test, remembers_a_bounded_number_of_urls) {
  auto at = [](std::size_t i) { return "https://keys.example.com/" + std::to_string(i); };
  ask(at(0));
  conclude(document("k1"), at(0));
  now += 1s;
  for (auto i = std::size_t{1}; i <= key_set_cache::most_urls; ++i) {
    ask(at(i));
    conclude(document("k1"), at(i));
  }
  EXPECT_EQ(meters.sets.get(), key_set_cache::most_urls);
  EXPECT_EQ(seen(at(0)), "unknown");  // its end was the first
  EXPECT_EQ(seen(at(1)), "k1");
}

TEST_F(key_set_cache_test, shares_a_snapshot_that_does_not_change) {
  fetch(document("k1"));
  const auto before = cache.snapshot();
  pass(5min);
  fetch(document("k2"));
  EXPECT_TRUE(before->find(url, now - 1s)->keys->has_kid("k1"));
  EXPECT_EQ(seen(), "k2");
}

}  // namespace
}  // namespace mintage::actors
