// What clients are told of logouts, when nodes end. (LGO-04)
#include <gtest/gtest.h>

#include <chrono>

#include "tests/cluster/cluster.hpp"
#include "tests/http/logout/told_host.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::test {
namespace {

using namespace std::chrono_literals;

double metric(node& at, const std::string& series) {
  const auto page = admin_client{at.server().admin_port(), {}}.call("GET", "/metrics").body;
  const auto found = page.find("\n" + series + " ");
  return found == page.npos ? 0 : std::stod(page.substr(found + series.size() + 2));
}

// A node ends between two tries: another one delivers, with the same jti.
TEST(back_channel_logout, is_taken_over_from_a_node_that_has_ended) {
  auto host = told_host{{"500 Internal Server Error"}};
  auto all = cluster{2, host.options()};
  auto admin = all.at(0).admin();
  const auto who = make_party(admin, {{"backchannel_logout_uri", host.url()}});
  auto login = mint_body(who);
  login["sid"] = "s1";
  ASSERT_EQ(admin.call("POST", "/admin/codes", boost::json::serialize(login)).status, 201U);
  ASSERT_EQ(all.at(1).admin().call("POST", "/admin/sessions/s1/end").status, 204U);
  // The failed try is stored.
  eventually([&] {
    return metric(all.at(1), "mintage_logout_retries_total") == 1 &&
           metric(all.at(1), "mintage_logout_tokens_in_flight") == 0;
  });
  all.at(1).server().kill();
  eventually([&] { return host.requests() == 2; });
  const auto told = host.told();
  EXPECT_EQ(told.at(0).second.claims.at("jti"), told.at(1).second.claims.at("jti"));
}

}  // namespace
}  // namespace mintage::test
