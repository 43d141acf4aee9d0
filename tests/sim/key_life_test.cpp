// Signing keys in use: clients that cache the key set for its max-age can verify every token.
// (JWS-06, IDT-03, NEG-209)
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "oauth/token/key_schedule.hpp"
#include "storage/memory/engine.hpp"
#include "tests/sim/world.hpp"
#include "tests/support/admin_client.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::sim {
namespace {

using namespace std::chrono_literals;
using crypto::jws_alg;

/// A relying party with a copy of the key set. It fetches the set again only when the copy is older
/// than the max-age.
class relying_party {
 public:
  /// @param age of its first copy.
  relying_party(world& w, oauth::seconds age)
      : keys_{test::parse_object(w.jwks())}, fetched_{w.clock.now() - age} {}

  void look(world& w) {
    if (w.clock.now() < fetched_ + oauth::documents_max_age) return;
    keys_ = test::parse_object(w.jwks());
    fetched_ = w.clock.now();
  }
  [[nodiscard]] bool verifies(const std::string& token) const {
    return test::is_signed_by(test::read_jwt(token), keys_);
  }

 private:
  boost::json::object keys_;
  oauth::instant fetched_;
};

struct issued {
  std::string access;
  std::string id;
  oauth::instant at;
};

issued take_tokens(world& w) {
  const auto answer = w.redeem(w.mint(1).front());
  EXPECT_TRUE(answer.granted) << answer.reason;
  if (!answer.granted) return {};
  const auto body = test::parse_object(answer.body);
  return {test::text_of(body, "access_token"), test::text_of(body, "id_token"), w.clock.now()};
}

/// IDT-01, IDT-03: the tokens of one response are consistent.
void expect_agreement(const issued& tokens, const boost::json::object& keys) {
  const auto id = test::read_jwt(tokens.id);
  EXPECT_TRUE(test::is_signed_by(id, keys));
  EXPECT_TRUE(test::is_signed_by(test::read_jwt(tokens.access), keys));
  EXPECT_EQ(test::text_of(id.claims, "at_hash"),
            test::left_half_hash(tokens.access, test::text_of(id.header, "alg")));
}

world_options with_keys(oauth::seconds period, std::vector<jws_alg> algorithms) {
  auto o = world_options{};
  o.actors.algorithms = std::move(algorithms);
  o.rules.key_rotation_period = period;
  o.rules.key_overlap = oauth::shortest_overlap(o.rules);
  return o;
}

TEST(signing_keys, are_known_to_everyone_through_a_whole_life) {  // JWS-06
  auto w = world{storage::open_memory_engine(10), with_keys(2h, {jws_alg::es256})};
  w.add_client();
  constexpr auto step = 75s;
  auto parties = std::vector<relying_party>{};
  // Their copies expire at different times.
  for (auto age = 0s; age < oauth::documents_max_age; age += step) parties.emplace_back(w, age);
  auto alive = std::vector<issued>{};
  auto kids = std::set<std::string>{};
  auto failures = 0;
  for (auto t = 0s; t < 9h; t += step) {
    w.clock.advance(step);
    // The clock of the test does not wake the key keeper; a call does.
    ASSERT_TRUE(w.administer(oauth::list_keys{}).answer);
    if (t == 3h || t == 3h + 10 * step) {
      ASSERT_TRUE(w.administer(oauth::rotate_keys{}).answer) << "a rotation by hand";
    }
    alive.push_back(take_tokens(w));
    kids.insert(test::text_of(test::read_jwt(alive.back().access).header, "kid"));
    std::erase_if(alive, [&](const auto& x) { return x.at + 600s <= w.clock.now(); });
    for (auto& party : parties) {
      party.look(w);
      for (const auto& x : alive) failures += !party.verifies(x.access) + !party.verifies(x.id);
    }
  }
  EXPECT_EQ(failures, 0);
  EXPECT_GE(kids.size(), 6U) << "hardly a rotation was seen";
  EXPECT_LE(test::parse_object(w.jwks()).at("keys").as_array().size(), 3U) << "old keys are gone";
}

TEST(signing_keys, agree_within_each_response_while_they_are_rotated) {  // IDT-03, NEG-209
  auto w = world{storage::open_memory_engine(10), with_keys(0s, {jws_alg::es256})};
  w.add_client();
  auto kids = std::set<std::string>{};
  for (auto round = 0; round < 12; ++round) {
    const auto codes = w.mint(60);
    // While these are in flight, another key becomes active.
    const auto answers =
        w.redeem(codes, [&] { ASSERT_TRUE(w.administer(oauth::rotate_keys{.now = true}).answer); });
    const auto keys = test::parse_object(w.jwks());
    for (const auto& a : answers) {
      ASSERT_TRUE(a.granted) << a.reason;
      const auto body = test::parse_object(a.body);
      const auto tokens =
          issued{test::text_of(body, "access_token"), test::text_of(body, "id_token"), {}};
      expect_agreement(tokens, keys);
      const auto kid = test::text_of(test::read_jwt(tokens.id).header, "kid");
      EXPECT_EQ(kid, test::text_of(test::read_jwt(tokens.access).header, "kid"));
      kids.insert(kid);
    }
  }
  EXPECT_GE(kids.size(), 12U);
}

TEST(signing_keys, that_leaked_sign_and_verify_nothing_more) {  // JWS-06
  auto w = world{storage::open_memory_engine(10), with_keys(0s, {jws_alg::es256})};
  w.add_client();
  const auto before = take_tokens(w);
  const auto leaked = test::text_of(test::read_jwt(before.access).header, "kid");
  ASSERT_TRUE(w.administer(oauth::remove_key{leaked}).answer);
  const auto keys = test::parse_object(w.jwks());
  EXPECT_FALSE(test::is_signed_by(test::read_jwt(before.access), keys));
  const auto after = take_tokens(w);
  EXPECT_NE(test::text_of(test::read_jwt(after.access).header, "kid"), leaked);
  expect_agreement(after, keys);
  const auto again = w.administer(oauth::remove_key{leaked});
  ASSERT_TRUE(again.error);
  EXPECT_EQ(again.error->code, oauth::errc::not_found);
}

TEST(key_keeper, wakes_by_itself) {
  auto w = world{storage::open_memory_engine(10), with_keys(0s, {jws_alg::es256})};
  ASSERT_TRUE(w.administer(oauth::rotate_keys{}).answer);
  const auto told = w.journal.key_changes.load();
  w.clock.advance(oauth::publication_wait);
  while (w.journal.key_changes.load() < told + 2)  // one retires, one is used
    std::this_thread::sleep_for(10ms);
}

TEST(clients, may_ask_for_an_algorithm_when_its_key_is_active) {
  const auto asked = [] {
    auto m = oauth::client_metadata{};
    m.redirect_uris = std::vector<std::string>{"https://app.example.com/cb"};
    m.id_token_signed_response_alg = "EdDSA";
    return oauth::create_client{std::move(m)};
  };
  auto o = with_keys(0s, {jws_alg::es256});
  auto w = world{storage::open_memory_engine(10), o};
  const auto refused = w.administer(asked());
  ASSERT_TRUE(refused.error);
  EXPECT_EQ(refused.error->code, oauth::errc::invalid_request);
  auto other =
      world{storage::open_memory_engine(10), with_keys(0s, {jws_alg::es256, jws_alg::eddsa})};
  EXPECT_TRUE(other.administer(asked()).answer);
}

}  // namespace
}  // namespace mintage::sim
