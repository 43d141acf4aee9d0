// The members of clients and resources that explanations of refusals name.

#include <gtest/gtest.h>

#include <string>

#include "net/admin/json.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::net {
namespace {

/// Whether an object may have the member; null leaves it as it is.
template <class Read>
bool knows(Read read, std::string_view member) {
  return read("{\"" + std::string{member} + "\":null}").has_value();
}

TEST(denial_rows, name_members_that_the_admin_interface_takes) {
  auto json = admin_json{};
  const auto client = [&](const std::string& text) { return json.read_client(text); };
  const auto resource = [&](const std::string& text) {
    return json.read_resource("{\"identifier\":\"https://a.example\"," + text.substr(1));
  };
  EXPECT_FALSE(knows(client, "no_such_member"));
  EXPECT_FALSE(knows(resource, "no_such_member"));
  for (const auto& rows : oauth::denial_tables) {
    for (const auto& row : rows) {
      const auto member = row.setting.substr(row.setting.find('.') + 1);
      if (row.setting.starts_with("client.")) {
        EXPECT_TRUE(knows(client, member)) << row.reason << ": " << member;
      }
      if (row.setting.starts_with("resource.")) {
        EXPECT_TRUE(knows(resource, member)) << row.reason << ": " << member;
      }
    }
  }
}

}  // namespace
}  // namespace mintage::net
