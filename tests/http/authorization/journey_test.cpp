// From the browser to tokens. (AUZ-01 to AUZ-04, MINT-01 to MINT-03, PAR-01, PAR-02, JRM-01)
#include <gtest/gtest.h>

#include "tests/http/authorization/journey.hpp"
#include "tests/support/client_key.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {
namespace {

namespace json = boost::json;

/// Redeems the code of a redirect to the client. @returns the answer of /token.
http_answer redeem(const stage& at, const party& who, const std::string& location) {
  return at.redeem(who, parameter_of(location, "code"));
}

TEST_F(authorization, AUZ_01_a_login_leads_from_the_browser_to_tokens) {
  auto b = new_browser();
  const auto handle = begin(b, authorization_form(client()));
  EXPECT_TRUE(handle.starts_with("h."));
  EXPECT_FALSE(b.cookie().empty());

  const auto shown = ask(handle);
  ASSERT_EQ(shown.status, 200U) << shown.octets;
  const auto request = parse_object(shown.body);
  EXPECT_EQ(text_of(request.at("client").as_object(), "client_id"), client().id);
  EXPECT_EQ(text_of(request.at("client").as_object(), "client_name"), "An <app>");
  EXPECT_EQ(text_of(request, "redirect_host"), "client.example");
  EXPECT_EQ(text_of(request, "scope"), "openid profile");
  EXPECT_EQ(text_of(request, "pkce"), "S256");
  EXPECT_EQ(request.at("interactive"), true);
  EXPECT_EQ(request.at("pushed"), false);

  const auto way_back = accept(handle);
  ASSERT_TRUE(way_back.starts_with(std::string{issuer} + "/authorize/continue?with=")) << way_back;
  const auto sent_on = b.get(target_of(way_back));
  EXPECT_EQ(sent_on.status, 303U) << sent_on.octets;
  const auto location = sent_on.field("Location");
  EXPECT_TRUE(location.starts_with(client().redirect_uri + "?")) << location;
  EXPECT_EQ(parameter_of(location, "state"), "s t&te=1");
  EXPECT_EQ(parameter_of(location, "iss"), issuer);  // MINT-03, MCP-05

  const auto got = redeem(here(), client(), location);
  ASSERT_EQ(got.status, 200U) << got.octets;
  const auto id = read_jwt(tokens_in(got).id).claims;
  EXPECT_EQ(text_of(id, "sub"), "alice");
  EXPECT_EQ(text_of(id, "nonce"), "n-0S6_WzA2Mj");
}

TEST_F(authorization, AUZ_01_a_request_may_come_by_POST) {
  auto b = new_browser();
  const auto got = b.post("/authorize", authorization_form(client()));
  EXPECT_EQ(got.status, 303U) << got.octets;
  EXPECT_EQ(ask(parameter_of(got.field("Location"), "request")).status, 200U);
}

TEST_F(authorization, AUZ_01_parallel_tabs_of_one_browser_use_one_cookie) {
  auto b = new_browser();
  const auto first = begin(b, authorization_form(client()));
  const auto cookie = b.cookie();
  const auto again = b.get(authorize(authorization_form(client())));
  EXPECT_EQ(again.count("Set-Cookie"), 0U) << again.octets;
  EXPECT_EQ(b.cookie(), cookie);
  for (const auto& handle : {parameter_of(again.field("Location"), "request"), first})
    EXPECT_EQ(b.get(target_of(accept(handle))).status, 303U);
}

TEST_F(authorization, AUZ_01_a_long_request_is_stored_and_named) {
  auto b = new_browser();
  const auto form = with(authorization_form(client()), "state", std::string(3000, 's'));
  const auto handle = begin(b, form);
  EXPECT_TRUE(handle.starts_with("r.")) << handle;
  EXPECT_LT(handle.size(), 64U);
  EXPECT_EQ(text_of(parse_object(ask(handle).body), "scope"), "openid profile");
  const auto location = b.get(target_of(accept(handle))).field("Location");
  EXPECT_EQ(parameter_of(location, "state"), std::string(3000, 's'));
  EXPECT_EQ(redeem(here(), client(), location).status, 200U);
  EXPECT_EQ(ask(handle, "/accept", alice()).status, 409U);
  auto other = handle;
  other.back() = other.back() == 'A' ? 'E' : 'A';
  EXPECT_EQ(ask(other).status, 404U);
}

TEST_F(authorization, AUZ_03_the_answer_may_come_by_a_form_or_in_a_JWT) {
  const auto keys = [] {
    auto wire = connection{here().server.port()};
    wire.send("GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
    return parse_object(wire.receive().body);
  }();
  for (const auto* mode : {"form_post", "query.jwt", "form_post.jwt", "jwt"}) {
    SCOPED_TRACE(mode);
    const auto is_form = std::string_view{mode}.starts_with("form_post");
    auto b = new_browser();
    const auto handle = begin(b, with(authorization_form(client()), "response_mode", mode));
    const auto got = b.get(target_of(accept(handle)));
    EXPECT_EQ(got.status, is_form ? 200U : 303U) << got.octets;
    if (is_form) {
      EXPECT_EQ(got.field("X-Frame-Options"), "DENY");
      EXPECT_NE(got.body.find("action=\"https://client.example/cb\""), std::string::npos);
    }
    auto jwt = parameter_of(got.field("Location"), "response");
    if (std::string_view{mode} == "form_post.jwt") {
      const auto at = got.body.find("name=\"response\" value=\"") + 23;
      jwt = got.body.substr(at, got.body.find('"', at) - at);
    }
    if (std::string_view{mode} == "form_post") continue;
    const auto answer = read_jwt(jwt);  // JRM-01
    EXPECT_TRUE(is_signed_by(answer, keys));
    EXPECT_EQ(text_of(answer.header, "alg"), "RS256");
    EXPECT_EQ(text_of(answer.claims, "iss"), issuer);
    EXPECT_EQ(text_of(answer.claims, "aud"), client().id);
    EXPECT_EQ(text_of(answer.claims, "state"), "s t&te=1");
    EXPECT_TRUE(answer.claims.contains("exp"));
    EXPECT_EQ(here().redeem(client(), text_of(answer.claims, "code")).status, 200U);
  }
}

TEST_F(authorization, AUZ_03_a_login_page_may_show_nothing_with_prompt_none) {
  auto b = new_browser();
  const auto handle = begin(b, with(authorization_form(client()), "prompt", "none"));
  EXPECT_EQ(parse_object(ask(handle).body).at("interactive"), false);
  auto asked = alice();
  asked["interacted"] = true;
  EXPECT_EQ(ask(handle, "/accept", asked).status, 400U);  // MINT-02
  const auto denied = ask(handle, "/deny", {{"error", "login_required"}});
  ASSERT_EQ(denied.status, 200U) << denied.octets;
  const auto location =
      b.get(target_of(text_of(parse_object(denied.body), "redirect_to"))).field("Location");
  EXPECT_EQ(parameter_of(location, "error"), "login_required");
  EXPECT_EQ(parameter_of(location, "iss"), issuer);  // NEG-230
  EXPECT_EQ(parameter_of(location, "code"), "");
}

TEST_F(authorization, PAR_01_a_client_may_push_its_request) {
  const auto pushed = push(client(), authorization_form(client()));
  ASSERT_EQ(pushed.status, 201U) << pushed.octets;
  EXPECT_EQ(pushed.field("Cache-Control"), "no-store");
  const auto uri = text_of(parse_object(pushed.body), "request_uri");
  EXPECT_EQ(parse_object(pushed.body).at("expires_in"), 60);
  EXPECT_TRUE(uri.starts_with("urn:ietf:params:oauth:request_uri:"));
  auto b = new_browser();
  // PAR-02: other parameters are ignored.
  const auto handle =
      begin(b, {{"client_id", client().id}, {"request_uri", uri}, {"scope", "everything"}});
  const auto request = parse_object(ask(handle).body);
  EXPECT_EQ(text_of(request, "scope"), "openid profile");
  EXPECT_EQ(request.at("pushed"), true);
  const auto location = b.get(target_of(accept(handle))).field("Location");
  EXPECT_EQ(parameter_of(location, "state"), "s t&te=1");
  EXPECT_EQ(redeem(here(), client(), location).status, 200U);
}

TEST_F(authorization, PAR_03_a_long_request_is_pushed_into_a_record) {
  const auto hint = std::string(1000, 'h');
  const auto form =
      with(with(authorization_form(client()), "login_hint", hint), "nonce", std::string(1000, 'n'));
  const auto pushed = push(client(), form);
  const auto uri = text_of(parse_object(pushed.body), "request_uri");
  EXPECT_LT(uri.size(), 128U) << uri;
  auto b = new_browser();
  const auto handle = begin(b, {{"client_id", client().id}, {"request_uri", uri}});
  EXPECT_EQ(text_of(parse_object(ask(handle).body), "login_hint"), hint);
  EXPECT_EQ(b.get(target_of(accept(handle))).status, 303U);
}

TEST_F(authorization, JAR_01_a_request_may_be_signed_by_the_client) {
  const auto key = std::make_shared<const client_key>(crypto::jws_alg::es256);
  auto who = make_signing_party(admin(), key);
  who.pkce = true;
  auto claims = json::object{{"iss", who.id}, {"aud", issuer}, {"exp", seconds_now() + 60}};
  for (const auto& [name, value] : authorization_form(who)) claims[name] = value;
  const auto object = key->sign(key->header(), json::serialize(claims));
  auto b = new_browser();
  const auto handle = begin(b, {{"client_id", who.id}, {"request", object}, {"scope", "x"}});
  const auto request = parse_object(ask(handle).body);
  EXPECT_EQ(request.at("signed"), true);
  EXPECT_EQ(text_of(request, "scope"), "openid profile");  // NEG-258: outer ones are ignored
  const auto location = b.get(target_of(accept(handle))).field("Location");
  EXPECT_EQ(redeem(here(), who, location).status, 200U);
}

TEST_F(authorization, MINT_02_a_hint_names_the_person) {
  const auto id = here().log_in(client()).id;
  auto b = new_browser();
  const auto handle = begin(b, with(authorization_form(client()), "id_token_hint", id));
  EXPECT_EQ(text_of(parse_object(ask(handle).body), "hint_sub"), "alice");
  auto bob = alice();
  bob["sub"] = "bob";
  EXPECT_EQ(ask(handle, "/accept", bob).status, 400U);
  EXPECT_EQ(b.get(target_of(accept(handle))).status, 303U);
  auto wrong = id;
  wrong[wrong.size() - 10] = wrong[wrong.size() - 10] == 'A' ? 'B' : 'A';
  const auto refused = b.get(authorize(with(authorization_form(client()), "id_token_hint", wrong)));
  EXPECT_EQ(parameter_of(refused.field("Location"), "error"), "invalid_request") << refused.octets;
}

TEST_F(authorization, MINT_01_the_mint_token_is_enough_for_a_login_page) {
  auto b = new_browser();
  const auto handle = begin(b, authorization_form(client()));
  const auto target = "/admin/authorizations/" + handle;
  auto page = admin_client{here().server.admin_port(), here().server.mint_token()};
  EXPECT_EQ(page.call("GET", target).status, 200U);
  EXPECT_EQ(page.call("POST", target + "/accept", json::serialize(alice())).status, 200U);
  EXPECT_EQ(page.call("GET", "/admin/clients").status, 403U);
  auto nobody = admin_client{here().server.admin_port(), {}};
  EXPECT_EQ(nobody.call("GET", target).status, 401U);
}

TEST_F(authorization, MET_02_a_stock_client_finds_what_it_needs) {
  auto wire = connection{here().server.port()};
  wire.send("GET /.well-known/openid-configuration HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto found = parse_object(wire.receive().body);
  EXPECT_EQ(text_of(found, "authorization_endpoint"), std::string{issuer} + "/authorize");
  EXPECT_EQ(text_of(found, "pushed_authorization_request_endpoint"), std::string{issuer} + "/par");
  EXPECT_EQ(found.at("authorization_response_iss_parameter_supported"), true);
}

}  // namespace
}  // namespace mintage::test
