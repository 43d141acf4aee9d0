/// @file
/// JSON Schemas (draft 7) of the TOML files that people write. deploy/schema has them for editors.
#pragma once

#include <string>

namespace mintage::app {

/// Of the config file: made of the table of its keys.
[[nodiscard]] std::string config_schema();
/// Of the files of `mintage apply`: made of the tables of their members.
[[nodiscard]] std::string clients_schema();

}  // namespace mintage::app
