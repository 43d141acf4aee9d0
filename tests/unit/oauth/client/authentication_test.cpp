#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/oauth/client/authentication_fixture.hpp"

namespace mintage::oauth {
namespace {

TEST_F(authentication, denies_what_identifies_nobody) {  // ERR-02, ERR-03, CAU-04
  const auto c = make("a", {generated(secret)});
  expect_invalid_client(authenticate(c, request(how::nothing, "")), "no client identification");
  expect_invalid_client(authenticate(c, request(how::broken_header, "a")),
                        "Authorization is not decodable Basic with user and password");
  expect_invalid_client(authenticate(c, request(how::assertion, "a")),
                        "token is not a compact JWS of three parts");
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
  const auto misfit = [](client& c) { c.profile = client_profile::fapi2; };
  const auto misfit_public = [&](client& c) { misfit(c), publish(c); };
  constexpr auto unfit = "client does not meet FAPI 2.0, which this server holds all clients to";
  const auto suspend_public = [&](client& c) { suspend(c), publish(c); };
  for (const auto& h : {hindered{"client is suspended", suspend, how::basic},
                        hindered{"client is suspended", suspend, how::id_only},
                        hindered{"client is suspended", suspend_public, how::id_only},
                        hindered{unfit, misfit, how::basic}, hindered{unfit, misfit, how::id_only},
                        hindered{unfit, misfit_public, how::id_only},
                        hindered{"public client presented a secret", publish, how::basic},
                        hindered{"public client presented a secret", publish, how::post},
                        hindered{"wrong method", be_strict, how::post},
                        hindered{"confidential client presented no secret", leave, how::id_only}}) {
    // A generated id costs HMACs only, as an unknown one does.
    auto fast = make(generated_id, {generated(secret)});
    h.change(fast);
    const auto right = h.presented == how::id_only ? std::string_view{} : secret;
    expect_invalid_client(authenticate(fast, request(h.presented, generated_id, right)), h.reason);
    // Any other id costs a slow comparison, with or without a slow hash, proven or not.
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
  // A client that does not authenticate learns nothing about grants.
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

}  // namespace
}  // namespace mintage::oauth
