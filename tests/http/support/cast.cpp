#include "tests/http/support/cast.hpp"

#include <gtest/gtest.h>

#include <chrono>

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
  if (who.how == party::way::basic) {
    out.basic(form_encode(who.id), form_encode(who.secret));
  } else {
    out.add("client_id", who.id);
  }
  if (who.how == party::way::post) out.add("client_secret", who.secret);
  if (who.pkce) out.add("code_verifier", verifier);
  return out;
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

stage::stage(const settings& overrides) : server{overrides}, admin{0, {}} {
  server.start();
  reconnect();
  c1 = make_party(admin);
}

void stage::reconnect() {
  admin = admin_client{server.admin_port(), server.admin_token()};
}

std::string stage::mint(const party& who) {
  return admin.mint(mint_body(who));
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
