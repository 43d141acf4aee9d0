#include "oauth/client/static_claims.hpp"

#include <gtest/gtest.h>

#include "oauth/client/registry.hpp"

namespace mintage::oauth {
namespace {

TEST(merge_static_claims, puts_resources_before_the_client_and_no_name_twice) {
  auto a = resource{.as = {.identifier = "https://a"}, .scopes = {}, .resource_servers = {}};
  a.access_token_claims = {{"zone", "1"}, {"tier", R"("gold")"}};
  auto b = resource{.as = {.identifier = "https://b"}, .scopes = {}, .resource_servers = {}};
  b.access_token_claims = {{"zone", "2"}, {"beta", "true"}};
  const auto known = client_registry{{}, {a, b}};
  auto c = client{};
  EXPECT_EQ(merge_static_claims(c, known, {}), "");
  EXPECT_EQ(merge_static_claims(c, known, {{.identifier = "https://gone"}}), "");
  c.access_token_claims = {{"tier", R"({"n":[1]})"}, {"https://x/tenant", "null"}};
  EXPECT_EQ(merge_static_claims(c, known, {}), R"({"tier":{"n":[1]},"https://x/tenant":null})");
  EXPECT_EQ(merge_static_claims(c, known, {b.as, a.as}),
            R"({"zone":2,"beta":true,"tier":"gold","https://x/tenant":null})");
}

}  // namespace
}  // namespace mintage::oauth
