// Clients, keys and probes of the admin interface, and who may call them.
#include "tests/http/admin/fixture.hpp"

namespace mintage::test {

namespace {

namespace json = boost::json;

struct clients : admin_interface {};
struct admin_tokens : admin_interface {};

TEST_F(admin_tokens, missing_and_wrong_ones_are_401_with_a_challenge) {
  for (auto* token : {"", "x", "mad_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    auto caller = with_token(token);
    for (auto* path : {"/admin/clients", "/admin/keys", "/admin/codes"}) {
      auto got = caller.call(path == std::string_view{"/admin/codes"} ? "POST" : "GET", path);
      expect_refused(got, 401);
      EXPECT_TRUE(got.field("WWW-Authenticate").starts_with("Bearer")) << got.octets;
    }
  }
}

TEST_F(admin_tokens, the_minters_token_mints_and_does_nothing_else) {
  auto minter = with_token(stage_->server.mint_token());
  EXPECT_NE(minter.mint(mint_body(stage_->c1)), "");
  EXPECT_EQ(minter.mint_many(mint_body(stage_->c1), 3).size(), 3U);
  expect_refused(minter.call("GET", "/admin/clients"), 403);
  expect_refused(minter.call("POST", "/admin/clients", json::serialize(client_metadata())), 403);
  expect_refused(minter.call("GET", "/admin/clients/" + stage_->c1.id), 403);
  expect_refused(minter.call("PATCH", "/admin/clients/" + stage_->c1.id, "{}"), 403);
  expect_refused(minter.call("DELETE", "/admin/clients/" + stage_->c1.id), 403);
  expect_refused(minter.call("GET", "/admin/keys"), 403);
}

TEST_F(admin_tokens, are_two_files_that_only_the_owner_may_read) {
  EXPECT_NE(stage_->server.admin_token(), stage_->server.mint_token());
  for (auto* name : {"admin.token", "mint.token", "mintage.seal"}) {
    auto found = std::filesystem::status(stage_->server.file(name)).permissions();
    EXPECT_EQ(found, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
  for (auto* name : {"admin.token", "mint.token"}) {
    auto text = read_file(stage_->server.file(name));
    EXPECT_TRUE(text.starts_with("mad_") && text.size() == 48 && text.ends_with('\n'));
  }
}

TEST_F(admin_tokens, are_not_needed_for_probes) {
  auto nobody = with_token("");
  for (auto* path : {"/livez", "/readyz"}) {
    EXPECT_EQ(nobody.call("GET", path).status, 200U) << path;
    EXPECT_EQ(nobody.call("HEAD", path).status, 200U) << path;
    EXPECT_EQ(nobody.call("POST", path).status, 405U) << path;
  }
}

TEST_F(clients, a_generated_secret_is_shown_once) {
  auto made = admin().create(client_metadata());
  auto id = text_of(made, "client_id");
  auto secret = text_of(made, "client_secret");
  EXPECT_TRUE(secret.starts_with("mcs_") && secret.size() == 47) << secret.size();
  EXPECT_EQ(made.at("client_secret_expires_at"), 0);
  auto shown = admin().call("GET", "/admin/clients/" + id);
  EXPECT_EQ(shown.status, 200U);
  auto listed = admin().call("GET", "/admin/clients");
  EXPECT_EQ(listed.status, 200U);
  for (auto* got : {&shown, &listed}) {
    EXPECT_NE(got->body.find(id), std::string::npos);
    EXPECT_EQ(got->body.find("client_secret\""), std::string::npos);
    EXPECT_EQ(got->body.find(secret), std::string::npos);
    EXPECT_EQ(got->body.find("hash"), std::string::npos);
  }
  EXPECT_EQ(stage_->server.log().find(secret), std::string::npos);
}

TEST_F(clients, defaults_are_those_of_the_registration_specs_with_pkce) {
  auto made = admin().create({{"redirect_uris", {"https://client.example/cb"}}});
  EXPECT_EQ(text_of(made, "token_endpoint_auth_method"), "client_secret_basic");
  EXPECT_EQ(made.at("grant_types"), json::array({"authorization_code"}));
  EXPECT_EQ(text_of(made, "scope"), "openid");
  EXPECT_EQ(text_of(made, "id_token_signed_response_alg"), "RS256");
  EXPECT_EQ(text_of(made, "status"), "active");
  EXPECT_EQ(made.at("require_pkce"), true);
  EXPECT_EQ(text_of(made, "rt_mode"), "static");
  EXPECT_GT(made.at("client_id_issued_at").as_int64(), 1700000000);
}

TEST_F(clients, an_imported_one_keeps_id_and_secret_and_the_secret_is_never_shown) {
  auto who = make_party(admin(), {{"client_id", "imported"}, {"client_secret", "chosen secret"}});
  EXPECT_EQ(who.id, "imported");
  auto shown = admin().call("GET", "/admin/clients/imported");
  EXPECT_EQ(shown.body.find("chosen secret"), std::string::npos);
  EXPECT_EQ(shown.body.find("argon2"), std::string::npos);
  stage_->expect_live(who, stage_->mint(who));
  stage_->expect_live(who, stage_->mint(who));  // from here on cached as proven (CAU-12)
  auto again = client_metadata();
  again["client_id"] = "imported";
  again["client_secret"] = "another secret";
  expect_refused(admin().call("POST", "/admin/clients", json::serialize(again)), 409);
  stage_->expect_live(who, stage_->mint(who));
}

TEST_F(clients, a_change_holds_for_the_next_request) {
  auto who = make_party(admin());
  auto code = stage_->mint(who);
  admin().change(who.id, {{"status", "suspended"}});
  EXPECT_EQ(stage_->redeem(who, code).status, 401U);
  admin().change(who.id, {{"status", "active"}, {"client_name", "Renamed"}});
  stage_->expect_live(who, code);
  auto shown = parse_object(admin().call("GET", "/admin/clients/" + who.id).body);
  EXPECT_EQ(text_of(shown, "client_name"), "Renamed");
  EXPECT_EQ(text_of(shown, "scope"), "openid profile offline_access") << "unsent members stay";
}

TEST_F(clients, a_suspended_one_gets_no_codes) {
  auto who = make_party(admin());
  admin().change(who.id, {{"status", "suspended"}});
  auto got = admin().call("POST", "/admin/codes", json::serialize(mint_body(who)));
  EXPECT_EQ(got.status, 400U) << got.octets;
}

TEST_F(clients, a_removed_one_is_gone_and_its_codes_stay_dead_when_its_id_returns) {
  auto metadata = json::object{{"client_id", "comes-back"}, {"client_secret", "chosen secret"}};
  auto who = make_party(admin(), metadata);
  auto code = stage_->mint(who);
  admin().remove(who.id);
  expect_refused(admin().call("GET", "/admin/clients/comes-back"), 404);
  expect_refused(admin().call("DELETE", "/admin/clients/comes-back"), 404);
  EXPECT_EQ(stage_->redeem(who, code).status, 401U);
  who = make_party(admin(), metadata);
  stage_->expect_dead(who, code);
  stage_->expect_live(who, stage_->mint(who));
}

TEST_F(clients, unknown_ids_paths_and_methods) {
  expect_refused(admin().call("GET", "/admin/clients/nobody"), 404);
  expect_refused(admin().call("PATCH", "/admin/clients/nobody", "{}"), 404);
  expect_refused(admin().call("GET", "/admin/nothing"), 404);
  expect_refused(admin().call("GET", "/token"), 404);
  auto got = admin().call("PUT", "/admin/clients", "{}");
  expect_refused(got, 405);
  EXPECT_EQ(got.field("Allow"), "GET, POST");
}

TEST_F(clients, every_wrong_member_is_named) {
  struct {
    const char* member;
    json::value value;
    const char* named;
  } const rows[] = {
      {"redirect_uris", json::array{"/relative"}, "redirect_uris"},
      {"redirect_uris", json::array{"https://ok.example/", "https://a.example/#f"},
       "redirect_uris[1]"},
      {"redirect_uris", json::array{"http://elsewhere.example/"}, "redirect_uris"},
      {"redirect_uris", json::array{"javascript:alert(1)"}, "redirect_uris"},
      {"redirect_uris", json::array{}, "redirect_uris"},
      {"redirect_uris", "https://not-a-list.example/", "redirect_uris"},
      {"grant_types", json::array{"password"}, "grant_types"},
      {"response_types", json::array{"token"}, "response_types"},
      {"scope", "a\ttab", "scope"},
      {"scope", 7, "scope"},
      {"token_endpoint_auth_method", "private_key", "token_endpoint_auth_method"},
      {"token_endpoint_auth_method", "private_key_jwt", "jwks"},
      {"id_token_signed_response_alg", "none", "id_token_signed_response_alg"},
      {"status", "asleep", "status"},
      {"rt_mode", "sometimes", "rt_mode"},
      {"require_pkce", "yes", "require_pkce"},
      {"client_id", "has space", "client_id"},
      {"client_id", "no-secret-given", "client_secret"},
      {"client_secret", "no-id-given", "client_id"},
      {"client_secret_expires_at", -1, "client_secret_expires_at"},
      {"unheard_of", 1, "unheard_of"},
  };
  for (auto& row : rows) {
    auto metadata = client_metadata();
    metadata[row.member] = row.value;
    auto got = admin().call("POST", "/admin/clients", json::serialize(metadata));
    SCOPED_TRACE(row.member + json::serialize(row.value));
    expect_refused(got, 400, row.named);
  }
}

TEST_F(clients, a_public_one_has_neither_secret_nor_a_way_around_pkce) {
  auto metadata = client_metadata();
  metadata["token_endpoint_auth_method"] = "none";
  expect_refused(admin().call("POST", "/admin/clients", json::serialize(metadata)), 400,
                 "require_pkce");
  metadata["require_pkce"] = true;
  metadata["client_id"] = "public-with-secret";
  metadata["client_secret"] = "chosen secret";
  expect_refused(admin().call("POST", "/admin/clients", json::serialize(metadata)), 400,
                 "client_secret");
  metadata.erase("client_secret");
  EXPECT_FALSE(admin().create(metadata).contains("client_secret"));
}

TEST_F(clients, bodies_that_are_not_one_json_object_are_refused) {
  for (auto* body : {"[]", "{", "{} {}", "null", "\"x\"", R"({"scope":"a","scope":"b"})"}) {
    expect_refused(admin().call("POST", "/admin/clients", body), 400);
  }
}

TEST_F(clients, what_identifies_one_cannot_be_changed) {
  for (auto* body : {R"({"client_id":"other"})", R"({"client_secret":"another secret"})",
                     R"({"token_endpoint_auth_method":"none"})"}) {
    auto got = admin().call("PATCH", "/admin/clients/" + stage_->c1.id, body);
    EXPECT_EQ(got.status, 400U) << body << got.octets;
  }
}

TEST_F(admin_interface, keys_are_listed_with_their_states_and_without_private_parts) {
  auto got = admin().call("GET", "/admin/keys");
  ASSERT_EQ(got.status, 200U);
  auto keys = parse_object(got.body).at("keys").as_array();
  EXPECT_EQ(keys.size(), 2U);
  for (auto& each : keys) {
    auto& key = each.as_object();
    EXPECT_EQ(text_of(key, "state"), "active");
    EXPECT_EQ(text_of(key, "kid").size(), 43U);
    for (auto* secret : {"d", "p", "q", "k", "sealed", "der"}) {
      EXPECT_FALSE(key.contains(secret)) << secret;
    }
  }
}

// CAU-03: secrets of other servers may be short or not ASCII.
TEST_F(clients, with_short_and_foreign_secrets_log_in_in_every_way) {
  struct row {
    std::string secret;
    const char* hash;
  };
  auto number = 0;
  for (const auto& r : std::initializer_list<row>{
           {"x", "$2b$04$abcdefghijklmnopqrstuuPp7HPfoAs8I2dCQCQ/fW7zEJv8I8C8e"},
           {"p\xc3\xa4ss w+rt%", "$2b$04$abcdefghijklmnopqrstuuKmQ/3vKgGTMRAaX2YQuy49l8J5kJODO"},
           {"\xe2\x82\xac", "$2b$04$abcdefghijklmnopqrstuuG3O9V/1GC5sg0Xz64YjaNnEnyw7ZKO."}}) {
    for (const auto& [member, value] :
         {std::pair{"client_secret", r.secret}, {"client_secret_hash", std::string{r.hash}}}) {
      const auto id = "foreign-" + std::to_string(++number);
      const auto who = make_party(admin(), {{"client_id", id}, {member, value}});
      const auto log_in = [&](auto present) {
        auto call = redemption(who, stage_->mint(who)).drop_header("Authorization");
        present(call);
        return call.send_to(stage_->server.port()).status;
      };
      SCOPED_TRACE(r.secret + " as " + member);
      EXPECT_EQ(log_in([&](auto& c) { c.basic(id, r.secret); }), 200U) << "raw";
      EXPECT_EQ(log_in([&](auto& c) { c.basic(id, form_encode(r.secret)); }), 200U) << "encoded";
      EXPECT_EQ(log_in([&](auto& c) { c.set("client_id", id).set("client_secret", r.secret); }),
                200U)
          << "in the body";
      EXPECT_EQ(log_in([&](auto& c) { c.basic(id, r.secret + "x"); }), 401U);
    }
  }
}

}  // namespace

}  // namespace mintage::test
