/// @file
/// Options whose value is JSON.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace mintage::app {

/// @param option its name, for the error. @throws command_error (usage)
[[nodiscard]] boost::json::value json_of(const char* option, const std::string& text);

}  // namespace mintage::app
