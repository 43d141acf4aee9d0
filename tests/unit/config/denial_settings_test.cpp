// The settings that explanations of refusals name.

#include <gtest/gtest.h>

#include "config/schema.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::config {
namespace {

TEST(denial_rows, name_keys_of_the_config_that_exist) {
  for (const auto& rows : oauth::denial_tables) {
    for (const auto& row : rows) {
      const auto is_of_record =
          row.setting.starts_with("client.") || row.setting.starts_with("resource.");
      if (row.setting.empty() || is_of_record) continue;
      EXPECT_NE(find_setting(row.setting), nullptr) << row.reason << ": " << row.setting;
    }
  }
}

}  // namespace
}  // namespace mintage::config
