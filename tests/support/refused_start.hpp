/// @file
/// A start that must fail.
#pragma once

#include <string>
#include <vector>

#include "tests/support/server_process.hpp"

namespace mintage::test {

/// Starts the (stopped) server. Asserts that it ends with code 1, that its log ends with one
/// sentence that contains all of `words`, and that standard output is empty.
void expect_refused_start(server_process& server, const std::vector<std::string>& words);

}  // namespace mintage::test
