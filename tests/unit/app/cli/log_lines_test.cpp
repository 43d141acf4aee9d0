// Warnings and errors in a log.
#include "app/cli/log_lines.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace mintage::app {

namespace {

TEST(a_line_of_the_log, tells_trouble_by_its_level) {
  for (const auto* line :
       {"2026-11-29T23:59:59.123+0000 error the clock jumped ahead jump_seconds=\"90\"",
        "2026-11-29T23:59:59.123+0000 warning unsafe setting key=\"fetch\"",
        R"({"time":"2026-11-29T23:59:59.123+0000","level":"error","event":"a level"})", "Killed",
        "*** stack smashing detected ***"})
    EXPECT_TRUE(tells_trouble(line)) << line;
  for (const auto* line :
       {"", "2026-11-29T23:59:59.123+0000 info refused reason=\"an error\"",
        "2026-11-29T23:59:59.123+0000 debug refused",
        R"({"time":"2026-11-29T23:59:59.123+0000","level":"info","event":"error"})"})
    EXPECT_FALSE(tells_trouble(line)) << line;
}

TEST(the_troubles_of_a_log, are_the_last_ones) {
  auto log = std::istringstream{"t error 1\nt info 2\nt error 3\nt warning 4\nt info 5\n"};
  EXPECT_EQ(last_troubles(log, 2), (std::vector<std::string>{"t error 3", "t warning 4"}));
  auto none = std::istringstream{""};
  EXPECT_TRUE(last_troubles(none, 2).empty());
}

}  // namespace

}  // namespace mintage::app
