// A config that is read again: what changes at once, what needs a restart, and that nobody notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/eventually.hpp"
#include "tests/support/test_clients.hpp"

namespace mintage::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

constexpr auto discovery = "/.well-known/openid-configuration";

/// One server, whose settings each test changes as it needs them.
class reload : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    stage_ = std::make_unique<stage>(
        settings{{"authorization.login_url", toml_string("https://login.example.com/")},
                 {"http.io_threads", "2"}});
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(stage_->server.stop(), 0);
    stage_.reset();
  }

  static http_answer ask() {
    return admin_client{stage_->server.admin_port(), stage_->server.admin_token()}.call(
        "POST", "/admin/reload");
  }
  /// Writes the config with these changes, and has it read. @returns what the server says.
  static json::object change(const settings& changes) {
    stage_->server.configure(changes);
    const auto got = ask();
    EXPECT_EQ(got.status, 200U) << got.octets;
    return parse_object(got.body);
  }
  static ended run_reload() {
    return run_program({"reload", "--admin",
                        "http://127.0.0.1:" + std::to_string(stage_->server.admin_port()),
                        "--token-file", stage_->server.file("admin.token").string()});
  }
  static std::vector<std::string> keys_in(const json::object& told, std::string_view list) {
    auto keys = std::vector<std::string>{};
    for (const auto& c : told.at(list).as_array()) keys.emplace_back(c.at("key").as_string());
    return keys;
  }
  static http_answer get(std::string_view target, connection& wire) {
    wire.send("GET " + std::string{target} + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return wire.receive();
  }
  static http_answer get(std::string_view target) {
    auto wire = connection{stage_->server.port()};
    return get(target, wire);
  }
  static std::int64_t life_of_a_token() {
    const auto got = stage_->redeem(stage_->c1, stage_->mint(stage_->c1));
    EXPECT_EQ(got.status, 200U) << got.octets;
    return parse_object(got.body).at("expires_in").to_number<std::int64_t>();
  }

  static inline std::unique_ptr<stage> stage_;
};

TEST_F(reload, tells_what_changed_and_what_needs_a_restart) {
  auto told = change({{"tokens.access_ttl", toml_string("20m")}, {"http.io_threads", "1"}});
  EXPECT_THAT(keys_in(told, "changed"), testing::ElementsAre("tokens.access_ttl"));
  EXPECT_EQ(text_of(told.at("changed").at(0).as_object(), "from"), "\"10m\"");
  EXPECT_EQ(text_of(told.at("changed").at(0).as_object(), "to"), "\"20m\"");
  EXPECT_THAT(keys_in(told, "needs_restart"), testing::ElementsAre("http.io_threads"));
  EXPECT_GT(told.at("unchanged").to_number<int>(), 90);
  for (auto i = 0; i < 4; ++i) EXPECT_EQ(life_of_a_token(), 1200) << "on each I/O thread";
  EXPECT_THAT(stage_->server.log(), HasSubstr("setting changed key=\"tokens.access_ttl\""));
  EXPECT_THAT(stage_->server.log(), HasSubstr("setting needs a restart key=\"http.io_threads\""));

  told = change({});
  EXPECT_THAT(keys_in(told, "changed"), testing::IsEmpty());
  EXPECT_THAT(keys_in(told, "needs_restart"), testing::ElementsAre("http.io_threads"));
  told = change({{"tokens.access_ttl", toml_string("10m")}, {"http.io_threads", "2"}});
  EXPECT_THAT(keys_in(told, "needs_restart"), testing::IsEmpty());
  EXPECT_EQ(life_of_a_token(), 600);
}

TEST_F(reload, changes_nothing_by_a_file_with_a_mistake) {
  const auto file = stage_->server.config_file();
  stage_->server.configure(
      {{"tokens.access_ttl", toml_string("30m")}, {"tokens.code_ttl", toml_string("1h")}});
  const auto got = ask();
  EXPECT_EQ(got.status, 409U);
  const auto why = text_of(parse_object(got.body), "error_description");
  EXPECT_THAT(why, testing::MatchesRegex(file.string() + ":[0-9]+: tokens.code_ttl: must be .*"));
  EXPECT_EQ(life_of_a_token(), 600);
  EXPECT_THAT(stage_->server.log(), HasSubstr("config not reloaded, the settings stay"));
  const auto told = run_reload();
  EXPECT_EQ(told.code, 1);
  EXPECT_THAT(told.err, HasSubstr("tokens.code_ttl"));

  const auto whole = read_file(file);
  write_file(file, "this is no TOML");
  EXPECT_EQ(ask().status, 409U);
  std::filesystem::remove(file);
  EXPECT_EQ(ask().status, 409U);
  write_file(file, whole);
  change({{"tokens.access_ttl", toml_string("10m")}, {"tokens.code_ttl", toml_string("1m")}});
}

TEST_F(reload, prints_the_difference_to_people) {
  stage_->server.configure({{"tokens.id_ttl", toml_string("7m")}, {"pools.hasher.size", "2"}});
  const auto done = run_reload();
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, testing::ContainsRegex("changed +tokens.id_ttl +\"10m\" -> \"7m\""));
  EXPECT_THAT(done.out, testing::ContainsRegex("needs restart +pools.hasher.size +1 -> 2"));
  EXPECT_THAT(done.out, testing::ContainsRegex("unchanged +[0-9]+"));
  change({{"pools.hasher.size", "1"}});
}

TEST_F(reload, is_done_on_SIGHUP_too) {
  stage_->server.configure({{"tokens.access_ttl", toml_string("11m")}});
  stage_->server.hang_up();
  eventually([] { return life_of_a_token() == 660; });
}

TEST_F(reload, changes_level_and_format_of_the_log) {
  change({{"log.level", toml_string("debug")}, {"log.format", toml_string("json")}});
  change({});
  eventually([] {
    return stage_->server.log().find(R"("level":"info","event":"config reloaded")") !=
           std::string::npos;
  });
  change({{"log.level", toml_string("info")}, {"log.format", toml_string("text")}});
}

TEST_F(reload, changes_the_limits_of_requests_on_open_connections) {
  auto open = connection{stage_->server.port()};
  EXPECT_EQ(get("/jwks", open).status, 200U);
  change({{"http.body_limit", toml_string("2KiB")}, {"http.header_limit", toml_string("1KiB")}});
  EXPECT_EQ(get("/jwks", open).status, 200U) << "the connection stays";
  auto call = redemption(stage_->c1, "no-code").set("more", std::string(3000, 'x'));
  open.send(call.render());
  EXPECT_EQ(open.receive().status, 413U);
  auto fresh = connection{stage_->server.port()};
  fresh.send("GET /jwks HTTP/1.1\r\nHost: x\r\nLong: " + std::string(1500, 'x') + "\r\n\r\n");
  EXPECT_EQ(fresh.receive().status, 431U);

  // A connection keeps the room that it began with; others get more.
  auto small = connection{stage_->server.port()};
  EXPECT_EQ(get("/jwks", small).status, 200U);
  change({{"http.body_limit", toml_string("64KiB")}, {"http.header_limit", toml_string("32KiB")}});
  small.send(call.render());
  EXPECT_EQ(small.receive().status, 413U);
  EXPECT_EQ(call.send_to(stage_->server.port()).status, 400U);
}

TEST_F(reload, changes_timeouts_and_the_number_of_connections) {
  change({{"http.idle_timeout", toml_string("50ms")}});
  auto open = connection{stage_->server.port()};
  EXPECT_EQ(get("/jwks", open).status, 200U);
  EXPECT_TRUE(open.ends());
  change({{"http.idle_timeout", toml_string("75s")}, {"http.max_connections", "2"}});
  auto first = connection{stage_->server.port()};
  EXPECT_EQ(get("/jwks", first).status, 200U);
  auto second = connection{stage_->server.port()};
  EXPECT_EQ(get("/jwks", second).status, 200U);
  EXPECT_EQ(get("/jwks").status, 200U) << "in the place of an idle one";
  EXPECT_TRUE(first.is_cut());
  change({{"http.max_connections", "1000"}});
  stage_->reconnect();  // the admin connection was idle, too
}

TEST_F(reload, changes_the_limit_of_failures) {  // CAU-16
  const auto wrong = client_credentials(stage_->c1).basic(stage_->c1.id, "wrong-secret-marker");
  change({{"http.failures_per_minute", "2"}});
  eventually([&] { return wrong.send_to(stage_->server.port()).status == 429U; });
  change({{"http.failures_per_minute", "0"}});
  for (auto i = 0; i < 5; ++i) EXPECT_EQ(wrong.send_to(stage_->server.port()).status, 401U);
  change({{"http.failures_per_minute", "60"}});
}

TEST_F(reload, changes_who_is_a_proxy) {  // CAU-16
  using namespace std::string_literals;
  const auto header =
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\x7f\0\0\x01\x9c\x40\x01\xbb"s;
  const auto behind = [&] {
    auto wire = connection{stage_->server.port()};
    wire.send(header + "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n");
    return wire.receive().status;
  };
  EXPECT_EQ(behind(), 400U);
  change({{"http.trusted_proxies", R"(["127.0.0.1"])"}, {"http.proxy_protocol", "true"}});
  EXPECT_EQ(behind(), 200U);
  change({{"http.trusted_proxies", "[]"}, {"http.proxy_protocol", "false"}});
  EXPECT_EQ(behind(), 400U);
}

TEST_F(reload, changes_documents_and_endpoints) {
  EXPECT_EQ(get("/register").status, 404U);
  EXPECT_THAT(get(discovery).body, Not(HasSubstr("registration_endpoint")));
  change({{"registration.mode", toml_string("open")}});
  EXPECT_EQ(get("/register").status, 405U);
  eventually([] { return get(discovery).body.find("registration_endpoint") != std::string::npos; });
  auto call = token_call{};
  call.target = "/register";
  call.header("Content-Type", "application/json");
  call.body = R"({"redirect_uris":["https://client.example/cb"]})";
  EXPECT_EQ(call.send_to(stage_->server.port()).status, 201U);
  change({{"registration.max_clients", "1"}});
  EXPECT_NE(call.send_to(stage_->server.port()).status, 201U) << "the registry has it, too";
  change({{"registration.mode", toml_string("off")}});
  EXPECT_EQ(get("/register").status, 404U);
}

TEST_F(reload, changes_the_lives_of_requests_and_the_login_page) {
  change({{"authorization.pushed_ttl", toml_string("90s")},
          {"authorization.login_url", toml_string("https://other.example.com/in?lang=de")}});
  auto call = token_call{};
  call.target = "/par";
  call.form = {{"response_type", "code"},
               {"client_id", stage_->c1.id},
               {"redirect_uri", stage_->c1.redirect_uri},
               {"scope", "openid"},
               {"code_challenge", std::string{challenge}},
               {"code_challenge_method", "S256"}};
  identify(call, stage_->c1);
  const auto got = call.send_to(stage_->server.port());
  ASSERT_EQ(got.status, 201U) << got.octets;
  const auto pushed = parse_object(got.body);
  EXPECT_EQ(pushed.at("expires_in").to_number<int>(), 90);
  const auto sent =
      get("/authorize?" + form_text({{"client_id", stage_->c1.id},
                                     {"request_uri", text_of(pushed, "request_uri")}}));
  EXPECT_THAT(sent.field("Location"),
              testing::StartsWith("https://other.example.com/in?lang=de&request="));
  const auto told = change({{"authorization.login_url", toml_string("")}});
  EXPECT_THAT(keys_in(told, "needs_restart"), testing::ElementsAre("authorization.login_url"));
  change({{"authorization.login_url", toml_string("https://login.example.com/")}});
}

TEST_F(reload, keeps_replaced_keys_for_the_tokens_of_former_lives) {  // JWS-06
  const auto told = change({{"keys.overlap", toml_string("20m")},
                            {"tokens.refresh_absolute", toml_string("40d")},
                            {"dpop.max_age", toml_string("30s")}});
  EXPECT_THAT(keys_in(told, "changed"),
              testing::ElementsAre("tokens.refresh_absolute", "dpop.max_age", "keys.overlap"));
  EXPECT_THAT(keys_in(told, "needs_restart"), testing::IsEmpty());
  auto admin = admin_client{stage_->server.admin_port(), stage_->server.admin_token()};
  ASSERT_EQ(admin.call("POST", "/admin/keys/rotate", R"({"now":true})").status, 200U);
  const auto listed = parse_object(admin.call("GET", "/admin/keys").body);
  auto retiring = 0;
  for (const auto& k : listed.at("keys").as_array()) {
    if (text_of(k.as_object(), "state") != "retiring") continue;
    ++retiring;
    const auto left = k.at("remove_at").to_number<std::int64_t>() - std::time(nullptr);
    EXPECT_GT(left, 86400) << "the overlap was 2 d";
  }
  EXPECT_GT(retiring, 0);
  change({{"keys.overlap", toml_string("2d")},
          {"tokens.refresh_absolute", toml_string("365d")},
          {"dpop.max_age", toml_string("60s")}});
}

// Ten reloads under load: no request fails.
TEST_F(reload, is_not_noticed_under_load) {
  auto failed = std::atomic<unsigned>{0};
  auto served = std::atomic<unsigned>{0};
  auto clients = std::vector<std::jthread>{};
  for (auto i = 0; i < 3; ++i) {
    clients.emplace_back([&](const std::stop_token& end) {
      auto admin = admin_client{stage_->server.admin_port(), stage_->server.admin_token()};
      auto wire = connection{stage_->server.port()};
      while (!end.stop_requested()) {
        wire.send(redemption(stage_->c1, admin.mint(mint_body(stage_->c1))).render());
        if (wire.receive().status != 200U) ++failed;
        ++served;
      }
    });
  }
  for (auto i = 0; i < 10; ++i) {
    const auto before = served.load();
    const auto minutes = std::to_string(5 + i) + "m";
    const auto told = change({{"tokens.access_ttl", toml_string(minutes)},
                              {"http.header_timeout", toml_string(std::to_string(11 + i) + "s")},
                              {"http.max_in_flight", std::to_string(4000 + i)},
                              {"registration.mode", toml_string(i % 2 == 0 ? "token" : "off")}});
    EXPECT_EQ(told.at("changed").as_array().size(), 4U);
    eventually([&] { return served > before + 20; });
  }
  clients.clear();
  EXPECT_EQ(failed, 0U) << "of " << served;
  EXPECT_EQ(life_of_a_token(), 14 * 60);
}

}  // namespace
}  // namespace mintage::test
