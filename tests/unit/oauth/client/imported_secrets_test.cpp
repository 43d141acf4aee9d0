// Secrets that were chosen elsewhere: slow checks, and what is remembered of them. (CAU-12)
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/oauth/client/authentication_fixture.hpp"

namespace mintage::oauth {
namespace {

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

TEST_F(authentication, proves_hashes_of_other_servers_and_stores_the_hmac) {  // CAU-12
  for (const auto& row : secret_kinds) {
    if (!is_slow(row.id)) continue;
    SCOPED_TRACE(row.name);
    auto pepper = crypto::hmac_sha256{keys().pepper};
    const auto c = make("demo", {foreign(row.id)});
    EXPECT_EQ(c.secrets[0].how, row.id);
    const auto r = basic("demo", chosen);
    auto begun = authenticate(c, r);
    ASSERT_TRUE(std::holds_alternative<slow_check>(begun));
    const auto proven = prove(std::get<slow_check>(begun), pepper);
    ASSERT_TRUE(proven);
    const auto after = with_proven(c, *proven);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->secrets[0].how, secret_kind::hmac);
    expect_known(client_authenticator{keys()}.authenticate(client_registry{{*after}}, r, noon),
                 "demo");

    const auto wrong = settle(client_registry{{c}}, basic("demo", "wrong secret"));
    ASSERT_FALSE(wrong);
    expect_invalid_client(wrong.error(), "wrong or expired secret");
  }
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
  // The proof of one secret does not prove another.
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
