#include "oauth/authorization/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oauth/authorization/description.hpp"
#include "tests/unit/oauth/authorization/samples.hpp"

namespace mintage::oauth {
namespace {

using test::check;
using test::clients;
using test::good_query;
using test::now;
using test::now_date;
using test::with;
using test::without;

const auto pairwise_key = crypto::digest{1, 2, 3};

acceptance good_login() {
  auto a = acceptance{};
  a.sub = "alice";
  a.auth_time = now_date + 5;
  return a;
}

admin_result<mint_request> accept(const authorization_request& r, acceptance said = good_login(),
                                  const client* c = nullptr, instant at = now) {
  return check_acceptance(r, c != nullptr ? *c : *clients().find(r.client_id), std::move(said),
                          pairwise_key, at);
}

/// Accepts a request with another query.
admin_result<mint_request> accept(const std::string& query, acceptance said = good_login()) {
  const auto c = check(query);
  EXPECT_TRUE(c.result) << query;
  return accept(c.request(), std::move(said));
}

template <class Change>
acceptance login_with(Change change) {
  auto a = good_login();
  change(a);
  return a;
}

TEST(check_acceptance, takes_the_request_from_the_handle) {  // MINT-01
  const auto m =
      accept(good_query() + "&resource=https%3A%2F%2Fapi.example&dpop_jkt=" + std::string(43, 'A'));
  ASSERT_TRUE(m) << m.error().description;
  EXPECT_EQ(m->client_id, "app");
  EXPECT_EQ(m->redirect_uri, "https://app.example/cb");
  EXPECT_EQ(m->scope, "openid api");
  EXPECT_EQ(m->nonce, "n1");
  EXPECT_EQ(m->code_challenge, test::challenge);
  EXPECT_EQ(m->code_challenge_method, "S256");
  EXPECT_EQ(m->dpop_jkt, std::string(43, 'A'));
  EXPECT_EQ(m->resources, std::vector<std::string>{"https://api.example"});
  EXPECT_EQ(m->sub, "alice");
  EXPECT_EQ(m->auth_time, now_date + 5);
  auto copy = *m;
  const auto code = check_mint(clients(), std::move(copy), now + seconds{6}, test::issuer_options(),
                               pairwise_key);
  ASSERT_TRUE(code) << code.error().description;
  EXPECT_EQ(code->challenge, test::challenge);
}

TEST(check_acceptance, mints_without_redirect_uri_and_pkce_where_there_was_none) {
  auto query = without(without(good_query("optout"), "code_challenge_method"), "code_challenge");
  const auto m = accept(without(query, "redirect_uri"));
  ASSERT_TRUE(m);
  auto copy = *m;
  const auto code = check_mint(clients(), std::move(copy), now + seconds{6}, test::issuer_options(),
                               pairwise_key);
  ASSERT_TRUE(code) << code.error().description;
  EXPECT_TRUE(code->is_uri_implied);
  EXPECT_EQ(code->challenge, "");
}

TEST(check_acceptance, demands_a_new_login_for_prompt_login) {  // MINT-02
  const auto at = [](std::int64_t t) {
    return login_with([&](acceptance& a) { a.auth_time = now_date + t; });
  };
  const auto query = with(good_query(), "prompt", "login");
  EXPECT_TRUE(accept(query, at(0)));
  EXPECT_TRUE(accept(query, at(-30)));  // SKEW
  EXPECT_FALSE(accept(query, at(-31)));
  EXPECT_TRUE(accept(good_query(), at(-100'000)));
}

// A login between the push and the visit of the browser is not for this request.
TEST(check_acceptance,
     measures_a_pushed_request_from_the_visit_of_the_browser) {  // MINT-02, PAR-01
  const auto terms = authorization_terms{.login_life = seconds{600}, .pushed_life = seconds{60}};
  const auto visit = now + seconds{50};
  const auto at = [](std::int64_t t) {
    return login_with([&](acceptance& a) { a.auth_time = now_date + t; });
  };
  for (const auto* asks : {"prompt", "max_age"}) {
    const auto c = check(with(good_query(), asks, asks[0] == 'p' ? "login" : "0"),
                         {.is_pushed = true, .is_signed = false});
    const auto r = for_login(c.request(), {}, terms, visit);
    EXPECT_EQ(r.asked_at(), visit);
    EXPECT_EQ(r.requested, now) << "its id may have been used since";
    EXPECT_FALSE(accept(r, at(19), nullptr, visit + seconds{60})) << asks;
    EXPECT_TRUE(accept(r, at(20), nullptr, visit + seconds{60})) << asks;  // SKEW
  }
  const auto c = check(good_query(), {.is_pushed = true, .is_signed = false});
  EXPECT_FALSE(for_login(c.request(), {}, terms, visit).presented);
}

TEST(check_acceptance, holds_the_login_to_max_age) {  // MINT-02, STU-01
  const auto at = [](std::int64_t t) {
    return login_with([&](acceptance& a) { a.auth_time = now_date + t; });
  };
  EXPECT_TRUE(accept(with(good_query(), "max_age", "300"), at(-330)));
  EXPECT_FALSE(accept(with(good_query(), "max_age", "300"), at(-331)));
  EXPECT_FALSE(accept(with(good_query(), "max_age", "0"), at(-31)));
  EXPECT_FALSE(accept(good_query("aged"), at(-331)));
}

// A session that was young enough when the browser came may be too old when the page answers.
TEST(check_acceptance, holds_the_login_to_max_age_when_it_is_accepted) {  // MINT-02
  const auto c = check(with(good_query(), "max_age", "300"));
  const auto at = [](std::int64_t t) {
    return login_with([&](acceptance& a) { a.auth_time = now_date + t; });
  };
  const auto later = now + seconds{200};
  EXPECT_FALSE(accept(c.request(), at(-131), nullptr, later));
  EXPECT_TRUE(accept(c.request(), at(-130), nullptr, later));
  // A login for this request, however long the consent was read.
  EXPECT_TRUE(accept(c.request(), at(1), nullptr, now + seconds{590}));
}

// A page that has let the person log in says so by the time, whatever `interacted` says.
TEST(check_acceptance, refuses_a_login_after_a_request_with_prompt_none) {  // MINT-02
  const auto query = with(good_query(), "prompt", "none");
  const auto at = [](std::int64_t t) {
    return login_with([&](acceptance& a) { a.auth_time = now_date + t; });
  };
  EXPECT_TRUE(accept(query, at(30)));
  EXPECT_FALSE(accept(query, at(31)));
  EXPECT_TRUE(accept(good_query(), at(31)));
}

TEST(check_acceptance, refuses_interaction_for_prompt_none) {  // MINT-02, AUZ-03
  const auto query = with(good_query(), "prompt", "none");
  EXPECT_TRUE(accept(query));
  const auto shown = login_with([](acceptance& a) { a.interacted = true; });
  EXPECT_FALSE(accept(query, shown));
  EXPECT_TRUE(accept(good_query(), shown));
}

TEST(check_acceptance, demands_the_person_of_the_hint) {  // MINT-02
  const auto c = check(good_query());
  auto r = c.request();
  r.hint_sub = "alice";
  EXPECT_TRUE(accept(r));
  r.hint_sub = "bob";
  EXPECT_FALSE(accept(r));
  const auto paired = test::make_client("app", [](client& k) {
    k.subjects = subject_type::pairwise;
    k.sector = "app.example";
  });
  const auto known = pairwise_subject(pairwise_key, "app.example", "alice");
  r.hint_sub = known;
  EXPECT_TRUE(accept(r, good_login(), &paired));
  r.hint_sub = "alice";
  EXPECT_FALSE(accept(r, good_login(), &paired));
}

TEST(check_acceptance, grants_no_more_than_was_asked_for) {  // MINT-02
  const auto scope = [](std::string text) {
    return login_with([&](acceptance& a) { a.scope = std::move(text); });
  };
  EXPECT_EQ(accept(good_query(), scope("openid"))->scope, "openid");
  EXPECT_EQ(accept(good_query(), scope("api openid api"))->scope, "api openid");
  for (const auto* text : {"openid mail", "openid offline_access", "", " ", "a\"b"}) {
    const auto m = accept(good_query(), scope(text));
    ASSERT_FALSE(m) << text;
    EXPECT_EQ(m.error().code, errc::invalid_scope);
  }
  const auto resources = [](std::vector<std::string> names) {
    return login_with([&](acceptance& a) { a.resources = std::move(names); });
  };
  const auto query = good_query() + "&resource=https%3A%2F%2Fapi.example";
  EXPECT_TRUE(accept(query, resources({"https://api.example"})));
  EXPECT_FALSE(accept(query, resources({"https://mail.example"})));
  EXPECT_FALSE(accept(query, resources({})));
  EXPECT_FALSE(accept(good_query(), resources({"https://api.example"})));
  EXPECT_TRUE(accept(good_query(), resources({})));
}

TEST(check_acceptance, applies_the_claims_request) {  // IDT-02, MINT-02, Core §5.5
  const auto query = with(good_query(), "claims",
                          "%7B%22id_token%22%3A%7B%22email%22%3Anull%2C%22acr%22%3A%7B%22essential%"
                          "22%3Atrue%2C%22values%22%3A%5B%22high%22%5D%7D%7D%7D");
  const auto m = accept(query, login_with([](acceptance& a) {
                          a.claims = R"({"email":"a@example","name":"Alice"})";
                          a.acr = "low";
                        }));
  ASSERT_TRUE(m) << m.error().description;
  EXPECT_EQ(m->id_token_claims, R"({"email":"a@example"})");
  EXPECT_EQ(m->claims, R"({"email":"a@example","name":"Alice"})");
  EXPECT_EQ(m->essential_acr, std::vector<std::string>{"high"});
  auto copy = *m;
  EXPECT_FALSE(check_mint(clients(), std::move(copy), now + seconds{6}, {}, pairwise_key));
  EXPECT_EQ(accept(query)->essential_acr, std::vector<std::string>{"high"});
}

TEST(check_acceptance, demands_the_person_of_the_claims_request) {  // Core §3.1.2.2
  const auto query = with(good_query(), "claims",
                          "%7B%22id_token%22%3A%7B%22sub%22%3A%7B%22value%22%3A%22bob%22%7D%7D%7D");
  EXPECT_FALSE(accept(query));
  EXPECT_TRUE(accept(query, login_with([](acceptance& a) { a.sub = "bob"; })));
}

TEST(check_acceptance, demands_a_time) {
  const auto m = accept(good_query(), login_with([](acceptance& a) { a.auth_time.reset(); }));
  ASSERT_FALSE(m);
  EXPECT_EQ(m.error().description, "auth_time is required");
}

TEST(check_denial, takes_the_errors_of_login_pages) {  // AUZ-02
  for (const auto* error :
       {"access_denied", "login_required", "consent_required", "interaction_required",
        "account_selection_required", "temporarily_unavailable", "server_error",
        "unmet_authentication_requirements"}) {
    auto said = login_denial{.error = error, .description = "no"};
    EXPECT_FALSE(check_denial(said)) << error;
  }
  for (const auto* error : {"invalid_request", "x", "access_denied "}) {
    auto said = login_denial{.error = error, .description = ""};
    EXPECT_TRUE(check_denial(said)) << error;
  }
  auto usual = login_denial{};
  EXPECT_FALSE(check_denial(usual));
  EXPECT_EQ(usual.error, "access_denied");
}

TEST(check_denial, takes_descriptions_that_a_client_may_see) {  // RFC 6749 §4.1.2.1
  const auto refused = [](std::string text) {
    auto said = login_denial{.error = "access_denied", .description = std::move(text)};
    return check_denial(said).has_value();
  };
  EXPECT_FALSE(refused(std::string(256, 'x')));
  EXPECT_TRUE(refused(std::string(257, 'x')));
  for (const auto* text : {"a\"b", "a\\b", "a\nb", "\xc3\xa4"}) EXPECT_TRUE(refused(text)) << text;
}

TEST(describe, tells_the_login_page_what_is_asked_for) {  // AUZ-01, MCP-13
  const auto c = check(good_query() +
                       "&prompt=login&max_age=60&acr_values=a+b&login_hint=eve&ui_locales=de&"
                       "claims=%7B%7D&resource=https%3A%2F%2Fapi.example");
  auto record = test::make_client("app", [](client& k) {
    k.uri = "https://app.example/";
    k.logo_uri = "https://app.example/logo.png";
  });
  auto r = c.request();
  r.hint_sub = "eve";
  EXPECT_EQ(
      describe(r, record),
      R"({"client":{"client_id":"app","client_name":"App","client_uri":"https://app.example/",)"
      R"("logo_uri":"https://app.example/logo.png"},"redirect_host":"app.example",)"
      R"("localhost_only":false,"scope":"openid api","resources":["https://api.example"],)"
      R"("prompt":["login"],"max_age":60,"acr_values":["a","b"],"login_hint":"eve",)"
      R"("hint_sub":"eve","ui_locales":["de"],"claims":{},"interactive":true,"pkce":"S256",)"
      R"("dpop_bound":false,"pushed":false,"signed":false,"requested_at":1800000000,)"
      R"("expires_at":1800000600})");
}

TEST(describe, leaves_out_what_was_not_asked_for) {  // AUZ-03
  auto query = without(without(good_query("optout"), "code_challenge_method"), "code_challenge");
  const auto c = check(with(query, "prompt", "none"), {.is_pushed = true, .is_signed = true});
  EXPECT_EQ(describe(c.request(), *clients().find("optout")),
            R"({"client":{"client_id":"optout","client_name":"App"},)"
            R"("redirect_host":"app.example","localhost_only":false,"scope":"openid api",)"
            R"("prompt":["none"],"interactive":false,"pkce":"none","dpop_bound":false,)"
            R"("pushed":true,"signed":true,"requested_at":1800000000,"expires_at":1800000060})");
}

TEST(describe, warns_of_clients_that_any_program_may_be) {  // MCP-13
  const auto is_local = [](std::vector<std::string> uris) {
    auto r = authorization_request{};
    auto c = client{};
    c.redirect_uris = std::move(uris);
    return describe(r, c).find("\"localhost_only\":true") != std::string::npos;
  };
  for (const auto* uri : {"http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb"})
    EXPECT_TRUE(is_local({uri})) << uri;
  EXPECT_TRUE(is_local({"com.example.app:/cb"}));
  EXPECT_FALSE(is_local({"https://app.example/cb"}));
}

TEST(describe, shows_where_this_answer_goes) {
  auto c = client{};
  c.redirect_uris = {"https://app.example/cb", "http://127.0.0.1/cb",
                     "com.example.app://accounts.example/cb"};
  const auto described = [&](std::string_view uri) {
    auto r = authorization_request{};
    r.redirect_uri = uri;
    return describe(r, c);
  };
  using testing::HasSubstr;
  EXPECT_THAT(described("http://127.0.0.1/cb"), HasSubstr("\"localhost_only\":true"));
  EXPECT_THAT(described(c.redirect_uris[0]), HasSubstr("\"localhost_only\":false"));
  EXPECT_THAT(described(c.redirect_uris[2]), HasSubstr("\"redirect_host\":\"com.example.app\""));
}

}  // namespace
}  // namespace mintage::oauth
