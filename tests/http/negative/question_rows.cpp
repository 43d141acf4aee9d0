// Part J: introspection, revocation, userinfo and the public documents; NEG-211 of part L.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/http/negative/row.hpp"
#include "tests/support/jwt_check.hpp"

namespace mintage::test {

namespace {

http_answer send(const world& w, const token_call& call) {
  return call.send_to(w.server.port());
}

constexpr auto inactive = R"({"active":false})";

/// Checks the answer about a token that is not active, or not the caller's to ask about.
void expect_inactive(const world& w, const party& who, std::string_view token) {
  const auto got = send(w, question("/introspect", who, token));
  EXPECT_EQ(got.status, 200U) << got.octets;
  EXPECT_EQ(got.body, inactive);
}

void expect_active(const world& w, const party& who, std::string_view token, bool active = true) {
  EXPECT_EQ(w.introspect(who, token).at("active").as_bool(), active);
}

/// UIN-01: checks the status and the error in the challenge; an empty one is a bare challenge.
void expect_bearer_refusal(const http_answer& got, unsigned status, std::string_view error) {
  EXPECT_EQ(got.status, status) << got.octets;
  EXPECT_EQ(got.field("Cache-Control"), "no-store");
  const auto challenge_text = got.field("WWW-Authenticate");
  EXPECT_TRUE(challenge_text.starts_with("Bearer realm=")) << challenge_text;
  if (error.empty()) {
    EXPECT_EQ(challenge_text.find("error"), std::string::npos) << challenge_text;
  } else {
    EXPECT_NE(challenge_text.find("error=\"" + std::string{error} + "\""), std::string::npos)
        << challenge_text;
  }
}

row refused_question(std::string variant, std::function<void(world&, token_call&)> bend) {
  auto run = [bend](world& w) {
    auto call = question("/introspect", w.c1, w.log_in(w.c1).access);
    bend(w, call);
    const auto got = send(w, call);
    EXPECT_EQ(got.status, 401U) << got.octets;
    EXPECT_EQ(text_of(parse_object(got.body), "error"), "invalid_client");
    EXPECT_TRUE(got.field("WWW-Authenticate").starts_with("Basic realm="));
  };
  return {"NEG-184", std::move(variant), run};
}

void unknown_tokens(world& w) {
  const auto granted = w.log_in_offline(w.c1);
  for (const auto& text :
       {std::string{"x"}, "mat_" + std::string(45, 'A'), "mrt_" + std::string(72, 'A'),
        granted.access + "A", granted.access.substr(0, granted.access.size() - 2), granted.id}) {
    expect_inactive(w, w.c1, text);
  }
  expect_active(w, w.c1, granted.access);
  expect_active(w, w.c1, granted.refresh);
}

void tokens_of_others(world& w) {
  const auto granted = w.log_in_offline(w.c1);
  expect_inactive(w, w.c2, granted.access);
  expect_inactive(w, w.c2, granted.refresh);
  expect_inactive(w, w.api, granted.access);
  const auto for_api =
      w.log_in(w.c1, {{"resource", api_identifier}, {"scope", "openid offline_access"}});
  expect_active(w, w.api, for_api.access);
  expect_inactive(w, w.api, for_api.refresh);
  expect_inactive(w, w.c2, for_api.access);
}

void members_of_an_active_token(world& w) {
  const auto granted = w.log_in(w.c1, {{"acr", "2"}, {"scope", "openid profile"}});
  const auto told = w.introspect(w.c1, granted.access);
  const auto claims = read_jwt(granted.access).claims;
  for (const auto* same :
       {"scope", "client_id", "exp", "iat", "sub", "aud", "iss", "jti", "acr", "auth_time"}) {
    ASSERT_TRUE(told.contains(same)) << same;
    EXPECT_EQ(told.at(same), claims.at(same)) << same;
  }
  EXPECT_EQ(text_of(told, "token_type"), "Bearer");
  EXPECT_FALSE(told.contains("username"));
  const auto named = w.log_in(w.c1, {{"username", "Alice"}});
  EXPECT_EQ(text_of(w.introspect(w.c1, named.access), "username"), "Alice");
}

/// INT-03.
void signed_introspection(world& w) {
  const auto granted = w.log_in(w.c1);
  auto call = question("/introspect", w.c1, granted.access);
  call.header("Accept", "application/token-introspection+jwt");
  const auto got = send(w, call);
  EXPECT_EQ(got.field("Content-Type"), "application/token-introspection+jwt");
  const auto token = read_jwt(got.body);
  EXPECT_EQ(text_of(token.header, "typ"), "token-introspection+jwt");
  EXPECT_EQ(text_of(token.claims, "aud"), w.c1.id);
  EXPECT_EQ(text_of(token.claims, "iss"), issuer);
  EXPECT_FALSE(token.claims.contains("sub"));
  EXPECT_FALSE(token.claims.contains("exp"));
  EXPECT_TRUE(token.claims.at("token_introspection").as_object().at("active").as_bool());
  auto keys = token_call{};
  keys.method = "GET";
  keys.target = "/jwks";
  keys.with_length = false;
  keys.body = "";
  keys.drop_header("Content-Type");
  EXPECT_TRUE(is_signed_by(token, parse_object(send(w, keys).body)));
}

row without_token(std::string variant, std::string_view endpoint) {
  auto run = [endpoint](world& w) {
    auto call = question(endpoint, w.c1, "");
    check_answer(send(w, call), call, invalid_request);
  };
  return {"NEG-186", std::move(variant), run};
}

void expect_revoked(const world& w, const token_call& call) {
  const auto got = send(w, call);
  EXPECT_EQ(got.status, 200U) << got.octets;
  EXPECT_EQ(got.body, "");
}

void unknown_token_is_revoked(world& w) {
  for (const auto* text : {"x", "mat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    expect_revoked(w, question("/revoke", w.c1, text));
    expect_revoked(w, question("/revoke", w.open, text));
  }
}

void tokens_of_others_are_not_revoked(world& w) {
  const auto granted = w.log_in_offline(w.c1);
  for (const auto& text : {granted.refresh, granted.access}) {
    auto call = question("/revoke", w.c2, text);
    check_answer(send(w, call), call, invalid_grant);
    expect_active(w, w.c1, text);
  }
}

/// REV-02: revokes the whole family, whatever the hint says.
void refresh_token_is_revoked(world& w) {
  const auto granted = w.log_in_offline(w.c1);
  expect_revoked(w,
                 question("/revoke", w.c1, granted.refresh).add("token_type_hint", "access_token"));
  auto call = refresh(w.c1, granted.refresh);
  check_answer(send(w, call), call, invalid_grant);
  expect_inactive(w, w.c1, granted.access);
  expect_bearer_refusal(send(w, userinfo(granted.access)), 401, "invalid_token");
}

/// REV-02: revokes that access token only.
void access_token_is_revoked(world& w, const boost::json::object& login) {
  const auto granted = w.log_in(w.c1, login);
  const auto other = tokens_in(send(w, refresh(w.c1, granted.refresh)));
  expect_revoked(w, question("/revoke", w.c1, granted.access));
  expect_revoked(w, question("/revoke", w.c1, granted.access));
  expect_inactive(w, w.c1, granted.access);
  expect_bearer_refusal(send(w, userinfo(granted.access)), 401, "invalid_token");
  expect_active(w, w.c1, other.access);
  EXPECT_EQ(send(w, refresh(w.c1, granted.refresh)).status, 200U);
}

void service_token_is_revoked(world& w) {
  const auto call = client_credentials(w.service);
  const auto first = tokens_in(send(w, call)).access;
  const auto second = tokens_in(send(w, call)).access;
  expect_revoked(w, question("/revoke", w.service, first));
  expect_inactive(w, w.service, first);
  expect_active(w, w.service, second);
  expect_active(w, w.api, second);
}

void token_in_the_query(world& w) {
  auto call = userinfo(w.log_in(w.c1).access);
  call.target += "?access_token=" + w.log_in(w.c1).access;
  call.drop_header("Authorization");
  expect_bearer_refusal(send(w, call), 401, "");
  call.target = "/userinfo";
  expect_bearer_refusal(send(w, call), 401, "");
}

void token_twice(world& w) {
  const auto token = w.log_in(w.c1).access;
  auto call = token_call{};
  call.target = "/userinfo";
  call.add("access_token", token);
  EXPECT_EQ(send(w, call).status, 200U);
  call.header("Authorization", "Bearer " + token);
  const auto got = send(w, call);
  EXPECT_EQ(got.status, 400U);
  EXPECT_EQ(text_of(parse_object(got.body), "error"), "invalid_request");
}

void userinfo_without_openid(world& w) {
  expect_bearer_refusal(send(w, userinfo(w.log_in(w.c1, {{"scope", "profile"}}).access)), 403,
                        "insufficient_scope");
  expect_bearer_refusal(send(w, userinfo(tokens_in(send(w, client_credentials(w.service))).access)),
                        403, "insufficient_scope");
}

/// ATK-02: a token for an API is none for userinfo, unless both were asked for.
void userinfo_of_another_audience(world& w) {
  const auto audience = text_of(read_jwt(w.log_in(w.c1).access).claims, "aud");
  expect_bearer_refusal(send(w, userinfo(w.log_in(w.c1, {{"resource", api_identifier}}).access)),
                        401, "invalid_token");
  const auto both = w.log_in(w.c1, {{"resource", {api_identifier, audience}}});
  EXPECT_EQ(send(w, userinfo(both.access)).status, 200U);
}

void claims_of_userinfo(world& w) {
  const auto granted = w.log_in(
      w.c1, {{"claims", {{"name", "Alice"}, {"email", "a@example.com"}, {"nickname", nullptr}}},
             {"claims_request", {{"id_token", {{"email", nullptr}}}}}});
  EXPECT_EQ(send(w, userinfo(granted.access)).body,
            R"({"sub":"alice","name":"Alice","email":"a@example.com"})");
  EXPECT_EQ(text_of(read_jwt(granted.id).claims, "email"), "a@example.com");
  EXPECT_FALSE(read_jwt(granted.id).claims.contains("name"));  // IDT-02
}

void other_tokens_at_userinfo(world& w) {
  const auto granted = w.log_in_offline(w.c1);
  for (const auto& text : {granted.id, granted.refresh, std::string{"x"}}) {
    expect_bearer_refusal(send(w, userinfo(text)), 401, "invalid_token");
  }
}

void documents_by_post(world& w) {
  for (const auto* path :
       {"/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}) {
    auto call = token_call{};
    call.target = path;
    EXPECT_EQ(send(w, call).status, 405U) << path;
  }
}

void keys_are_public(world& w) {
  auto call = userinfo("x");
  call.target = "/jwks";
  call.drop_header("Authorization");
  const auto set = parse_object(send(w, call).body);
  for (const auto& key : set.at("keys").as_array()) {
    EXPECT_NE(text_of(key.as_object(), "kty"), "oct");
    for (const auto* member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
      EXPECT_FALSE(key.as_object().contains(member)) << member;
    }
  }
}

/// After the 200 of the revocation no new token is usable, whenever its refresh was sent.
void revocation_races_refreshes(world& w) {
  for (auto round = 0; round < 20; ++round) {
    const auto granted = w.log_in_offline(w.c1);
    auto answers = std::vector<http_answer>{};
    auto refreshing = std::thread{[&] {
      for (auto i = 0; i < 10; ++i) answers.push_back(send(w, refresh(w.c1, granted.refresh)));
    }};
    expect_revoked(w, question("/revoke", w.c1, granted.refresh));
    refreshing.join();
    for (const auto& got : answers) {
      if (got.status == 200) expect_inactive(w, w.c1, tokens_in(got).access);
    }
    auto call = refresh(w.c1, granted.refresh);
    check_answer(send(w, call), call, invalid_grant);
  }
}

}  // namespace

std::vector<row> rows_of_questions() {
  return {
      refused_question("wrong_secret",
                       [](world& w, token_call& c) { c.basic(w.c1.id, "wrong-secret-marker"); }),
      refused_question("none", [](world&, token_call& c) { c.drop_header("Authorization"); }),
      refused_question("public_client",
                       [](world& w, token_call& c) {
                         c.drop_header("Authorization").add("client_id", w.open.id);
                       }),
      {"NEG-185", "unknown", unknown_tokens},
      {"NEG-185", "foreign", tokens_of_others},
      {"NEG-185", "members", members_of_an_active_token},
      {"NEG-185", "signed", signed_introspection},
      without_token("introspect", "/introspect"),
      without_token("revoke", "/revoke"),
      {"NEG-187", "", unknown_token_is_revoked},
      {"NEG-188", "", tokens_of_others_are_not_revoked},
      {"NEG-189", "", refresh_token_is_revoked},
      {"NEG-189", "access_token",
       [](world& w) {
         access_token_is_revoked(w, {{"scope", "openid offline_access"}});
       }},
      {"NEG-189", "service", service_token_is_revoked},
      {"NEG-190", "", token_in_the_query},
      {"NEG-191", "", token_twice},
      {"NEG-192", "", userinfo_without_openid},
      {"NEG-192", "another_audience", userinfo_of_another_audience},
      {"NEG-192", "claims", claims_of_userinfo},
      {"NEG-194", "", other_tokens_at_userinfo},
      {"NEG-196", "", documents_by_post},
      {"NEG-197", "", keys_are_public},
      {"NEG-211", "", revocation_races_refreshes},
  };
}

}  // namespace mintage::test
