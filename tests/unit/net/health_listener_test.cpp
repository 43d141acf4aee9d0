// The health listener: probes for any peer, and nothing else.

#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

class health_listener : public server_test {
 protected:
  health_listener() { settings.health_listen = "127.0.0.1:0"; }
  [[nodiscard]] received ask_health(std::string_view octets, bool has_body = true) {
    auto p = peer{server_->health_port()};
    p.send(octets);
    return p.receive(has_body);
  }
};

TEST_F(health_listener, answers_probes) {
  start();
  EXPECT_EQ(ask_health(request("GET", "/livez")).body, R"({"status":"ok"})");
  EXPECT_EQ(ask_health(request("GET", "/readyz")).status, 200U);
  EXPECT_EQ(ask_health(request("HEAD", "/readyz"), false).status, 200U);
  service().is_ready = false;
  EXPECT_EQ(ask_health(request("GET", "/readyz")).status, 503U);
  EXPECT_EQ(ask_health(request("GET", "/livez")).status, 200U);
}

TEST_F(health_listener, has_nothing_else) {
  start();
  for (const auto* path : {"/", "/metrics", "/admin", "/admin/clients", "/token", "/jwks"}) {
    EXPECT_EQ(ask_health(request("GET", path, bearer(admin_token))).status, 404U) << path;
  }
  EXPECT_EQ(ask_health(request("POST", "/readyz")).status, 405U);
  EXPECT_EQ(ask_health(request("GET", "/readyz", "", "a body")).status, 413U);
  EXPECT_EQ(service().submitted(), 0U);
}

TEST_F(health_listener, is_off_unless_it_is_asked_for) {
  settings.health_listen.clear();
  start();
  EXPECT_EQ(server_->health_port(), 0U);
}

}  // namespace
}  // namespace mintage::net
