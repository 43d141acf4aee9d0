/// @file
/// A start that must fail.
#pragma once

#include <string>
#include <vector>

#include "tests/support/server_process.hpp"

namespace mintage::test {

/// Starts the (stopped) server, and asserts that it ends with code 1, that the last of its log is
/// one sentence which holds all of `words`, and that nothing is on standard output.
void expect_refused_start(server_process& server, const std::vector<std::string>& words);

}  // namespace mintage::test
