#include "oauth/authorization/authorization_check.hpp"

#include <gtest/gtest.h>

#include "tests/unit/oauth/authorization/samples.hpp"

namespace mintage::oauth {
namespace {

using test::check;
using test::clients;
using test::good_query;
using test::now;
using test::with;
using test::without;

/// Refused by a local page.
void expect_page(std::string_view query) {
  const auto c = check(query);
  ASSERT_FALSE(c.result) << query;
  EXPECT_FALSE(c.result.error().to) << query;
  EXPECT_EQ(c.result.error().why.code, errc::invalid_request) << query;
}

/// Refused by a redirect to the client.
void expect_refused(std::string_view query, errc code, way_of_asking how = {},
                    const authorization_terms& terms = {}) {
  const auto c = check(query, how, terms);
  ASSERT_FALSE(c.result) << query;
  EXPECT_EQ(c.result.error().why.code, code) << query << ' ' << c.result.error().why.description;
  ASSERT_TRUE(c.result.error().to) << query;
  EXPECT_TRUE(c.result.error().to->redirect_uri.starts_with("https://app.example/cb")) << query;
}

TEST(check_authorization, takes_a_complete_request) {  // AUZ-01
  const auto c = check(good_query());
  ASSERT_TRUE(c.result) << c.result.error().why.description;
  const auto& r = c.request();
  EXPECT_EQ(r.client_id, "app");
  EXPECT_EQ(r.incarnation, 7U);
  EXPECT_EQ(r.redirect_uri, "https://app.example/cb");
  EXPECT_EQ(r.scope, "openid api");
  EXPECT_EQ(r.state, "s 1");
  EXPECT_EQ(r.nonce, "n1");
  EXPECT_EQ(r.code_challenge, test::challenge);
  EXPECT_EQ(r.mode, response_mode::query);
  EXPECT_EQ(r.requested, now);
  EXPECT_EQ(r.expires, now + seconds{600});
  EXPECT_EQ(r.last_use, r.expires);
  EXPECT_EQ(r.id, (authorization_id{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}));
  EXPECT_TRUE(r.is_interactive());
  EXPECT_FALSE(r.max_age);
  EXPECT_FALSE(r.browser);
}

TEST(check_authorization, reads_all_wishes) {  // OpenID Connect Core §3.1.2.1
  const auto c = check(good_query() +
                       "&prompt=login+consent&max_age=60&acr_values=a+b&login_hint=eve&"
                       "ui_locales=de+en&claims=%7B%22id_token%22%3A%7B%7D%7D&resource=https%3A%2F%"
                       "2Fapi.example&response_mode=form_post&dpop_jkt=" +
                       std::string(42, 'A') + "A");
  ASSERT_TRUE(c.result) << c.result.error().why.description;
  const auto& r = c.request();
  EXPECT_TRUE(r.prompts.has(prompt::login));
  EXPECT_TRUE(r.prompts.has(prompt::consent));
  EXPECT_FALSE(r.prompts.has(prompt::none));
  EXPECT_EQ(r.max_age, 60);
  EXPECT_EQ(r.acr_values, "a b");
  EXPECT_EQ(r.login_hint, "eve");
  EXPECT_EQ(r.ui_locales, "de en");
  EXPECT_EQ(r.claims, R"({"id_token":{}})");
  EXPECT_EQ(r.mode, response_mode::form_post);
  EXPECT_EQ(r.dpop_jkt, crypto::digest{});
  ASSERT_EQ(r.resources().size(), 1U);
  EXPECT_EQ(r.resources()[0], "https://api.example");
}

TEST(check_authorization, shows_a_page_for_an_unknown_client) {  // NEG-257, AUZ-02
  expect_page(good_query("nobody"));
  expect_page(good_query("suspended"));
  expect_page(without(good_query(), "client_id"));
  expect_page(good_query() + "&client_id=app");
}

TEST(check_authorization, shows_a_page_for_a_redirect_uri_that_is_not_registered) {  // NEG-257
  for (const auto* uri :
       {"https://evil.example/cb", "https://app.example/cb/", "https://app.example/cb?x=1",
        "https://app.example:443/cb", "http://app.example/cb", "https://APP.example/cb",
        "javascript:alert(1)", "//app.example/cb", "https://app.example/cb%23x"}) {
    expect_page(with(good_query(), "redirect_uri", uri));
  }
  expect_page(without(good_query("two"), "redirect_uri"));
  expect_page(good_query() + "&redirect_uri=https%3A%2F%2Fapp.example%2Fcb");
  // The error of a later rule is on the page as well.
  expect_page(with(with(good_query(), "redirect_uri", "https://evil.example"), "scope", "no"));
}

TEST(check_authorization, takes_any_port_of_a_native_app) {  // RFC 8252 §7.3
  EXPECT_TRUE(check(with(good_query("native"), "redirect_uri", "http://127.0.0.1:5123/cb")).result);
  EXPECT_FALSE(check(with(good_query("native"), "redirect_uri", "http://127.0.0.1:5123/x")).result);
}

TEST(check_authorization, needs_the_redirect_uri_of_a_client_that_can_change_its_own) {
  const auto q = test::read(without(good_query(), "redirect_uri"));
  const auto own = test::make_client("app", [](client& k) { k.registered = registration{}; });
  EXPECT_FALSE(target_of(q.sent, own));
  EXPECT_TRUE(target_of(q.sent, *clients().find("app")));
}

TEST(check_authorization, means_the_only_redirect_uri_when_none_is_sent) {  // RFC 6749 §3.1.2.3
  const auto c = check(without(good_query(), "redirect_uri"));
  ASSERT_TRUE(c.result);
  EXPECT_EQ(c.request().redirect_uri, "");
  EXPECT_EQ(target_of(c.request(), *clients().find("app")).redirect_uri, "https://app.example/cb");
}

TEST(check_authorization, redirects_every_other_error) {  // AUZ-02
  expect_refused(without(good_query(), "response_type"), errc::invalid_request);
  for (const auto* type : {"token", "code+id_token", "none", "CODE"}) {
    expect_refused(with(good_query(), "response_type", type), errc::unsupported_response_type);
  }
  for (const auto* mode : {"fragment", "fragment.jwt", "web_message", "Query"}) {
    expect_refused(with(good_query(), "response_mode", mode), errc::invalid_request);
  }
  expect_refused(good_query("machine"), errc::unauthorized_client);
  expect_refused(good_query() + "&nonce=n2", errc::invalid_request);
  expect_refused(good_query() + "&registration=%7B%7D", errc::registration_not_supported);
  expect_refused(with(good_query(), "prompt", "none+login"), errc::invalid_request);
  expect_refused(with(good_query(), "prompt", "none+other"), errc::invalid_request);
  for (const auto* age : {"-1", "x", "1x", "1.5", "+1"}) {
    expect_refused(with(good_query(), "max_age", age), errc::invalid_request);
  }
  for (const auto* claims : {"x", "[]", "%7B%22a%22%3A1%2C%22a%22%3A2%7D"}) {
    expect_refused(with(good_query(), "claims", claims), errc::invalid_request);
  }
  expect_refused(with(good_query(), "dpop_jkt", "abc"), errc::invalid_request);
  expect_refused(with(good_query(), "nonce", std::string(1025, 'n')), errc::invalid_request);
  expect_refused(with(good_query(), "nonce", "a%0Ab"), errc::invalid_request);
}

TEST(check_authorization, tells_where_an_error_goes) {  // AUZ-02, MCP-05
  const auto c = check(with(good_query(), "scope", "no") + "&response_mode=form_post.jwt");
  ASSERT_FALSE(c.result);
  const auto& to = c.result.error().to;
  ASSERT_TRUE(to);
  EXPECT_EQ(to->state, "s 1");
  EXPECT_EQ(to->mode, response_mode::form_post_jwt);
  EXPECT_EQ(to->client_id, "app");
  // A repeated state is none.
  const auto twice = check(good_query() + "&state=2");
  ASSERT_FALSE(twice.result);
  EXPECT_EQ(twice.result.error().to->state, "");
}

TEST(check_authorization, demands_pkce) {  // PKC-01, PKC-02, NEG-200
  const auto bare = without(without(good_query(), "code_challenge_method"), "code_challenge");
  expect_refused(bare, errc::invalid_request);
  expect_refused(with(bare, "client_id", "public"), errc::invalid_request);
  EXPECT_TRUE(check(with(bare, "client_id", "optout")).result);
  expect_refused(without(good_query(), "code_challenge_method"), errc::invalid_request);
  expect_refused(with(good_query(), "code_challenge_method", "plain"), errc::invalid_request);
  expect_refused(without(good_query("optout"), "code_challenge"), errc::invalid_request);
  expect_refused(with(good_query(), "code_challenge", "short"), errc::invalid_request);
}

TEST(check_authorization, grants_no_more_than_is_registered) {  // ATK-02, ATK-03
  expect_refused(with(good_query(), "scope", "openid+admin"), errc::invalid_scope);
  expect_refused(with(good_query(), "scope", "api+mail"), errc::invalid_scope);
  expect_refused(with(good_query(), "resource", "https://other.example"), errc::invalid_target);
  expect_refused(
      good_query() + "&resource=https%3A%2F%2Fapi.example&resource=https%3A%2F%2Fmail.example",
      errc::invalid_target);
  EXPECT_TRUE(check(with(good_query(), "scope", "+openid++openid+")).result);
}

TEST(check_authorization, means_the_registered_scope_when_none_is_sent) {  // RFC 6749 §3.3
  const auto mail = std::string{"resource=https%3A%2F%2Fapi.example"};
  const auto c = check(without(good_query(), "scope") + '&' + mail);
  ASSERT_TRUE(c.result) << c.result.error().why.description;
  EXPECT_EQ(c.request().scope, "");
  EXPECT_EQ(asked_scope(c.request(), *clients().find("app")), "api mail");
  expect_refused(without(good_query("person"), "scope"), errc::invalid_scope);
  expect_refused(with(good_query("person"), "scope", "+"), errc::invalid_scope);
}

TEST(check_authorization, takes_max_age_from_the_client) {  // OpenID Connect Registration §2
  EXPECT_EQ(check(good_query("aged")).request().max_age, 300);
  EXPECT_EQ(check(with(good_query("aged"), "max_age", "0")).request().max_age, 0);
  EXPECT_TRUE(check(with(good_query(), "max_age", "99999999999999999999")).request().max_age > 0);
}

TEST(check_authorization, demands_that_requests_are_pushed) {  // NEG-256, PAR-02
  const auto pushed = way_of_asking{.is_pushed = true};
  expect_refused(good_query("pushing"), errc::invalid_request);
  EXPECT_TRUE(check(good_query("pushing"), pushed).result);
  const auto terms = authorization_terms{.needs_pushed = true};
  expect_refused(good_query(), errc::invalid_request, {}, terms);
  expect_refused(good_query(), errc::invalid_request, {.is_signed = true}, terms);
  EXPECT_TRUE(check(good_query(), pushed, terms).result);
}

TEST(check_authorization, holds_fapi_clients_to_their_profile) {  // NEG-204, FAP-08
  const auto pushed = way_of_asking{.is_pushed = true};
  expect_refused(good_query("fapi"), errc::invalid_request);
  EXPECT_TRUE(check(good_query("fapi"), pushed).result);
  expect_refused(without(good_query("fapi"), "redirect_uri"), errc::invalid_request, pushed);
  const auto bare = without(without(good_query("fapi"), "code_challenge_method"), "code_challenge");
  expect_refused(bare, errc::invalid_request, pushed);
  EXPECT_TRUE(check(with(good_query("fapi"), "nonce", std::string(64, 'n')), pushed).result);
}

TEST(check_authorization, gives_a_pushed_request_its_life) {  // PAR-01
  const auto c = check(good_query(), {.is_pushed = true});
  EXPECT_EQ(c.request().expires, now + seconds{60});
  EXPECT_EQ(c.request().last_use, now + seconds{660});
}

TEST(form_of, tells_how_a_request_is_sent) {  // JAR-01, PAR-02
  const auto form = [](std::string_view more) {
    const auto q = test::read(good_query() + std::string{more});
    return form_of(q.sent, *clients().find("app"));
  };
  EXPECT_EQ(form(""), request_form::plain);
  EXPECT_EQ(form("&request=x"), request_form::object);
  EXPECT_EQ(form("&request_uri=urn:ietf:params:oauth:request_uri:h.x"), request_form::pushed);
  for (const auto* uri : {"https://app.example/request.jwt", "http://169.254.169.254/", "urn:x"}) {
    const auto foreign = form(std::string{"&request_uri="} + uri);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().why.code, errc::request_uri_not_supported);
    EXPECT_TRUE(foreign.error().to);
  }
  const auto both = form("&request=x&request_uri=urn:ietf:params:oauth:request_uri:x");
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().why.code, errc::invalid_request);
}

TEST(recheck, refuses_a_client_that_changed_meanwhile) {  // AUZ-02
  const auto c = check(good_query());
  EXPECT_TRUE(recheck(c.request(), clients()));
  const auto refuses = [&](void (*change)(client&)) {
    const auto with_change = clients().with(test::make_client("app", change));
    const auto found = recheck(c.request(), *with_change);
    return !found && !found.error().to;
  };
  EXPECT_FALSE(refuses([](client&) {}));
  EXPECT_TRUE(refuses([](client& k) { k.incarnation = 8; }));
  EXPECT_TRUE(refuses([](client& k) { k.status = client_status::suspended; }));
  EXPECT_TRUE(refuses([](client& k) { k.redirect_uris = {"https://app.example/other"}; }));
  EXPECT_FALSE(recheck(c.request(), *clients().without("app")));
}

TEST(recheck, refuses_an_implied_redirect_uri_that_is_no_longer_the_only_one) {
  const auto c = check(without(good_query(), "redirect_uri"));
  const auto two = clients().with(test::make_client(
      "app", [](client& k) { k.redirect_uris.emplace_back("https://b.example/"); }));
  EXPECT_TRUE(recheck(c.request(), clients()));
  EXPECT_FALSE(recheck(c.request(), *two));
}

TEST(check_pusher, takes_a_pushed_request_of_that_client_only) {  // NEG-255, PAR-02
  const auto pushed = check(good_query(), {.is_pushed = true});
  EXPECT_TRUE(check_pusher(pushed.request(), test::read("client_id=app").sent));
  const auto other = check_pusher(pushed.request(), test::read("client_id=two").sent);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().why.code, errc::invalid_request_uri);
  EXPECT_FALSE(other.error().to);
  EXPECT_FALSE(check_pusher(check(good_query()).request(), test::read("client_id=app").sent));
}

TEST(for_login, gives_the_life_of_a_login_within_the_last_use) {  // PAR-01
  const auto browser = browser_binding{1, 2, 3};
  const auto pushed = check(good_query(), {.is_pushed = true});
  const auto early = for_login(pushed.request(), browser, {}, now + seconds{1});
  EXPECT_EQ(early.expires, now + seconds{601});
  EXPECT_EQ(early.browser, browser);
  EXPECT_EQ(early.id, pushed.request().id);
  // With a request_ttl that was raised meanwhile.
  const auto longer = authorization_terms{.login_life = seconds{3600}};
  EXPECT_EQ(for_login(pushed.request(), browser, longer, now).expires, now + seconds{660});
}

TEST(replay_id_of, is_one_for_all_handles_of_a_request) {  // PAR-01
  auto hash = crypto::sha256_hasher{};
  const auto pushed = check(good_query(), {.is_pushed = true});
  const auto first = for_login(pushed.request(), {}, {}, now);
  const auto second = for_login(pushed.request(), {9}, {}, now + seconds{59});
  const auto id = replay_id_of(first, hash);
  EXPECT_EQ(id.hash, replay_id_of(second, hash).hash);
  EXPECT_EQ(id.where, replay_id_of(second, hash).where);
  // Remembered longer than any of them is accepted.
  EXPECT_GT(id.expires, second.expires);
  EXPECT_LT(id.usable_from, now);
  EXPECT_EQ(id.when_known.code, errc::already_answered);
  auto other = first;
  other.id[15] ^= 1;
  EXPECT_NE(replay_id_of(other, hash).hash, id.hash);
}

}  // namespace
}  // namespace mintage::oauth
