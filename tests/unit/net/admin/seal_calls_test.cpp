// The calls about the seal key: who may make them.

#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

class seal_calls : public server_test {};

TEST_F(seal_calls, are_for_admins_only) {
  start();
  const auto all = {std::pair{"GET", "/admin/seal"}, std::pair{"POST", "/admin/seal/rotate"},
                    std::pair{"POST", "/admin/seal/retire"}};
  for (const auto& [method, path] : all) {
    EXPECT_EQ(ask_admin(request(method, path)).status, 401U) << path;
    EXPECT_EQ(ask_admin(request(method, path, bearer(mint_token))).status, 403U) << path;
    const auto other = std::string_view{method} == "GET" ? "POST" : "GET";
    EXPECT_EQ(ask_admin(request(other, path, bearer(admin_token))).status, 405U) << path;
  }
  EXPECT_EQ(service().submitted(), 0U);
  for (const auto& [method, path] : all) {
    const auto r = ask_admin(request(method, path, bearer(admin_token)));
    EXPECT_EQ(r.status, 200U) << path;
    EXPECT_EQ(r.body, R"({"generation":2})");
  }
}

}  // namespace
}  // namespace mintage::net
