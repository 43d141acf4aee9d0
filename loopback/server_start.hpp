/// @file
/// Configuration and start of a server for tests and measurements.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "loopback/child_process.hpp"

namespace mintage::loopback {

/// Dotted keys of the config file, and their values in TOML.
using settings = std::map<std::string, std::string>;
/// Renders the config file.
[[nodiscard]] std::string render(const settings& all);

struct server_ports {
  std::uint16_t http = 0;
  std::uint16_t admin = 0;
};
/// Waits up to a minute for the ready line of a server on loopback.
/// @param log the file with the server's standard error.
/// @throws std::runtime_error with the log when the server ends, prints nothing, or prints another
///         line.
[[nodiscard]] server_ports await_ready(child_process& server, const std::filesystem::path& log);

}  // namespace mintage::loopback
