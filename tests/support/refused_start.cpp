#include "tests/support/refused_start.hpp"

#include <gtest/gtest.h>

#include "tests/support/admin_client.hpp"

namespace mintage::test {

void expect_refused_start(server_process& server, const std::vector<std::string>& words) {
  server.configure({{"log.level", toml_string("error")}});  // the config is logged at another level
  const auto got = run_program({"serve", "--config", server.config_file().string()});
  server.configure({{"log.level", toml_string("info")}});
  EXPECT_EQ(got.code, 1) << got.err;
  EXPECT_EQ(got.out, "");
  EXPECT_EQ(lines_of(got.err).size(), 1U) << got.err;
  for (const auto& word : words) EXPECT_NE(got.err.find(word), std::string::npos) << got.err;
}

}  // namespace mintage::test
