// What the authorization endpoint refuses, and where the refusal goes. (AUZ-02, NEG-204, NEG-230,
// NEG-255 to NEG-258, and attacks)
#include <gtest/gtest.h>

#include "tests/http/authorization/journey.hpp"
#include "tests/support/client_key.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {
namespace {

namespace json = boost::json;

/// The error of a redirect to the client, which has `iss` and the state. (AUZ-02, NEG-230)
std::string error_of(const http_answer& got) {
  EXPECT_EQ(got.status, 303U) << got.octets;
  const auto location = got.field("Location");
  EXPECT_TRUE(location.starts_with("https://client.example/cb?")) << location;
  EXPECT_EQ(parameter_of(location, "iss"), issuer);
  EXPECT_EQ(parameter_of(location, "state"), "s t&te=1");
  EXPECT_EQ(parameter_of(location, "code"), "");
  return parameter_of(location, "error");
}

TEST_F(authorization, NEG_257_a_client_or_redirect_that_is_not_known_good_gets_a_page) {
  auto b = new_browser();
  const auto form = authorization_form(client());
  for (const auto& [name, value] : std::initializer_list<std::pair<std::string, std::string>>{
           {"client_id", "cl_AAAAAAAAAAAAAAAAAAAAAA"},
           {"client_id", ""},
           {"redirect_uri", "https://client.example.evil/cb"},
           {"redirect_uri", "https://client.example/cb/"},
           {"redirect_uri", "javascript:alert(1)"},
           {"redirect_uri", "//client.example/cb"}}) {
    SCOPED_TRACE(name + "=" + value);
    const auto got = b.get(authorize(with(form, name, value)));
    expect_local_page(got);
    EXPECT_EQ(got.body.find("evil"), std::string::npos);
  }
  auto twice = form;
  twice.emplace_back("redirect_uri", "https://evil.example/");
  expect_local_page(b.get(authorize(twice)));
  expect_local_page(b.get("/authorize"));
  expect_local_page(b.get("/authorize?client_id=%"));
}

TEST_F(authorization, AUZ_02_other_mistakes_go_to_the_client) {
  auto b = new_browser();
  const auto form = authorization_form(client());
  EXPECT_EQ(error_of(b.get(authorize(with(form, "response_type", "token")))),
            "unsupported_response_type");
  EXPECT_EQ(error_of(b.get(authorize(with(form, "scope", "openid admin")))), "invalid_scope");
  EXPECT_EQ(error_of(b.get(authorize(with(form, "resource", "https://unknown.example/")))),
            "invalid_target");
  EXPECT_EQ(error_of(b.get(authorize(with(form, "code_challenge_method", "plain")))),
            "invalid_request");  // NEG-130
  EXPECT_EQ(error_of(b.get(authorize(with(form, "prompt", "none login")))), "invalid_request");
  EXPECT_EQ(error_of(b.get(authorize(with(form, "request_uri", "https://evil.example/r")))),
            "request_uri_not_supported");
  auto twice = form;
  twice.emplace_back("nonce", "another");
  EXPECT_EQ(error_of(b.get(authorize(twice))), "invalid_request");
}

TEST_F(authorization, JRM_01_errors_are_signed_as_well) {
  auto b = new_browser();
  const auto form = with(with(authorization_form(client()), "response_mode", "jwt"), "scope", "x");
  const auto got = b.get(authorize(form));
  EXPECT_EQ(got.status, 303U) << got.octets;
  const auto answer = read_jwt(parameter_of(got.field("Location"), "response")).claims;
  EXPECT_EQ(text_of(answer, "error"), "invalid_scope");
  EXPECT_EQ(text_of(answer, "iss"), issuer);
  EXPECT_EQ(text_of(answer, "state"), "s t&te=1");
}

TEST_F(authorization, NEG_255_pushed_requests_are_for_their_client_once) {
  const auto form = authorization_form(client());
  const auto nested = push(client(), with(form, "request_uri", "urn:x"));
  EXPECT_EQ(nested.status, 400U);
  EXPECT_EQ(text_of(parse_object(nested.body), "error"), "invalid_request");
  auto b = new_browser();
  EXPECT_EQ(b.get("/par").status, 405U);

  auto wrong = client();
  wrong.secret = "mcs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  EXPECT_EQ(push(wrong, form).status, 401U);
  EXPECT_EQ(push(client(), with(form, "redirect_uri", "https://evil.example/")).status, 400U);

  const auto uri = text_of(parse_object(push(client(), form).body), "request_uri");
  const auto other = make_party(admin());
  expect_local_page(b.get(authorize({{"client_id", other.id}, {"request_uri", uri}})));
  expect_local_page(b.get(authorize({{"request_uri", uri}})));
  expect_local_page(b.get(authorize({{"client_id", client().id}, {"request_uri", uri + "A"}})));

  // PAR-01: it is consumed by the consent, not by the page load.
  const auto first = begin(b, {{"client_id", client().id}, {"request_uri", uri}});
  const auto second = begin(b, {{"client_id", client().id}, {"request_uri", uri}});
  EXPECT_EQ(b.get(target_of(accept(second))).status, 303U);
  const auto again = ask(first, "/accept", alice());
  EXPECT_EQ(again.status, 409U) << again.octets;
  EXPECT_EQ(text_of(parse_object(again.body), "error"), "already_answered");
}

TEST_F(authorization, NEG_256_a_client_that_must_push_is_sent_back) {
  const auto who = make_party(admin(), {{"require_pushed_authorization_requests", true}});
  auto b = new_browser();
  EXPECT_EQ(error_of(b.get(authorize(authorization_form(who)))), "invalid_request");
  const auto uri = text_of(parse_object(push(who, authorization_form(who)).body), "request_uri");
  EXPECT_FALSE(begin(b, {{"client_id", who.id}, {"request_uri", uri}}).empty());
}

TEST_F(authorization, NEG_204_fapi_clients_push_with_S256_and_redirect_uri) {
  const auto key = std::make_shared<const client_key>(crypto::jws_alg::es256);
  const auto who = make_signing_party(
      admin(), key,
      {{"profile", "fapi2"}, {"id_token_signed_response_alg", "ES256"}, {"require_pkce", true}});
  const auto form = authorization_form(who);
  auto b = new_browser();
  EXPECT_EQ(error_of(b.get(authorize(form))), "invalid_request");
  for (const auto* name : {"code_challenge", "redirect_uri"}) {
    auto less = with(form, name, "");
    if (std::string_view{name} == "code_challenge") less = with(less, "code_challenge_method", "");
    EXPECT_EQ(push(who, less).status, 400U) << name;
  }
  EXPECT_EQ(push(who, form).status, 201U);
}

TEST_F(authorization, NEG_258_request_objects_that_could_be_something_else) {
  const auto key = std::make_shared<const client_key>(crypto::jws_alg::es256);
  const auto who = make_signing_party(admin(), key);
  auto good = json::object{{"iss", who.id}, {"aud", issuer}, {"exp", seconds_now() + 60}};
  for (const auto& [name, value] : authorization_form(who)) good[name] = value;
  auto b = new_browser();
  const auto send = [&](const json::object& header, const json::object& claims) {
    const auto object = key->sign(header, json::serialize(claims));
    return b.get(authorize({{"client_id", who.id}, {"request", object}, {"state", "s t&te=1"}}));
  };
  const auto and_with = [&](std::string_view name, std::string_view value) {
    auto claims = good;
    claims[name] = value;
    return claims;
  };
  EXPECT_EQ(error_of(send(key->header(), and_with("sub", who.id))), "invalid_request_object");
  EXPECT_EQ(error_of(send({{"alg", "none"}}, good)), "invalid_request_object");
  EXPECT_EQ(error_of(send(key->header(), and_with("request", "e30.e30."))),
            "invalid_request_object");
  EXPECT_EQ(error_of(send(key->header(), and_with("aud", "https://other.example"))),
            "invalid_request_object");
  const auto stranger = client_key{crypto::jws_alg::es256};
  const auto forged = stranger.sign(key->header(), json::serialize(good));
  EXPECT_EQ(error_of(b.get(
                authorize({{"client_id", who.id}, {"request", forged}, {"state", "s t&te=1"}}))),
            "invalid_request_object");
}

TEST_F(authorization, a_request_is_answered_once) {
  auto b = new_browser();
  const auto handle = begin(b, authorization_form(client()));
  static_cast<void>(accept(handle));
  for (const auto* path : {"/accept", "/deny"}) {
    const auto again =
        ask(handle, path, path == std::string_view{"/deny"} ? json::object{} : alice());
    EXPECT_EQ(again.status, 409U) << again.octets;
    EXPECT_EQ(text_of(parse_object(again.body), "error"), "already_answered");
  }
  const auto denied = begin(b, authorization_form(client()));
  EXPECT_EQ(ask(denied, "/deny").status, 200U);
  EXPECT_EQ(ask(denied, "/accept", alice()).status, 409U);
}

TEST_F(authorization, a_login_page_cannot_ask_for_more_or_alter_a_handle) {  // MINT-01, MINT-02
  auto b = new_browser();
  const auto handle = begin(b, authorization_form(client()));
  auto more = alice();
  more["scope"] = "openid offline_access";
  EXPECT_EQ(ask(handle, "/accept", more).status, 400U);
  auto late = alice();
  late["auth_time"] = seconds_now() + 3600;
  EXPECT_EQ(ask(handle, "/accept", late).status, 400U);
  EXPECT_EQ(ask(handle, "/accept", {{"sub", "alice"}}).status, 400U);
  EXPECT_EQ(ask(handle, "/deny", {{"error", "made_up"}}).status, 400U);
  for (auto at : {std::size_t{5}, handle.size() / 2, handle.size() - 3}) {
    auto altered = handle;
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    const auto got = ask(altered);
    EXPECT_EQ(got.status, 404U) << got.octets;
    EXPECT_EQ(text_of(parse_object(got.body), "error"), "unknown_request");
  }
  EXPECT_EQ(ask("x").status, 404U);
  EXPECT_EQ(b.get(target_of(accept(handle))).status, 303U);  // none of this has used it up
}

TEST_F(authorization, handles_cannot_be_swapped_between_browsers) {  // login CSRF, AUZ-01
  auto victim = new_browser();
  auto attacker = new_browser();
  const auto handle = begin(attacker, authorization_form(client()));
  static_cast<void>(begin(victim, authorization_form(client())));
  const auto way_back = target_of(accept(handle));
  expect_local_page(victim.get(way_back));
  auto without_cookie = new_browser();
  expect_local_page(without_cookie.get(way_back));
  EXPECT_EQ(attacker.get(way_back).status, 303U);
}

TEST_F(authorization, a_page_elsewhere_cannot_end_a_login_that_is_under_way) {  // AUZ-01
  auto b = new_browser();
  const auto first = begin(b, authorization_form(client()));
  const auto posted = b.post_from_elsewhere("/authorize", authorization_form(client()));
  EXPECT_EQ(posted.status, 303U) << posted.octets;
  EXPECT_EQ(posted.count("Set-Cookie"), 1U);
  EXPECT_EQ(b.get(target_of(accept(first))).status, 303U);
  // Nor is the login lost that began with it.
  const auto second = parameter_of(posted.field("Location"), "request");
  EXPECT_EQ(b.get(target_of(accept(second))).status, 303U);
}

TEST_F(authorization, long_requests_of_one_source_end_in_a_page) {  // TOK-19
  auto s = stage{{{"authorization.login_url", toml_string(login_url)},
                  {"authorization.stored_per_minute", "2"}}};
  const auto who = make_party(s.admin);
  auto b = browser{s.server.port()};
  const auto form = with(authorization_form(who), "state", std::string(3000, 's'));
  for (auto i = 0; i < 2; ++i) EXPECT_EQ(b.get(authorize(form)).status, 303U);
  const auto got = b.get(authorize(form));
  expect_local_page(got, 429);
  EXPECT_FALSE(got.field("Retry-After").empty());
  EXPECT_EQ(b.get(authorize(authorization_form(who))).status, 303U);
}

TEST_F(authorization, the_log_of_the_admin_listener_has_no_handles) {
  auto b = new_browser();
  const auto handle = begin(b, authorization_form(client()));
  EXPECT_EQ(admin().call("DELETE", "/admin/authorizations/" + handle).status, 405U);
  EXPECT_EQ(admin().call("GET", "/admin/authorisations/" + handle).status, 404U);
  const auto all = admin().call("GET", "/admin/refusals?last=10").body;
  EXPECT_NE(all.find("/admin/authorisations/("), std::string::npos) << all;
  EXPECT_EQ(all.find(handle.substr(0, 20)), std::string::npos) << all;
}

TEST_F(authorization, the_way_back_is_no_open_redirector) {  // FAP-10
  auto b = new_browser();
  const auto way_back = target_of(accept(begin(b, authorization_form(client()))));
  for (const auto& target :
       {std::string{"/authorize/continue"}, std::string{"/authorize/continue?with="},
        std::string{"/authorize/continue?with=https://evil.example/"},
        "/authorize/continue?with=x&" + way_back.substr(way_back.find('?') + 1),
        way_back.substr(0, way_back.size() - 4) + "AAAA"}) {
    expect_local_page(b.get(target));
  }
  EXPECT_EQ(b.get(way_back).status, 303U);
}

TEST_F(authorization, a_handle_is_nothing_else) {
  auto b = new_browser();
  const auto handle = begin(b, authorization_form(client()));
  const auto way_back = accept(handle);
  const auto uri =
      text_of(parse_object(push(client(), authorization_form(client())).body), "request_uri");
  // Handles, request URIs and continuations are sealed under keys of their own.
  EXPECT_EQ(ask(uri.substr(uri.rfind(':') + 1)).status, 404U);
  EXPECT_EQ(ask(parameter_of(way_back, "with")).status, 404U);
  expect_local_page(
      b.get(authorize({{"client_id", client().id},
                       {"request_uri", "urn:ietf:params:oauth:request_uri:" + handle}})));
  expect_local_page(b.get("/authorize/continue?with=" + handle.substr(2)));
}

}  // namespace
}  // namespace mintage::test
