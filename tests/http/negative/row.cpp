#include "tests/http/negative/row.hpp"

#include <gtest/gtest.h>

namespace mintage::test {

namespace {

/// A secret that is invalid as form encoding; a browser's form would have to encode it.
constexpr auto imported_secret = "a+b%c-long-enough";

boost::json::object imported(std::string_view id, bool compat) {
  return {{"client_id", std::string{id}},
          {"client_secret", imported_secret},
          {"basic_raw_compat", compat}};
}

}  // namespace

dpop_key& key() {
  static auto made = dpop_key{};
  return made;
}

world::world() {
  c1_pkce = c1;
  c1_pkce.pkce = true;
  c2 = make_party(admin);
  post = make_party(admin, {{"token_endpoint_auth_method", "client_secret_post"}});
  strict = make_party(admin, {{"strict_auth_method", true}});
  open = make_party(admin, {{"token_endpoint_auth_method", "none"}, {"require_pkce", true}});
  loopback = make_party(admin, {{"redirect_uris", {"http://127.0.0.1:8080/cb"}}});
  loopback.redirect_uri = "http://127.0.0.1:8080/cb";
  raw = make_party(admin, imported("raw-compat-client", true));
  raw_off = make_party(admin, imported("raw-strict-client", false));
  no_code_grant = make_party(admin, {{"grant_types", {"refresh_token"}}});
  service = make_party(admin, {{"grant_types", {"client_credentials"}},
                               {"scope", "openid read"},
                               {"redirect_uris", boost::json::array{}}});
  api = make_party(admin);
  browser = make_party(admin, {{"token_endpoint_auth_method", "none"},
                               {"require_pkce", true},
                               {"redirect_uris", {"https://app.example/cb"}}});
  browser.redirect_uri = "https://app.example/cb";
  const auto new_key = [] { return std::make_shared<client_key>(crypto::jws_alg::es256); };
  signer = make_signing_party(admin, new_key());
  signer_2 = make_signing_party(admin, new_key());
  lenient_signer = make_signing_party(admin, new_key(), {{"assertion_aud_mode", "compat"}});
  for (const auto& [identifier, scope] :
       {std::pair{api_identifier, "read"}, std::pair{other_identifier, "other"}}) {
    const auto resource = boost::json::object{{"identifier", std::string{identifier}},
                                              {"scopes", {scope}},
                                              {"resource_servers", {api.id}}};
    const auto got = admin.call("POST", "/admin/resources", boost::json::serialize(resource));
    EXPECT_EQ(got.status, 200U) << got.octets;
  }
  admin.change(c1.id, {{"allowed_resources", {api_identifier, other_identifier}}});
}

row bent(std::string id, std::string variant, const expected& want, after state,
         std::function<void(world&, token_call&)> bend, party_of who) {
  auto run = [=](world& w) {
    auto code = w.mint(w.*who);
    auto call = redemption(w.*who, code);
    call.markers.push_back(code);
    bend(w, call);
    auto wire = connection{w.server.port()};
    wire.send(call.render());
    check_answer(wire.receive(call.method == "HEAD"), call, want);
    EXPECT_TRUE(!want.closes || wire.ends()) << "the connection should be closed";
    if (state == after::live) w.expect_live(w.*who, code);
    if (state == after::dead) w.expect_dead(w.*who, code);
  };
  return {std::move(id), std::move(variant), std::move(run)};
}

}  // namespace mintage::test
