#include <gtest/gtest.h>

#include "tests/unit/oauth/client/metadata_samples.hpp"

namespace mintage::oauth {
namespace {

TEST(logout_metadata, is_kept) {
  auto m = good_metadata();
  m.post_logout_redirect_uris = texts{"https://app.example/bye", "http://127.0.0.1/bye"};
  m.backchannel_logout_uri = "https://app.example/logout?from=mintage";
  m.backchannel_logout_session_required = true;
  auto made = make(m);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->post_logout_redirect_uris, *m.post_logout_redirect_uris);
  EXPECT_EQ(made->backchannel_logout_uri, *m.backchannel_logout_uri);
  EXPECT_TRUE(made->backchannel_logout_session_required);

  auto change = client_metadata{};
  change.backchannel_logout_uri = "";
  const auto changed = change_client(*made, change);
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->backchannel_logout_uri.empty());
  EXPECT_EQ(changed->post_logout_redirect_uris.size(), 2U);
}

TEST(logout_metadata, refuses_what_cannot_be_told_or_visited) {
  for (const auto& uri : texts{"http://app.example/logout", "https://u@app.example/logout",
                               "https://app.example/#logout", "/logout", "https://",
                               "https://app.example/" + std::string(2048, 'x')}) {
    auto m = good_metadata();
    m.backchannel_logout_uri = uri;
    const auto made = make(m);
    ASSERT_FALSE(made) << uri;
    EXPECT_TRUE(made.error().description.starts_with("backchannel_logout_uri ")) << uri;
  }
  for (const auto& uri : texts{"http://app.example/bye", "https://*.app.example/bye",
                               "https://app.example/bye#x", "javascript:alert(1)", ""}) {
    auto m = good_metadata();
    m.post_logout_redirect_uris = texts{"https://app.example/bye", uri};
    const auto made = make(m);
    ASSERT_FALSE(made) << uri;
    EXPECT_TRUE(made.error().description.starts_with("post_logout_redirect_uris[1] ")) << uri;
  }
}

}  // namespace
}  // namespace mintage::oauth
