#include "oauth/admin/tokens.hpp"

#include <gtest/gtest.h>

namespace mintage::oauth {
namespace {

TEST(role_of, believes_nothing_but_the_token) {
  const auto tokens = admin_tokens{crypto::sha256("mad_admin"), crypto::sha256("mad_minter")};
  for (const auto* value :
       {"", "Bearer", "Bearer ", "mad_admin", "Basic mad_admin", "Bearermad_admin",
        "Bearer\tmad_admin", "Bearer mad_admin ", "Bearer mad_admi", "Bearer mad_adminx",
        "Bearer MAD_ADMIN", "Bearerx mad_admin", "Beare mad_admin"}) {
    EXPECT_EQ(role_of(value, tokens), admin_role::nobody) << value;
  }
  EXPECT_EQ(role_of("Bearer mad_admin", tokens), admin_role::admin);
  EXPECT_EQ(role_of("bEARER   mad_admin", tokens), admin_role::admin);
  EXPECT_EQ(role_of("Bearer mad_minter", tokens), admin_role::minter);
}

TEST(role_of, knows_nobody_before_tokens_are_set) {
  for (const auto* value : {"", "Bearer ", "Bearer x"}) {
    EXPECT_EQ(role_of(value, {}), admin_role::nobody);
  }
  EXPECT_EQ(role_of("Bearer m", {{}, crypto::sha256("m")}), admin_role::minter);
}

}  // namespace
}  // namespace mintage::oauth
