/// @file
/// How a server of a test or a measurement is configured, and how its ports become known.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "loopback/child_process.hpp"

namespace mintage::loopback {

/// Dotted keys of the config file and their values as TOML.
using settings = std::map<std::string, std::string>;
/// @returns the config file.
[[nodiscard]] std::string render(const settings& all);

struct server_ports {
  std::uint16_t http = 0;
  std::uint16_t admin = 0;
};
/// Waits up to a minute for the line that says that a server on loopback is ready.
/// @param log where the server's standard error goes.
/// @throws std::runtime_error with the log when the server ends, is silent, or says another thing.
[[nodiscard]] server_ports await_ready(child_process& server, const std::filesystem::path& log);

}  // namespace mintage::loopback
