/// @file
/// The subcommands of `mintage`. Each returns the exit code of the process.
#pragma once

#include <filesystem>

namespace mintage::app {

constexpr int exit_ok = 0;
constexpr int exit_failure = 1;  ///< caused by the environment: a TCP port, a disk, a key file
constexpr int exit_usage = 2;    ///< caused by the caller: a config mistake, a wrong option

/// Runs the server until SIGTERM or SIGINT. Prints one line to standard output when it is ready:
/// `ready http=ADDRESS:PORT admin=ADDRESS:PORT`.
/// @param memory keeps all records in memory, whatever the config says.
[[nodiscard]] int serve(const std::filesystem::path& config, bool memory);

/// Validates a config and prints the effective settings.
[[nodiscard]] int check(const std::filesystem::path& config);

/// Opens a damaged database without what cannot be read, and prints what is lost.
/// @param restored the database comes from a backup: everything older than now becomes void,
///        damaged or not.
[[nodiscard]] int repair(const std::filesystem::path& config, bool restored);

}  // namespace mintage::app
