// A page in a browser reaches loopback: by a name of its own that points there, or across origins.

#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

class admin_from_a_browser : public server_test {};

TEST_F(admin_from_a_browser, is_refused_and_so_are_names_that_are_not_loopback) {
  start();
  const auto get = [&](std::string_view host, std::string_view fields = "",
                       std::string_view target = "/metrics") {
    return ask_admin("GET " + std::string{target} + " HTTP/1.1\r\nHost: " + std::string{host} +
                     "\r\n" + std::string{fields} + "\r\n")
        .status;
  };
  for (const auto* host : {"localhost", "127.0.0.1:9081", "[::1]"}) EXPECT_EQ(get(host), 200U);
  for (const auto* host : {"rebound.example", "rebound.example:9081", "10.0.0.1"}) {
    EXPECT_EQ(get(host), 421U) << host;
    EXPECT_EQ(get(host, bearer(admin_token), "/admin/clients"), 421U) << host;
  }
  EXPECT_EQ(get("localhost", "", "http://rebound.example/metrics"), 421U);
  EXPECT_EQ(get("localhost", "", "http://127.0.0.1/metrics"), 200U);
  for (const auto* fields : {"Origin: https://a.example\r\n", "Origin: null\r\n",
                             "sec-fetch-site: same-origin\r\n", "Sec-Fetch-Site: none\r\n"}) {
    EXPECT_EQ(get("localhost", fields), 403U) << fields;
    EXPECT_EQ(get("localhost", fields + bearer(admin_token), "/admin/clients"), 403U) << fields;
  }
  EXPECT_EQ(ask_admin("GET /livez HTTP/1.0\r\n\r\n").status, 200U);  // as simple probes ask
  EXPECT_EQ(service().submitted(), 0U);
}

}  // namespace
}  // namespace mintage::net
