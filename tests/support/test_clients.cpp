#include "tests/support/test_clients.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace mintage::test {

boost::json::object mint_body(const party& who) {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto out = boost::json::object{
      {"client_id", who.id},
      {"redirect_uri", who.redirect_uri},
      {"scope", "openid profile"},
      {"sub", "alice"},
      {"auth_time", std::chrono::duration_cast<std::chrono::seconds>(now).count()}};
  if (who.pkce) {
    out["code_challenge"] = std::string{challenge};
    out["code_challenge_method"] = "S256";
  }
  return out;
}

token_call redemption(const party& who, std::string_view code) {
  auto out = token_call{};
  out.add("grant_type", "authorization_code");
  out.add("code", code);
  out.add("redirect_uri", who.redirect_uri);
  identify(out, who);
  if (who.pkce) out.add("code_verifier", verifier);
  return out;
}

void identify(token_call& call, const party& who) {
  if (who.how == party::way::assertion) {
    call.add("client_assertion_type", assertion_type);
    call.add("client_assertion", make_assertion(*who.key, who.id));
    return;
  }
  if (who.how == party::way::basic) {
    call.basic(form_encode(who.id), form_encode(who.secret));
  } else {
    call.add("client_id", who.id);
  }
  if (who.how == party::way::post) call.add("client_secret", who.secret);
}

token_call refresh(const party& who, std::string_view refresh_token) {
  auto out = token_call{};
  out.add("grant_type", "refresh_token").add("refresh_token", refresh_token);
  identify(out, who);
  return out;
}

token_call client_credentials(const party& who) {
  auto out = token_call{};
  out.add("grant_type", "client_credentials");
  identify(out, who);
  return out;
}

token_call question(std::string_view endpoint, const party& who, std::string_view token) {
  auto out = token_call{};
  out.target = endpoint;
  out.add("token", token);
  identify(out, who);
  return out;
}

token_call userinfo(std::string_view access_token) {
  auto out = token_call{};
  out.method = "GET";
  out.target = "/userinfo";
  out.with_length = false;
  out.body = "";
  out.drop_header("Content-Type");
  out.header("Authorization", "Bearer " + std::string{access_token});
  return out;
}

tokens tokens_in(const http_answer& got) {
  const auto body = parse_object(got.body);
  return {text_of(body, "access_token"), text_of(body, "refresh_token"), text_of(body, "id_token"),
          text_of(body, "scope")};
}

boost::json::object client_metadata() {
  return {{"redirect_uris", {"https://client.example/cb"}},
          {"scope", "openid profile offline_access"},
          {"grant_types", {"authorization_code", "refresh_token"}},
          {"require_pkce", false}};
}

party make_party(admin_client& admin, const boost::json::object& with) {
  auto metadata = client_metadata();
  for (auto& member : with) metadata[member.key()] = member.value();
  auto made = admin.create(metadata);
  auto out = party{};
  out.id = text_of(made, "client_id");
  out.secret = text_of(made, "client_secret");
  if (out.secret.empty()) out.secret = text_of(metadata, "client_secret");
  auto method = text_of(metadata, "token_endpoint_auth_method");
  if (method == "client_secret_post") out.how = party::way::post;
  if (method == "none") {
    out.how = party::way::none;
    out.pkce = true;
  }
  return out;
}

party make_signing_party(admin_client& admin, std::shared_ptr<const client_key> key,
                         const boost::json::object& with) {
  auto metadata = boost::json::object{{"token_endpoint_auth_method", "private_key_jwt"}};
  if (key) metadata["jwks"] = key->jwks();
  for (auto& member : with) metadata[member.key()] = member.value();
  auto out = make_party(admin, metadata);
  out.how = party::way::assertion;
  out.key = std::move(key);
  return out;
}

stage::stage(const settings& overrides) : server{overrides}, admin{0, {}} {
  server.start();
  reconnect();
  c1 = make_party(admin);
}

stage::stage(const settings& overrides, party known)
    : server{overrides}, admin{0, {}}, c1{std::move(known)} {
  server.start();
  reconnect();
}

void stage::reconnect() {
  admin = admin_client{server.admin_port(), server.admin_token()};
}

std::string stage::mint(const party& who) {
  return admin.mint(mint_body(who));
}

tokens stage::log_in(const party& who, const boost::json::object& login) {
  auto body = mint_body(who);
  for (auto& member : login) body[member.key()] = member.value();
  const auto got = redeem(who, admin.mint(body));
  if (got.status != 200) throw std::runtime_error{got.octets};
  return tokens_in(got);
}

tokens stage::log_in_offline(const party& who) {
  return log_in(who, {{"scope", "openid profile offline_access"}});
}

boost::json::object stage::introspect(const party& who, std::string_view token) const {
  const auto got = question("/introspect", who, token).send_to(server.port());
  if (got.status != 200) throw std::runtime_error{got.octets};
  return parse_object(got.body);
}

http_answer stage::redeem(const party& who, std::string_view code) const {
  return redemption(who, code).send_to(server.port());
}

void stage::expect_live(const party& who, std::string_view code) const {
  auto got = redeem(who, code);
  EXPECT_EQ(got.status, 200U) << "the code should be live: " << got.octets;
}

void stage::expect_dead(const party& who, std::string_view code) const {
  check_answer(redeem(who, code), redemption(who, code), invalid_grant);
}

}  // namespace mintage::test
