/// @file
/// Whether the kernel allows as many open files as the settings need.
#pragma once

#include "config/config.hpp"

namespace mintage::app {

/// Raises the limit of open files first. @throws limit_error (app/process_limits.hpp)
void check_open_files(const config::settings& settings);

}  // namespace mintage::app
