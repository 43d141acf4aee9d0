#include "oauth/client/authentication.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/password.hpp"

namespace mintage::oauth {
namespace {

using how = presented_credentials::how;

constexpr auto noon = instant{milliseconds{1'800'000'000'000}};
constexpr auto generated_id = std::string_view{"cl_0123456789abcdefghijkl"};
constexpr auto secret = std::string_view{"mcs_right"};
constexpr auto chosen = std::string_view{"a+b%c chosen"};

auth_keys keys() {
  auto k = auth_keys{};
  k.pepper.fill(1);
  k.process.fill(2);
  return k;
}

stored_secret generated(std::string_view text, std::uint32_t number = 1,
                        std::optional<instant> expires = std::nullopt) {
  auto pepper = crypto::hmac_sha256{keys().pepper};
  const auto mac = pepper_secret(pepper, text);
  return {.how = stored_secret::kind::hmac,
          .hash = std::string{crypto::as_chars(mac)},
          .number = number,
          .expires = expires};
}

/// The same text has the same hash in all tests, because one takes a while.
stored_secret imported(std::string_view text, std::uint32_t number = 1,
                       std::optional<instant> expires = std::nullopt) {
  static auto made = std::unordered_map<std::string, std::string>{};
  auto& hash = made[std::string{text}];
  auto random = crypto::buffered_random{};
  if (hash.empty()) hash = crypto::argon2id_hash(text, random);
  return {.how = stored_secret::kind::argon2id, .hash = hash, .number = number, .expires = expires};
}

client make(std::string_view id, std::vector<stored_secret> secrets) {
  auto c = client{};
  c.id = id;
  c.incarnation = 7;
  c.secrets = std::move(secrets);
  return c;
}

client make_public(std::string_view id) {
  auto c = make(id, {});
  c.method = auth_method::none;
  return c;
}

token_request request(how presented, std::string_view id, std::string_view text = {}) {
  auto r = token_request{};
  r.who.presented = presented;
  r.who.id = id;
  r.who.secret = text;
  if (presented == how::basic) {
    r.who.raw_id = id;
    r.who.raw_secret = text;
  }
  r.who.by_header = presented == how::basic || presented == how::broken_header;
  return r;
}

token_request basic(std::string_view id, std::string_view text) {
  return request(how::basic, id, text);
}

/// Basic whose two spellings differ.
token_request basic(std::string_view id, std::string_view text, std::string_view raw_id,
                    std::string_view raw_text) {
  auto r = request(how::basic, id, text);
  r.who.raw_id = raw_id;
  r.who.raw_secret = raw_text;
  return r;
}

token_request raw_only(std::string_view id, std::string_view text) {
  auto r = basic(id, text);
  r.who.raw_only = true;
  return r;
}

/// What a hasher finds.
bool is_right(const slow_check& check) {
  auto pepper = crypto::hmac_sha256{keys().pepper};
  return prove(check, pepper).has_value();
}

class authentication : public testing::Test {
 protected:
  client_authenticator::outcome authenticate(const client_registry& clients, const token_request& r,
                                             instant now = noon) {
    return authenticator.authenticate(clients, r, now);
  }
  client_authenticator::outcome authenticate(client c, const token_request& r, instant now = noon) {
    return authenticate(client_registry{{std::move(c)}}, r, now);
  }
  /// Runs the slow check as a hasher would.
  result<client_facts> settle(const client_registry& clients, const token_request& r,
                              instant now = noon) {
    const auto begun = authenticate(clients, r, now);
    const auto& check = std::get<slow_check>(begun);
    return authenticator.settle(clients, r, check, is_right(check), now);
  }

  client_authenticator authenticator{keys()};
};

void expect_invalid_client(const denial& why, std::string_view reason) {
  EXPECT_EQ(why.code, errc::invalid_client);
  EXPECT_EQ(why.description, "client authentication failed");
  EXPECT_EQ(why.reason, reason);
}

void expect_invalid_client(const client_authenticator::outcome& o, std::string_view reason) {
  ASSERT_TRUE(std::holds_alternative<denial>(o)) << o.index();
  expect_invalid_client(std::get<denial>(o), reason);
}

void expect_known(const client_authenticator::outcome& o, std::string_view id) {
  ASSERT_TRUE(std::holds_alternative<client_facts>(o)) << o.index();
  EXPECT_EQ(std::get<client_facts>(o).id, id);
}

void expect_dummy(const client_authenticator::outcome& o) {
  ASSERT_TRUE(std::holds_alternative<slow_check>(o)) << o.index();
  const auto& check = std::get<slow_check>(o);
  EXPECT_FALSE(check.proof);
  ASSERT_EQ(check.hashes.size(), 1U);
  EXPECT_TRUE(check.hashes[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_FALSE(is_right(check));
}

TEST_F(authentication, denies_what_identifies_nobody) {  // ERR-02, ERR-03, CAU-04
  const auto c = make("a", {generated(secret)});
  expect_invalid_client(authenticate(c, request(how::nothing, "")), "no client identification");
  expect_invalid_client(authenticate(c, request(how::broken_header, "a")),
                        "Authorization is not decodable Basic with user and password");
  expect_invalid_client(authenticate(c, request(how::assertion, "a")),
                        "client assertions are not registered for any client");
}

TEST_F(authentication, denies_a_wrong_generated_secret) {  // NEG-048, NEG-062
  const auto c = make(generated_id, {generated(secret)});
  for (const auto presented : {how::basic, how::post}) {
    for (const auto text : {"mcs_wrong", "mcs_righ", "mcs_right ", "MCS_right", "", "mcs_right2"}) {
      expect_invalid_client(authenticate(c, request(presented, generated_id, text)),
                            "wrong or expired secret");
    }
  }
}

TEST_F(authentication, compares_only_the_pepper_of_the_server) {
  auto other = keys();
  other.pepper.fill(9);
  auto elsewhere = client_authenticator{other};
  const auto clients = client_registry{{make(generated_id, {generated(secret)})}};
  expect_invalid_client(elsewhere.authenticate(clients, basic(generated_id, secret), noon),
                        "wrong or expired secret");
}

TEST_F(authentication, denies_an_unknown_client_of_generated_form_at_once) {  // CAU-12, NEG-049
  const auto nobody = client_registry{};
  expect_invalid_client(authenticate(nobody, basic(generated_id, secret)), "unknown client");
  expect_invalid_client(authenticate(nobody, request(how::post, generated_id, secret)),
                        "unknown client");
  expect_invalid_client(authenticate(nobody, request(how::id_only, generated_id)),
                        "unknown client");
}

TEST_F(authentication, compares_a_dummy_for_any_other_unknown_client) {  // CAU-12
  const auto nobody = client_registry{};
  expect_dummy(authenticate(nobody, basic("demo", secret)));
  expect_dummy(authenticate(nobody, request(how::post, "demo", secret)));
  expect_dummy(authenticate(nobody, request(how::id_only, "demo")));
  expect_dummy(authenticate(nobody, request(how::post, "", secret)));
}

TEST_F(authentication, never_believes_a_dummy) {
  const auto nobody = client_registry{};
  const auto known = client_registry{{make("demo", {imported(secret)})}};
  const auto r = basic("demo", secret);
  const auto check = std::get<slow_check>(authenticate(nobody, r));
  EXPECT_EQ(authenticator.settle(nobody, r, check, true, noon).error().reason, "unknown client");
  EXPECT_EQ(authenticator.settle(known, r, check, true, noon).error().reason,
            "wrong or expired secret");
}

struct hindered {
  std::string_view reason;
  std::function<void(client&)> change;
  how presented;
};

TEST_F(authentication, does_the_same_work_for_every_obstacle) {  // TOK-21, NEG-065 to NEG-068
  const auto suspend = [](client& c) { c.status = client_status::suspended; };
  const auto publish = [](client& c) { c.method = auth_method::none; };
  const auto be_strict = [](client& c) { c.strict_auth_method = true; };
  const auto leave = [](client&) {};
  const auto suspend_public = [&](client& c) { suspend(c), publish(c); };
  for (const auto& h : {hindered{"client is suspended", suspend, how::basic},
                        hindered{"client is suspended", suspend, how::id_only},
                        hindered{"client is suspended", suspend_public, how::id_only},
                        hindered{"public client presented a secret", publish, how::basic},
                        hindered{"public client presented a secret", publish, how::post},
                        hindered{"wrong method", be_strict, how::post},
                        hindered{"confidential client presented no secret", leave, how::id_only}}) {
    // A generated id costs HMACs alone, as an unknown one does.
    auto fast = make(generated_id, {generated(secret)});
    h.change(fast);
    const auto right = h.presented == how::id_only ? std::string_view{} : secret;
    expect_invalid_client(authenticate(fast, request(h.presented, generated_id, right)), h.reason);
    // Any other id costs a slow comparison, with and without a hash of its own, proven or not.
    for (const auto& stored : {generated(secret), imported(secret)}) {
      auto slow = make("demo", {stored});
      const auto whole = client_registry{{slow}};
      if (stored.how == stored_secret::kind::argon2id) {
        ASSERT_TRUE(settle(whole, basic("demo", secret)));
      }
      h.change(slow);
      const auto hindering = client_registry{{slow}};
      const auto r = request(h.presented, "demo", right);
      const auto begun = authenticate(hindering, r);
      ASSERT_TRUE(std::holds_alternative<slow_check>(begun)) << h.reason;
      const auto& check = std::get<slow_check>(begun);
      EXPECT_FALSE(check.proof);
      expect_invalid_client(authenticator.settle(hindering, r, check, true, noon).error(),
                            h.reason);
      authenticator = client_authenticator{keys()};
    }
  }
}

TEST_F(authentication, compares_a_dummy_after_a_wrong_secret_for_an_id_of_free_form) {
  const auto clients = client_registry{{make("demo", {generated(secret)})}};
  expect_dummy(authenticate(clients, basic("demo", "mcs_wrong")));
  expect_known(authenticate(clients, basic("demo", secret)), "demo");
}

TEST_F(authentication, gives_the_facts_of_the_client) {
  auto c = make(generated_id, {generated(secret)});
  c.grant_types = {grant_type::authorization_code, grant_type::refresh_token};
  c.id_token_alg = crypto::jws_alg::es256;
  c.rt_without_offline = true;
  c.refresh_mode = rt_mode::rotating;
  const auto r = basic(generated_id, secret);
  const auto facts = std::get<client_facts>(authenticate(c, r));
  EXPECT_EQ(facts.id.data(), r.who.id.data()) << "must point into the request";
  EXPECT_EQ(facts.id.size(), r.who.id.size());
  EXPECT_EQ(facts.incarnation, 7U);
  EXPECT_EQ(facts.id_token_alg, crypto::jws_alg::es256);
  EXPECT_FALSE(facts.is_public);
  EXPECT_TRUE(facts.may_refresh);
  EXPECT_TRUE(facts.rt_without_offline);
  EXPECT_EQ(facts.refresh_mode, rt_mode::rotating);
}

TEST_F(authentication, takes_basic_and_post_as_one_family_unless_strict) {  // CAU-05, NEG-067
  auto c = make(generated_id, {generated(secret)});
  for (const auto method : {auth_method::client_secret_basic, auth_method::client_secret_post}) {
    c.method = method;
    c.strict_auth_method = false;
    expect_known(authenticate(c, request(how::basic, generated_id, secret)), generated_id);
    expect_known(authenticate(c, request(how::post, generated_id, secret)), generated_id);
    c.strict_auth_method = true;
    const auto by_basic = method == auth_method::client_secret_basic;
    expect_known(authenticate(c, request(by_basic ? how::basic : how::post, generated_id, secret)),
                 generated_id);
    expect_invalid_client(
        authenticate(c, request(by_basic ? how::post : how::basic, generated_id, secret)),
        "wrong method");
  }
}

TEST_F(authentication, knows_a_public_client_by_its_id) {  // CAU-13
  const auto o = authenticate(make_public("app"), request(how::id_only, "app"));
  expect_known(o, "app");
  EXPECT_TRUE(std::get<client_facts>(o).is_public);
}

TEST_F(authentication, takes_either_of_two_live_secrets) {  // NEG-069, NEG-070
  const auto second = noon + seconds{1};
  const auto c = make(generated_id, {generated("mcs_old", 1, second), generated("mcs_new", 2)});
  expect_known(authenticate(c, basic(generated_id, "mcs_old")), generated_id);
  expect_known(authenticate(c, basic(generated_id, "mcs_new")), generated_id);
  expect_invalid_client(authenticate(c, basic(generated_id, "mcs_old"), second),
                        "wrong or expired secret");
  expect_known(authenticate(c, basic(generated_id, "mcs_new"), second), generated_id);
}

TEST_F(authentication, refuses_a_grant_that_is_not_registered) {  // P16, NEG-047
  auto c = make(generated_id, {generated(secret)});
  c.grant_types = {grant_type::refresh_token};
  const auto o = authenticate(c, basic(generated_id, secret));
  ASSERT_TRUE(std::holds_alternative<denial>(o));
  EXPECT_EQ(std::get<denial>(o).code, errc::unauthorized_client);
  for (const auto ch : std::get<denial>(o).description) {
    EXPECT_TRUE(ch >= 0x20 && ch <= 0x7e && ch != '"' && ch != '\\');
  }
  // Who does not authenticate learns nothing about grants.
  expect_invalid_client(authenticate(c, basic(generated_id, "mcs_wrong")),
                        "wrong or expired secret");
}

TEST_F(authentication, compares_the_raw_secret_where_allowed) {  // CAU-03, NEG-053, NEG-054
  auto c = make(generated_id, {generated("x+y")});
  const auto differing = basic(generated_id, "x y", generated_id, "x+y");
  expect_known(authenticate(c, differing), generated_id);
  c.secrets = {generated("x+y%z")};
  const auto broken = raw_only(generated_id, "x+y%z");
  expect_known(authenticate(c, broken), generated_id);
  c.basic_raw_compat = false;
  expect_invalid_client(authenticate(c, broken), "unknown client");
  c.secrets = {generated("x+y")};
  expect_invalid_client(authenticate(c, differing), "wrong or expired secret");
  c.secrets = {generated("x y")};
  expect_known(authenticate(c, differing), generated_id);
}

TEST_F(authentication, finds_the_decoded_id_before_the_raw_one) {  // CAU-03
  auto spaced = make("a/b", {generated("one")});
  auto escaped = make("a%2Fb", {generated("two")});
  const auto both = client_registry{{spaced, escaped}};
  const auto r = basic("a/b", "one", "a%2Fb", "one");
  const auto o = authenticate(both, r);
  expect_known(o, "a/b");
  EXPECT_EQ(std::get<client_facts>(o).id.data(), r.who.id.data());

  const auto only_escaped = client_registry{{escaped}};
  const auto raw = basic("a/b", "two", "a%2Fb", "two");
  const auto found = authenticate(only_escaped, raw);
  expect_known(found, "a%2Fb");
  EXPECT_EQ(std::get<client_facts>(found).id.data(), raw.who.raw_id.data());

  escaped.basic_raw_compat = false;
  expect_dummy(authenticate(client_registry{{escaped}}, basic("a/b", "two", "a%2Fb", "two")));
}

TEST_F(authentication, has_as_many_candidates_whether_raw_forms_are_allowed_or_not) {  // CAU-12
  auto c = make("demo", {imported(chosen)});
  const auto r = basic("demo", "x y", "demo", "x+y");
  EXPECT_EQ(std::get<slow_check>(authenticate(client_registry{}, r)).candidates.size(), 2U);
  EXPECT_EQ(std::get<slow_check>(authenticate(c, r)).candidates.size(), 2U);
  c.basic_raw_compat = false;
  const auto check = std::get<slow_check>(authenticate(c, r));
  ASSERT_EQ(check.candidates.size(), 2U);
  EXPECT_EQ(check.candidates[0].reveal(), "x y");
  EXPECT_EQ(check.candidates[1].reveal(), "");
}

TEST_F(authentication, runs_an_imported_secret_once_and_remembers_it) {  // CAU-12
  const auto clients = client_registry{{make("demo", {imported(chosen)})}};
  const auto r = basic("demo", chosen);
  const auto settled = settle(clients, r);
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->id.data(), r.who.id.data());
  expect_known(authenticate(clients, r), "demo");
  expect_known(authenticate(clients, request(how::post, "demo", chosen)), "demo");
  expect_known(authenticate(clients, r, noon + seconds{3599}), "demo");
  EXPECT_TRUE(std::holds_alternative<slow_check>(authenticate(clients, r, noon + seconds{3600})));
}

TEST_F(authentication, proves_the_raw_secret_too) {  // CAU-03
  const auto clients = client_registry{{make("demo", {imported("x+y x+y")})}};
  const auto r = basic("demo", "x y x y", "demo", "x+y x+y");
  EXPECT_TRUE(settle(clients, r));
  expect_known(authenticate(clients, r), "demo");
}

TEST_F(authentication, does_not_remember_a_wrong_imported_secret) {
  const auto clients = client_registry{{make("demo", {imported(chosen)})}};
  const auto r = basic("demo", "wrong secret");
  for (auto i = 0; i < 2; ++i) {
    const auto settled = settle(clients, r);
    ASSERT_FALSE(settled);
    expect_invalid_client(settled.error(), "wrong or expired secret");
  }
  // What is proven for one secret proves no other.
  ASSERT_TRUE(settle(clients, basic("demo", chosen)));
  EXPECT_TRUE(std::holds_alternative<slow_check>(authenticate(clients, r)));
}

TEST_F(authentication, forgets_what_was_proven_when_the_client_changes) {  // CAU-12
  auto c = make("demo", {imported(chosen)});
  const auto r = basic("demo", chosen);
  ASSERT_TRUE(settle(client_registry{{c}}, r));
  auto newer = c;
  newer.version = 2;
  EXPECT_TRUE(std::holds_alternative<slow_check>(authenticate(newer, r)));
  auto again = c;
  again.incarnation = 8;
  EXPECT_TRUE(std::holds_alternative<slow_check>(authenticate(again, r)));
  expect_known(authenticate(c, r), "demo");
}

TEST_F(authentication, forgets_what_was_proven_when_the_secret_expires) {
  const auto end = noon + seconds{10};
  const auto c = make("demo", {imported(chosen, 1, end), imported("another one", 2)});
  const auto clients = client_registry{{c}};
  const auto r = basic("demo", chosen);
  ASSERT_TRUE(settle(clients, r));
  expect_known(authenticate(clients, r, end - milliseconds{1}), "demo");
  const auto settled = settle(clients, r, end);
  ASSERT_FALSE(settled);
  expect_invalid_client(settled.error(), "wrong or expired secret");
}

TEST_F(authentication, compares_a_dummy_when_the_only_imported_secret_expired) {
  expect_dummy(authenticate(make("demo", {imported(chosen, 1, noon)}), basic("demo", chosen)));
}

TEST_F(authentication, takes_both_kinds_of_secret_of_one_client) {
  const auto clients = client_registry{{make("demo", {imported(chosen, 1), generated(secret, 2)})}};
  expect_known(authenticate(clients, basic("demo", secret)), "demo");
  EXPECT_TRUE(settle(clients, basic("demo", chosen)));
}

TEST_F(authentication, settles_against_the_registry_of_now) {
  const auto c = make("demo", {imported(chosen)});
  const auto r = basic("demo", chosen);
  const auto check = std::get<slow_check>(authenticate(c, r));
  auto suspended = c;
  suspended.status = client_status::suspended;
  suspended.version = 2;
  auto changed = c;
  changed.version = 2;
  auto reborn = c;
  reborn.incarnation = 8;
  const auto reason = [&](const client_registry& now) {
    return authenticator.settle(now, r, check, true, noon).error().reason;
  };
  EXPECT_EQ(reason(client_registry{}), "unknown client");
  EXPECT_EQ(reason(client_registry{{suspended}}), "client is suspended");
  EXPECT_EQ(reason(client_registry{{changed}}), "client changed while its secret was compared");
  EXPECT_EQ(reason(client_registry{{reborn}}), "client changed while its secret was compared");
  EXPECT_TRUE(std::holds_alternative<slow_check>(authenticate(c, r))) << "nothing was proven";
}

TEST_F(authentication, looks_at_grants_after_a_slow_check_too) {  // P16
  auto c = make("demo", {imported(chosen)});
  c.grant_types.clear();
  const auto settled = settle(client_registry{{c}}, basic("demo", chosen));
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().code, errc::unauthorized_client);
}

TEST_F(authentication, proves_a_chosen_secret_for_good) {  // CAU-12
  auto pepper = crypto::hmac_sha256{keys().pepper};
  const auto before = client_registry{{make("demo", {imported(chosen), imported("two two two")})}};
  const auto begun = authenticate(before, basic("demo", chosen));
  const auto proven = prove(std::get<slow_check>(begun), pepper);
  ASSERT_TRUE(proven);
  const auto after = with_proven(*before.find("demo"), *proven);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->version, before.find("demo")->version);
  EXPECT_EQ(after->secrets[0].number, before.find("demo")->secrets[0].number);
  // Another process, which has proven nothing.
  auto restarted = client_authenticator{{keys().pepper, crypto::sha256("another process")}};
  const auto known = client_registry{{*after}};
  expect_known(restarted.authenticate(known, basic("demo", chosen), noon), "demo");
  const auto other = restarted.authenticate(known, basic("demo", "two two two"), noon);
  EXPECT_EQ(std::get<slow_check>(other).hashes.size(), 1U) << "that one is not proven";
  EXPECT_TRUE(is_right(std::get<slow_check>(other)));
}

TEST_F(authentication, takes_a_secret_that_was_proven_while_it_was_compared) {
  auto pepper = crypto::hmac_sha256{keys().pepper};
  const auto before = client_registry{{make("demo", {imported(chosen)})}};
  const auto r = basic("demo", chosen);
  const auto begun = authenticate(before, r);
  const auto& check = std::get<slow_check>(begun);
  const auto after = with_proven(*before.find("demo"), *prove(check, pepper));
  EXPECT_TRUE(authenticator.settle(client_registry{{*after}}, r, check, true, noon));
}

TEST(with_proven, keeps_no_secret_that_is_gone) {
  const auto before = make("demo", {imported("one one one")});
  auto proven = proven_secret{"demo", before.incarnation, before.secrets[0].hash, {}};
  EXPECT_TRUE(with_proven(before, proven));
  ++proven.incarnation;
  EXPECT_FALSE(with_proven(before, proven)) << "another client of that name";
  --proven.incarnation;
  EXPECT_FALSE(with_proven(make("demo", {imported("another one")}), proven));
}

TEST(slow_check_run, compares_every_candidate_with_every_hash) {
  auto check = slow_check{};
  EXPECT_FALSE(is_right(check));
  check.hashes = {imported("one one").hash, imported("two two").hash};
  check.candidates.emplace_back(std::string{"three three"});
  EXPECT_FALSE(is_right(check));
  check.candidates.emplace_back(std::string{"one one"});
  EXPECT_TRUE(is_right(check));
  check.candidates[1] = crypto::secret_string{std::string{"two two"}};
  EXPECT_TRUE(is_right(check));
}

}  // namespace
}  // namespace mintage::oauth
