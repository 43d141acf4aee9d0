// The admin listener: who may call what, and minting in bulk.

#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

using manner = fake_service::manner;

constexpr auto json = "Content-Type: application/json; charset=utf-8\r\n";
constexpr auto ndjson = "Content-Type: application/x-ndjson\r\n";
const auto client_json = std::string{R"({"redirect_uris":["https://a/cb"]})"};

std::string line_of(std::string_view sub) {
  return R"({"client_id":"c","redirect_uri":"https://a/cb","auth_time":1,"sub":")" +
         std::string{sub} + "\"}\n";
}
std::string expected_line(std::string_view sub) {
  return "{\"code\":\"mco_" + std::string{sub} + "\",\"expires_in\":60}";
}
std::string bulk_head(std::string_view fields = "Transfer-Encoding: chunked\r\n") {
  return request("POST", "/admin/codes", bearer(mint_token) + ndjson + std::string{fields});
}
std::string chunk(std::string_view octets) {
  auto size = std::array<char, 24>{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", octets.size());
  return size.data() + std::string{octets} + "\r\n";
}

class admin_listener : public server_test {};
class bulk : public server_test {};

TEST_F(admin_listener, tells_nothing_without_a_token) {
  start();
  for (const auto& fields :
       {std::string{}, bearer("mad_other"), std::string{"Authorization: Basic YTpi\r\n"},
        bearer(admin_token) + bearer(admin_token)}) {
    for (const auto* path : {"/admin", "/admin/x", "/admin/codes", "/admin/clients/a"}) {
      const auto r = ask_admin(request("GET", path, fields));
      EXPECT_EQ(r.status, 401U) << path;
      EXPECT_EQ(r.fields.at("www-authenticate"), "Bearer realm=\"mintage-admin\"");
      EXPECT_THAT(r.body, HasSubstr("\"error\":\"access_denied\""));
      EXPECT_EQ(r.fields.at("cache-control"), "no-store");
    }
  }
  EXPECT_EQ(service().submitted(), 0U);
}

TEST_F(admin_listener, keeps_resources_and_cuts_off_subjects_and_sessions) {
  start();
  const auto as_admin = bearer(admin_token);
  const auto put = ask_admin(request("POST", "/admin/resources", as_admin + json,
                                     R"({"identifier":"https://api.example/a"})"));
  EXPECT_EQ(put.status, 200U);
  EXPECT_THAT(put.body, HasSubstr(R"("identifier":"https://api.example/a")"));
  EXPECT_EQ(ask_admin(request("GET", "/admin/resources", as_admin)).body, R"({"resources":[]})");
  const auto named = [&](std::string_view method, std::string_view path) {
    return ask_admin(request(method, path, as_admin), method != "DELETE").status;
  };
  EXPECT_EQ(named("DELETE", "/admin/resources/https:%2F%2Fapi.example%2Fa"), 204U);
  EXPECT_EQ(ask_admin(request("DELETE", "/admin/resources/b", as_admin)).status, 404U);
  EXPECT_EQ(ask_admin(request("POST", "/admin/subjects/a%2Fb%20c/revoke", as_admin), false).status,
            204U);
  EXPECT_EQ(ask_admin(request("POST", "/admin/sessions/s1/end", as_admin), false).status, 204U);
  for (const auto* path :
       {"/admin/subjects/a", "/admin/subjects//revoke", "/admin/sessions/a/b",
        "/admin/sessions/s1/end/x", "/admin/resources/", "/admin/resources/a/b"}) {
    EXPECT_EQ(ask_admin(request("POST", path, as_admin)).status, 404U) << path;
  }
  EXPECT_EQ(ask_admin(request("GET", "/admin/subjects/a/revoke", as_admin)).status, 405U);
  EXPECT_EQ(ask_admin(request("POST", "/admin/subjects/a/revoke", bearer(mint_token))).status,
            403U);
}

TEST_F(admin_listener, lets_the_minter_mint_and_nothing_else) {
  start();
  for (const auto* path : {"/admin/clients", "/admin/keys", "/admin/x", "/admin/codes"}) {
    EXPECT_EQ(ask_admin(request("GET", path, bearer(mint_token))).status, 403U) << path;
  }
  EXPECT_EQ(
      ask_admin(request("POST", "/admin/clients", bearer(mint_token) + json, client_json)).status,
      403U);
  EXPECT_EQ(service().submitted(), 0U);
  const auto r =
      ask_admin(request("POST", "/admin/codes", bearer(mint_token) + json, line_of("a")));
  EXPECT_EQ(r.status, 201U);
  EXPECT_EQ(r.body, expected_line("a"));
}

TEST_F(admin_listener, refuses_by_path_method_size_and_type) {
  start();
  const auto admin = bearer(admin_token);
  EXPECT_EQ(ask_admin(request("GET", "/nothing")).status, 404U);
  EXPECT_EQ(ask_admin(request("GET", "/token")).status, 404U);
  EXPECT_EQ(ask_admin(request("GET", "/admin/nothing", admin)).status, 404U);
  EXPECT_EQ(ask_admin(request("GET", "/admin/clients/%zz", admin)).status, 404U);
  EXPECT_EQ(ask_admin(request("POST", "/livez", "", "a")).fields.at("allow"), "GET, HEAD");
  const auto wrong_method = ask_admin(request("PUT", "/admin/clients/a", admin, "a"));
  EXPECT_EQ(wrong_method.status, 405U);
  EXPECT_EQ(wrong_method.fields.at("allow"), "GET, PATCH, DELETE");
  EXPECT_EQ(ask_admin(request("POST", "/admin/codes", admin + "Content-Type: text/plain\r\n", "{}"))
                .status,
            415U);
  EXPECT_EQ(ask_admin(request("POST", "/admin/codes", admin, "{}")).status, 415U);
  EXPECT_EQ(ask_admin(request("POST", "/admin/clients", admin + ndjson, "{}")).status, 415U);
  EXPECT_EQ(ask_admin(request("POST", "/admin/clients", admin + json + "Content-Length: 65537\r\n"))
                .status,
            413U);
  EXPECT_EQ(ask_admin(request("POST", "/admin/codes", admin + json + "Content-Length: 163841\r\n"))
                .status,
            413U);
  const auto bad = ask_admin(request("POST", "/admin/codes", admin + json, "{\"sub\":1}"));
  EXPECT_EQ(bad.status, 400U);
  EXPECT_THAT(bad.body, HasSubstr("sub"));
  EXPECT_EQ(service().submitted(), 0U);
}

TEST_F(admin_listener, takes_the_claims_of_someone_with_many_groups) {
  start();
  const auto claims = R"({"claims":{"groups":")" + std::string(65536, 'g') + R"("}})";
  EXPECT_EQ(ask_admin(request("POST", "/admin/codes", bearer(mint_token) + json, claims)).status,
            201U);
}

TEST_F(admin_listener, answers_probes_without_a_token) {
  start();
  EXPECT_EQ(ask_admin(request("GET", "/livez")).body, R"({"status":"ok"})");
  EXPECT_EQ(ask_admin(request("GET", "/readyz")).status, 200U);
  EXPECT_EQ(ask_admin(request("HEAD", "/readyz"), false).status, 200U);
  service().is_ready = false;
  EXPECT_EQ(ask_admin(request("GET", "/readyz")).status, 503U);
  EXPECT_EQ(ask_admin(request("GET", "/metrics")).body, "# metrics\n");
  EXPECT_EQ(ask_admin(request("GET", "/livez")).status, 200U);
}

TEST_F(admin_listener, renders_what_registry_and_keys_answer) {
  start();
  const auto admin = bearer(admin_token);
  auto p = connect_admin();
  const auto call = [&](const std::string& octets) {
    p.send(octets);
    return p.receive();
  };
  const auto made = call(request("POST", "/admin/clients", admin + json, client_json));
  EXPECT_EQ(made.status, 201U);
  EXPECT_THAT(made.body, HasSubstr("\"client_secret\":\"mcs_x\""));
  EXPECT_EQ(call(request("GET", "/admin/clients", admin)).status, 200U);
  EXPECT_THAT(call(request("GET", "/admin/clients/a%2Fb", admin)).body, HasSubstr("a/b"));
  EXPECT_EQ(call(request("GET", "/admin/clients/absent", admin)).status, 404U);
  EXPECT_EQ(
      call(request("PATCH", "/admin/clients/a", admin + json, R"({"status":"suspended"})")).status,
      200U);
  const auto removed = call(request("DELETE", "/admin/clients/a", admin));
  EXPECT_EQ(removed.status, 204U);
  EXPECT_EQ(removed.body, "");
  EXPECT_EQ(call(request("GET", "/admin/keys", admin)).status, 200U);
  service().how = manner::lost;
  const auto lost = call(request("GET", "/admin/keys", admin));
  EXPECT_EQ(lost.status, 503U);
  EXPECT_TRUE(lost.fields.contains("retry-after"));
}

TEST_F(admin_listener, adds_and_ends_secrets) {
  start();
  const auto admin = bearer(admin_token);
  const auto path = std::string{"/admin/clients/a/secrets"};
  EXPECT_EQ(ask_admin(request("GET", path, admin)).fields.at("allow"), "POST");
  EXPECT_EQ(ask_admin(request("POST", path + "/1", admin + json, "{}")).fields.at("allow"),
            "DELETE");
  EXPECT_EQ(ask_admin(request("DELETE", path + "/x", admin)).status, 404U);
  EXPECT_EQ(ask_admin(request("POST", path, admin, "{}")).status, 415U);
  EXPECT_EQ(ask_admin(request("POST", path, admin + json, R"({"secret":1})")).status, 400U);
  EXPECT_EQ(ask_admin(request("POST", path, bearer(mint_token) + json, "{}")).status, 403U);
  EXPECT_EQ(service().submitted(), 0U);

  for (const auto& octets : {request("POST", path, admin + "Content-Length: 0\r\n"),
                             request("POST", path, admin + json, "{}")}) {
    const auto r = ask_admin(octets);
    EXPECT_EQ(r.status, 201U);
    EXPECT_THAT(r.body, HasSubstr(R"("number":1,"client_secret":"mcs_y")"));
  }
  const auto chosen =
      ask_admin(request("POST", path, admin + json, R"({"client_secret":"12345678"})"));
  EXPECT_EQ(chosen.status, 201U);
  EXPECT_THAT(chosen.body, testing::Not(HasSubstr("client_secret\"")));
  EXPECT_EQ(ask_admin(request("DELETE", path + "/7", admin)).status, 204U);
  EXPECT_EQ(ask_admin(request("DELETE", path + "/8", admin)).status, 404U);
}

TEST_F(bulk, answers_bad_lines_in_place_and_goes_on) {
  start();
  const auto body = line_of("a") + "nonsense\n\r\n\n" + std::string(20'000, 'x') + "\n" +
                    line_of("bad") + line_of("b") + R"({"sub":)";
  auto p = connect_admin();
  p.send(request("POST", "/admin/codes", bearer(admin_token) + ndjson, body) +
         request("GET", "/livez"));
  const auto r = p.receive_head();
  EXPECT_EQ(r.status, 200U);
  EXPECT_EQ(r.fields.at("content-type"), "application/x-ndjson");
  EXPECT_EQ(r.fields.at("cache-control"), "no-store");
  auto lines = std::vector<std::string>{};
  while (const auto l = p.receive_line()) lines.push_back(*l);
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0], expected_line("a"));
  EXPECT_THAT(lines[1], HasSubstr("\"error\":\"invalid_request\""));
  EXPECT_THAT(lines[2], HasSubstr("16384"));
  EXPECT_THAT(lines[3], HasSubstr("sub: bad"));
  EXPECT_EQ(lines[4], expected_line("b"));
  EXPECT_THAT(lines[5], HasSubstr("\"error\":\"invalid_request\""));
  EXPECT_EQ(p.receive().body, R"({"status":"ok"})");  // the connection stays open
}

TEST_F(bulk, answers_in_input_order_with_bounded_lines_in_flight) {
  start();
  service().how = manner::elsewhere;
  constexpr auto count = std::size_t{5000};
  auto p = connect_admin();
  auto writer = std::thread{[&] {
    p.send(bulk_head());
    auto octets = std::string{};
    for (auto n = std::size_t{0}; n < count; ++n) octets += line_of(std::to_string(n));
    // Split without regard to lines.
    for (auto at = std::size_t{0}; at < octets.size(); at += 1777) {
      p.send(chunk(std::string_view{octets}.substr(at, 1777)));
    }
    p.send("0\r\n\r\n");
  }};
  EXPECT_EQ(p.receive_head().fields.at("transfer-encoding"), "chunked");
  for (auto n = std::size_t{0}; n < count; ++n) {
    ASSERT_EQ(p.receive_line(), expected_line(std::to_string(n)));
  }
  EXPECT_FALSE(p.receive_line());
  writer.join();
  EXPECT_EQ(service().submitted(), count);
  EXPECT_LE(service().most_at_once(), 256U);
  EXPECT_GT(service().most_at_once(), 1U);
}

TEST_F(bulk, stops_reading_when_256_lines_are_in_flight) {
  start();
  service().how = manner::held;
  auto octets = std::string{};
  for (auto n = 0; n < 300; ++n) octets += line_of(std::to_string(n));
  auto p = connect_admin();
  p.send(request("POST", "/admin/codes", bearer(mint_token) + ndjson, octets));
  eventually([&] { return service().held() == 256; });
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(service().held(), 256U);
  service().release();
  eventually([&] { return service().held() == 44; });
  service().release();
  EXPECT_EQ(p.receive_head().status, 200U);
  for (auto n = 0; n < 300; ++n) EXPECT_EQ(p.receive_line(), expected_line(std::to_string(n)));
  EXPECT_FALSE(p.receive_line());
}

TEST_F(bulk, reads_no_further_from_a_peer_that_does_not_read) {
  start();
  // Answers of 2 KiB fill any socket buffer long before the input ends.
  const auto long_line = line_of(std::string(2000, 's'));
  constexpr auto count = std::size_t{20'000};
  auto p = peer{server_->admin_port(), 4096};
  p.send(bulk_head("Content-Length: " + std::to_string(count * long_line.size()) + "\r\n"));
  auto writer = std::thread{[&] {
    for (auto n = std::size_t{0}; n < count; ++n) p.send(long_line);
  }};
  auto before = std::size_t{1};
  eventually([&] {  // until the count is stable
    const auto now = service().submitted();
    std::this_thread::sleep_for(100ms);
    return now == std::exchange(before, service().submitted()) && now == before;
  });
  EXPECT_LT(service().submitted(), count);
  EXPECT_EQ(p.receive_head().status, 200U);
  const auto expected = expected_line(std::string(2000, 's'));
  for (auto n = std::size_t{0}; n < count; ++n) ASSERT_EQ(p.receive_line(), expected);
  EXPECT_FALSE(p.receive_line());
  writer.join();
}

TEST_F(bulk, closes_on_a_peer_that_takes_no_answers) {
  settings.write_timeout = 50ms;
  start();
  const auto long_line = line_of(std::string(2000, 's'));
  auto p = peer{server_->admin_port(), 4096};
  p.send(bulk_head("Content-Length: 1000000000\r\n"));
  eventually([&] {
    while (p.send_some(long_line) != 0) {
    }
    return p.is_reset();
  });
}

TEST_F(bulk, ends_when_input_stops_half_way) {
  settings.body_timeout = 50ms;
  start();
  auto silent = connect_admin();
  silent.send(bulk_head());
  EXPECT_EQ(silent.receive().status, 408U);
  auto begun = connect_admin();
  begun.send(bulk_head() + chunk(line_of("a")));
  EXPECT_EQ(begun.receive_head().status, 200U);
  EXPECT_EQ(begun.receive_line(), expected_line("a"));
  auto rest = std::string{};
  static_cast<void>(begun.is_closed(&rest));
  EXPECT_EQ(rest, "");  // no last chunk: the peer knows that the answer is incomplete
}

TEST_F(bulk, does_not_count_its_own_commits_against_the_peer) {
  settings.body_timeout = 20ms;
  start();
  service().how = manner::held;
  auto p = connect_admin();
  p.send(bulk_head() + chunk(line_of("a")));
  eventually([&] { return service().held() == 1; });
  std::this_thread::sleep_for(150ms);
  service().release();
  EXPECT_EQ(p.receive_head().status, 200U);
  EXPECT_EQ(p.receive_line(), expected_line("a"));
}

TEST_F(bulk, answers_what_it_has_when_the_body_breaks_off) {
  start();
  for (const auto* end : {"zz\r\n", ""}) {
    auto p = connect_admin();
    p.send(bulk_head() + chunk(line_of("a") + "{\"sub\":") + end);
    p.shut_down();
    EXPECT_EQ(p.receive_head().status, 200U);
    EXPECT_EQ(p.receive_line(), expected_line("a"));
    auto rest = std::string{};
    EXPECT_TRUE(p.is_closed(&rest));
    EXPECT_EQ(rest, "");
  }
  auto p = connect_admin();
  p.send(bulk_head() + "zz\r\n");
  EXPECT_EQ(p.receive().status, 400U);
}

TEST_F(bulk, survives_a_peer_that_leaves) {
  start();
  service().how = manner::held;
  for (auto n = std::size_t{0}; n < 3; ++n) {
    auto p = connect_admin();
    p.send(bulk_head() + chunk(line_of("a") + line_of("b")));
    eventually([&] { return service().held() == 2; });
    p.reset();
    // With and without a read from the socket before the answers arrive.
    if (n != 0) {
      EXPECT_EQ(ask_admin(request("GET", "/livez")).status, 200U);
    }
    service().release();
    eventually([&] { return service().held() == 0; });
  }
  EXPECT_EQ(ask_admin(request("GET", "/livez")).status, 200U);
}

TEST_F(bulk, invites_the_body_and_serves_http_1_0) {
  start();
  auto p = connect_admin();
  p.send(bulk_head("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_EQ(p.receive(false).head, "HTTP/1.1 100 Continue\r\n");
  p.send("0\r\n\r\n");
  EXPECT_EQ(p.receive().body, "");

  auto old = connect_admin();
  const auto body = line_of("a");
  old.send("POST /admin/codes HTTP/1.0\r\nConnection: keep-alive\r\n" + bearer(mint_token) +
           ndjson + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  const auto r = old.receive_head();
  EXPECT_FALSE(r.fields.contains("transfer-encoding"));
  EXPECT_EQ(r.fields.at("connection"), "close");
  auto rest = std::string{};
  EXPECT_TRUE(old.is_closed(&rest));
  EXPECT_EQ(rest, expected_line("a") + "\n");
}

TEST_F(bulk, drains_by_answering_the_lines_in_flight) {
  start();
  service().how = manner::held;
  auto p = connect_admin();
  p.send(bulk_head() + chunk(line_of("a")));
  eventually([&] { return service().held() == 1; });
  auto drained = std::atomic<bool>{false};
  auto drainer = std::thread{[&] { drained = server_->drain(20s); }};
  service().release();
  EXPECT_EQ(p.receive_head().status, 200U);
  EXPECT_EQ(p.receive_line(), expected_line("a"));
  p.shut_down();
  drainer.join();
  EXPECT_TRUE(drained);
}

}  // namespace
}  // namespace mintage::net
