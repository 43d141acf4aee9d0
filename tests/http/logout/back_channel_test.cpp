// Back-channel logout, against the program and an application on loopback. (LGO-01, LGO-03 to
// LGO-06)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/http/logout/told_host.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto event = "http://schemas.openid.net/event/backchannel-logout";

/// A client that is told at `path`.
party make_told(admin_client& admin, const told_host& host, const std::string& path,
                const boost::json::object& with = {}) {
  auto metadata = boost::json::object{{"backchannel_logout_uri", host.url(path)}};
  for (const auto& member : with) metadata[member.key()] = member.value();
  return make_party(admin, metadata);
}

unsigned end_session(stage& at, const std::string& sid) {
  return at.admin.call("POST", "/admin/sessions/" + sid + "/end").status;
}

boost::json::object document(stage& at, const std::string& path) {
  auto wire = connection{at.server.port()};
  wire.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  return parse_object(wire.receive().body);
}

double metric(stage& at, const std::string& series) {
  const auto page = admin_client{at.server.admin_port(), {}}.call("GET", "/metrics").body;
  const auto found = page.find("\n" + series + " ");
  return found == page.npos ? 0 : std::stod(page.substr(found + series.size() + 2));
}

TEST(back_channel_logout, tells_each_client_of_the_session_once) {
  auto host = told_host{};
  auto options = host.options();
  options["log.audit"] = toml_string("file");
  options["log.audit_file"] = toml_string("audit.jsonl");
  auto at = stage{options};
  const auto a = make_told(at.admin, host, "/a", {{"id_token_signed_response_alg", "ES256"}});
  const auto b = make_told(at.admin, host, "/b");
  const auto other = make_told(at.admin, host, "/other");
  const auto first = at.log_in(a, {{"sid", "s1"}});
  static_cast<void>(at.log_in(a, {{"sid", "s1"}}));
  static_cast<void>(at.log_in(b, {{"sid", "s1"}}));
  static_cast<void>(at.log_in(other, {{"sid", "s2"}}));
  static_cast<void>(at.log_in(at.c1, {{"sid", "s1"}}));  // is not told of anything
  ASSERT_EQ(end_session(at, "s1"), 204U);
  eventually([&] { return metric(at, "mintage_logout_deliveries_total{result=\"ok\"}") == 2; });
  EXPECT_EQ(metric(at, "mintage_logout_tokens_in_flight"), 0);

  auto told = host.told();
  ASSERT_EQ(told.size(), 2U);
  std::sort(told.begin(), told.end(),
            [](const auto& x, const auto& y) { return x.first < y.first; });
  const auto jwks = document(at, "/jwks");
  for (auto i = 0U; i < 2; ++i) {
    const auto& [path, token] = told[i];
    EXPECT_EQ(path, i == 0 ? "/a" : "/b");
    EXPECT_TRUE(is_signed_by(token, jwks));
    EXPECT_EQ(text_of(token.header, "typ"), "logout+jwt");
    EXPECT_EQ(text_of(token.header, "alg"), i == 0 ? "ES256" : "RS256");
    const auto& claims = token.claims;
    EXPECT_EQ(text_of(claims, "iss"), issuer);
    EXPECT_EQ(text_of(claims, "aud"), i == 0 ? a.id : b.id);
    EXPECT_EQ(claims.at("sub"), read_jwt(first.id).claims.at("sub"));
    EXPECT_EQ(text_of(claims, "sid"), "s1");
    EXPECT_EQ(claims.at("events"),
              boost::json::value(boost::json::object{{event, boost::json::object{}}}));
    EXPECT_FALSE(claims.contains("nonce"));
    EXPECT_LE(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 120);
  }
  EXPECT_NE(told[0].second.claims.at("jti"), told[1].second.claims.at("jti"));
  EXPECT_THAT(read_file(at.server.file("audit.jsonl")), HasSubstr("logout_delivered"));
}

// LGO-06, MET-02
TEST(back_channel_logout, is_announced_and_the_front_channel_is_not) {
  auto at = stage{};
  const auto found = document(at, "/.well-known/openid-configuration");
  EXPECT_EQ(found.at("backchannel_logout_supported"), true);
  EXPECT_EQ(found.at("backchannel_logout_session_supported"), true);
  EXPECT_EQ(found.at("frontchannel_logout_supported"), false);
}

// NEG-261: 500, 500, 200 is one success with one jti; what redirects is not followed.
TEST(back_channel_logout, is_tried_again_with_the_same_jti) {
  auto host = told_host{{"500 Internal Server Error", "302 Found"}};
  auto at = stage{host.options()};
  const auto who = make_told(at.admin, host, "/logout");
  static_cast<void>(at.log_in(who, {{"sid", "s1"}}));
  ASSERT_EQ(end_session(at, "s1"), 204U);
  eventually([&] { return metric(at, "mintage_logout_deliveries_total{result=\"ok\"}") == 1; });
  const auto told = host.told();
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(host.requests(), 3U);  // nothing went elsewhere
  for (const auto& [path, token] : told) {
    EXPECT_EQ(path, "/logout");
    EXPECT_EQ(token.claims.at("jti"), told[0].second.claims.at("jti"));
  }
  EXPECT_EQ(metric(at, "mintage_logout_retries_total"), 2);
}

// NEG-261: an address that is not public is never asked.
TEST(back_channel_logout, reaches_public_hosts_alone) {
  auto host = told_host{};
  auto options = host.options();
  options.erase("fetch.allow_loopback_for_tests");
  auto at = stage{options};
  const auto who = make_told(at.admin, host, "/logout");
  static_cast<void>(at.log_in(who, {{"sid", "s1"}}));
  ASSERT_EQ(end_session(at, "s1"), 204U);
  eventually([&] { return metric(at, "mintage_logout_retries_total") == 1; });
  EXPECT_EQ(host.requests(), 0U);
}

// LGO-04: between two tries the server is killed.
TEST(back_channel_logout, survives_the_death_of_the_server) {
  auto host = told_host{{"500 Internal Server Error"}};
  auto at = stage{host.options()};
  const auto who = make_told(at.admin, host, "/logout");
  static_cast<void>(at.log_in(who, {{"sid", "s1"}}));
  ASSERT_EQ(end_session(at, "s1"), 204U);
  eventually([&] { return host.requests() == 1; });
  at.server.kill();
  at.server.start();
  eventually([&] { return host.requests() == 2; });
  const auto told = host.told();
  EXPECT_EQ(told[0].second.claims.at("jti"), told[1].second.claims.at("jti"));
}

// A client that never answers delays neither the end of the session, nor tokens, nor a stop.
TEST(back_channel_logout, delays_nobody) {
  auto host = told_host{};
  host.fall_silent();
  auto at = stage{host.options()};
  const auto who = make_told(at.admin, host, "/logout");
  for (auto i = 0; i < 20; ++i) {
    const auto sid = "s" + std::to_string(i);
    static_cast<void>(at.log_in(who, {{"sid", sid}}));
    ASSERT_EQ(end_session(at, sid), 204U);
  }
  eventually([&] { return host.requests() >= 8; });
  EXPECT_EQ(at.redeem(at.c1, at.mint(at.c1)).status, 200U);
  EXPECT_EQ(at.server.stop(), 0);
}

}  // namespace
}  // namespace mintage::test
