/// @file
/// The text of config/mintage.example.toml, which explains every key of the config file.
#pragma once

#include <string_view>

namespace mintage::app {

/// Made by CMake of the file.
extern const std::string_view example_config;

}  // namespace mintage::app
