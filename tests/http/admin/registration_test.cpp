// Clients that register and manage themselves. (DCR-01 to DCR-08, MCP-10, MCP-11, NEG-259)
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "tests/support/eventually.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {
namespace {

namespace json = boost::json;

constexpr auto well_known = "/.well-known/openid-configuration";

/// A server that is open to registrations.
class registration : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    stage_ = std::make_unique<stage>(
        settings{{"registration.mode", R"("open")"}, {"registration.per_source_per_hour", "0"}});
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(stage_->server.stop(), 0);
    stage_.reset();
  }
  static http_answer ask(std::string_view method, std::string_view path,
                         std::string_view token = {}, const json::object& body = {},
                         std::string_view more = {}) {
    const auto text = body.empty() ? std::string{} : json::serialize(body);
    auto wire = connection{stage_->server.port()};
    auto request = std::string{method}.append(" ").append(path).append(" HTTP/1.1\r\nHost: x\r\n");
    if (!token.empty()) request.append("Authorization: Bearer ").append(token).append("\r\n");
    if (!text.empty())
      request +=
          "Content-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) +
          "\r\n";
    wire.send(request.append(more).append("\r\n").append(text));
    return wire.receive();
  }
  static json::object metadata(std::string_view uri = "https://client.example/cb") {
    return {{"redirect_uris", json::array{uri}}, {"client_name", "An agent"}};
  }
  static json::object native(std::string_view uri = "http://127.0.0.1/cb") {
    auto m = metadata(uri);
    m["application_type"] = "native";
    m["token_endpoint_auth_method"] = "none";
    return m;
  }
  static json::object join(const json::object& m, std::string_view token = {}) {
    const auto got = ask("POST", "/register", token, m);
    EXPECT_EQ(got.status, 201U) << got.octets;
    EXPECT_EQ(got.field("Cache-Control"), "no-store");
    EXPECT_EQ(got.field("Content-Type"), "application/json");
    return parse_object(got.body);
  }
  /// The path of the client in `registration_client_uri`.
  static std::string path_of(const json::object& client) {
    const auto uri = text_of(client, "registration_client_uri");
    EXPECT_TRUE(uri.starts_with(std::string{issuer} + "/register/")) << uri;
    return uri.substr(issuer.size());
  }
  static void expect_refused(const http_answer& got, unsigned status, std::string_view error) {
    EXPECT_EQ(got.status, status) << got.octets;
    EXPECT_EQ(text_of(parse_object(got.body), "error"), error) << got.body;
    EXPECT_EQ(got.field("Cache-Control"), "no-store");
  }
  static party as_party(const json::object& client) {
    return {.id = text_of(client, "client_id"),
            .secret = text_of(client, "client_secret"),
            .redirect_uri = text_of(client, "redirect_uris", 0),
            .how = party::way::none,
            .pkce = true};
  }
  static std::string text_of(const json::object& object, std::string_view name) {
    return test::text_of(object, name);
  }
  static std::string text_of(const json::object& object, std::string_view name, std::size_t i) {
    return std::string{object.at(name).as_array().at(i).as_string()};
  }

  static inline std::unique_ptr<stage> stage_;
};

// Anybody may have it stored.
TEST_F(registration, of_a_client_has_16_KiB_at_most) {
  auto long_one = metadata();
  long_one["client_uri"] = "https://client.example/" + std::string(17'000, 'x');
  EXPECT_EQ(ask("POST", "/register", {}, long_one).status, 413U);
}

TEST_F(registration, DCR_02_answers_with_what_is_registered) {
  auto m = metadata();
  m["tos_uri"] = "https://client.example/tos";  // not supported: not echoed
  m["scope"] = "openid email admin";
  m["grant_types"] = json::array{"authorization_code", "refresh_token", "implicit"};
  m["software_id"] = "agent";
  const auto made = join(m);
  EXPECT_EQ(text_of(made, "client_name"), "An agent");
  EXPECT_EQ(text_of(made, "scope"), "openid email");
  EXPECT_EQ(text_of(made, "application_type"), "web");
  EXPECT_EQ(text_of(made, "token_endpoint_auth_method"), "client_secret_basic");
  EXPECT_EQ(text_of(made, "software_id"), "agent");
  EXPECT_EQ(made.at("grant_types").as_array().size(), 2U);
  EXPECT_EQ(made.at("response_types"), (json::value{"code"}));
  EXPECT_TRUE(made.at("client_id_issued_at").is_int64());
  EXPECT_EQ(made.at("client_secret_expires_at").to_number<int>(), 0);
  EXPECT_TRUE(text_of(made, "client_secret").starts_with("mcs_"));
  EXPECT_TRUE(text_of(made, "registration_access_token").starts_with("mrg_"));
  for (const auto* other : {"tos_uri", "rt_mode", "status", "secrets", "registration", "jwks"})
    EXPECT_FALSE(made.contains(other)) << other;
  const auto open = join(native());
  EXPECT_FALSE(open.contains("client_secret"));
  EXPECT_FALSE(open.contains("client_secret_expires_at"));
}

TEST_F(registration, DCR_07_serves_a_client_that_registered_itself_and_notes_its_use) {
  const auto made = join(native());
  const auto got = stage_->redeem(as_party(made), stage_->mint(as_party(made)));
  EXPECT_EQ(got.status, 200U) << got.octets;
  // The registry hears of it beside the answer.
  const auto path = "/admin/clients/" + text_of(made, "client_id");
  eventually([&] {
    const auto shown = parse_object(stage_->admin.call("GET", path).body);
    return shown.at("registration").at("last_used_at").to_number<std::int64_t>() != 0;
  });
}

TEST_F(registration, DCR_06_lets_a_client_manage_itself) {
  const auto made = join(metadata());
  const auto path = path_of(made);
  const auto token = text_of(made, "registration_access_token");
  auto got = ask("GET", path, token);
  ASSERT_EQ(got.status, 200U) << got.octets;
  auto seen = parse_object(got.body);
  EXPECT_EQ(text_of(seen, "registration_access_token"), token);
  EXPECT_FALSE(seen.contains("client_secret"));

  auto changed = metadata("https://client.example/new");
  changed["client_id"] = text_of(made, "client_id");
  changed["client_secret"] = text_of(made, "client_secret");
  got = ask("PUT", path, token, changed);
  ASSERT_EQ(got.status, 200U) << got.octets;
  seen = parse_object(got.body);
  EXPECT_EQ(text_of(seen, "redirect_uris", 0), "https://client.example/new");
  EXPECT_EQ(text_of(seen, "client_secret"), text_of(made, "client_secret"));
  const auto next = text_of(seen, "registration_access_token");
  EXPECT_NE(next, token);
  expect_refused(ask("GET", path, token), 401, "invalid_token");
  got = ask("DELETE", path, next);
  EXPECT_EQ(got.status, 204U);
  EXPECT_EQ(got.body, "");
  got = ask("GET", path, next);
  expect_refused(got, 401, "invalid_token");
  EXPECT_EQ(got.field("WWW-Authenticate"),
            "Bearer realm=\"" + std::string{issuer} + "\", error=\"invalid_token\"");
}

TEST_F(registration, DCR_06_ends_the_grants_of_a_client_that_leaves) {
  auto m = native();
  m["grant_types"] = json::array{"authorization_code", "refresh_token"};
  const auto made = join(m);
  const auto who = as_party(made);
  const auto got = stage_->log_in_offline(who);
  ASSERT_NE(got.refresh, "");
  const auto code = stage_->mint(who);
  EXPECT_EQ(ask("DELETE", path_of(made), text_of(made, "registration_access_token")).status, 204U);
  EXPECT_EQ(refresh(who, got.refresh).send_to(stage_->server.port()).status, 400U);
  EXPECT_EQ(stage_->redeem(who, code).status, 400U);
}

TEST_F(registration, NEG_259_refuses_redirect_uris) {
  for (const auto* uri : {"http://client.example/cb", "https://client.example/cb#x",
                          "javascript:alert(1)", "http://localhost/cb", "com.example.app:/cb"})
    expect_refused(ask("POST", "/register", {}, metadata(uri)), 400, "invalid_redirect_uri");
  expect_refused(ask("POST", "/register", {}, native("javascript:alert(1)")), 400,
                 "invalid_redirect_uri");
}

TEST_F(registration, NEG_259_refuses_the_token_of_another_and_a_wrong_secret) {
  const auto one = join(metadata());
  const auto two = join(metadata());
  const auto token = text_of(one, "registration_access_token");
  for (const auto* method : {"GET", "DELETE"})
    expect_refused(ask(method, path_of(two), token), 401, "invalid_token");
  auto m = metadata();
  m["client_id"] = text_of(one, "client_id");
  m["client_secret"] = "mcs_another_secret_than_its_own";
  expect_refused(ask("PUT", path_of(one), token, m), 400, "invalid_client_metadata");
  m.erase("client_secret");
  m["registration_client_uri"] = text_of(one, "registration_client_uri");
  expect_refused(ask("PUT", path_of(one), token, m), 400, "invalid_client_metadata");
  m.erase("registration_client_uri");
  EXPECT_EQ(ask("PUT", path_of(one), token, m).status, 200U);
}

TEST_F(registration, DCR_04_refuses_what_is_no_registration) {
  expect_refused(ask("POST", "/register", {}, {{"redirect_uris", "https://client.example/cb"}}),
                 400, "invalid_client_metadata");
  expect_refused(ask("POST", "/register"), 400, "invalid_client_metadata");
  auto m = metadata();
  m["software_statement"] = "e30.e30.";
  expect_refused(ask("POST", "/register", {}, m), 400, "unapproved_software_statement");
  const auto got = ask("POST", "/register", "mit_wrong", metadata());
  expect_refused(got, 401, "invalid_token");
  EXPECT_EQ(ask("GET", "/register").status, 405U);
  EXPECT_EQ(ask("POST", "/register/x").status, 405U);
  EXPECT_EQ(ask("GET", "/register/x/y").status, 404U);
  EXPECT_EQ(ask("GET", "/register/").status, 404U);
  // `mintage explain` knows why (TOK-21).
  const auto known =
      stage_->admin.call("GET", "/admin/refusals/" + std::string{got.field("X-Request-Id")});
  EXPECT_EQ(text_of(parse_object(known.body), "rule"), "DCR-01") << known.body;
}

TEST_F(registration, lets_pages_of_any_origin_register) {
  const auto origin = "Origin: https://inspector.example\r\n";
  const auto got = ask("POST", "/register", {}, native(), origin);
  EXPECT_EQ(got.status, 201U);
  EXPECT_EQ(got.field("Access-Control-Allow-Origin"), "*");
  const auto preflight = ask("OPTIONS", "/register", {}, {},
                             std::string{origin} +
                                 "Access-Control-Request-Method: POST\r\n"
                                 "Access-Control-Request-Headers: content-type\r\n");
  EXPECT_EQ(preflight.status, 204U);
  EXPECT_EQ(preflight.field("Access-Control-Allow-Methods"), "POST");
}

TEST_F(registration, DCR_01_takes_initial_tokens_of_the_operator) {
  auto got = stage_->admin.call("POST", "/admin/registration_tokens",
                                R"({"name":"shop","limit":1,"scope":"openid orders",)"
                                R"("grant_types":["client_credentials"]})");
  ASSERT_EQ(got.status, 201U) << got.body;
  const auto made = parse_object(got.body);
  const auto token = text_of(made, "token");
  EXPECT_TRUE(token.starts_with("mit_"));
  auto m = json::object{{"grant_types", json::array{"client_credentials"}}};
  const auto client = join(m, token);
  EXPECT_EQ(text_of(client, "scope"), "openid orders");
  expect_refused(ask("POST", "/register", token, m), 401, "invalid_token");
  got = stage_->admin.call("GET", "/admin/registration_tokens");
  EXPECT_EQ(got.body.find(token), std::string::npos);
  EXPECT_NE(got.body.find(R"("used":1)"), std::string::npos) << got.body;
  const auto path = "/admin/registration_tokens/" + text_of(made, "id");
  EXPECT_EQ(stage_->admin.call("DELETE", path).status, 204U);
  EXPECT_EQ(stage_->admin.call("DELETE", path).status, 404U);
  EXPECT_EQ(ask("GET", path_of(client), text_of(client, "registration_access_token")).status, 200U);
}

/// Restarts the server of the suite; the last of its tests.
TEST_F(registration, MCP_10_announces_the_endpoint_only_where_everybody_can_use_it) {
  const auto is_announced = [] {
    return parse_object(ask("GET", well_known).body).contains("registration_endpoint");
  };
  EXPECT_TRUE(is_announced());
  const auto restart = [](const settings& changes) {
    EXPECT_EQ(stage_->server.stop(), 0);
    stage_->server.configure(changes);
    stage_->server.start();
    stage_->reconnect();
  };
  const auto made = join(metadata());
  restart({{"registration.mode", R"("token")"}});
  EXPECT_FALSE(is_announced());
  auto got = ask("POST", "/register", {}, metadata());
  expect_refused(got, 401, "invalid_token");
  EXPECT_EQ(got.field("WWW-Authenticate"), "Bearer realm=\"" + std::string{issuer} + '"');
  EXPECT_EQ(ask("GET", path_of(made), text_of(made, "registration_access_token")).status, 200U);
  restart({{"registration.mode", R"("token")"}, {"registration.announce", "true"}});
  EXPECT_TRUE(is_announced());
  restart({{"registration.mode", R"("off")"}});
  EXPECT_FALSE(is_announced());
  EXPECT_EQ(ask("POST", "/register", {}, metadata()).status, 404U);
  EXPECT_EQ(ask("GET", path_of(made)).status, 404U);
}

}  // namespace
}  // namespace mintage::test
