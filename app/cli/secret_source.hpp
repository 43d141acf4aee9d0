/// @file
/// Where a chosen client secret comes from. Never an argument: those are seen by everybody on the
/// machine, and stay in the shell's history.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "crypto/secret.hpp"

namespace CLI {
class App;
}

namespace mintage::app {

struct secret_options {
  /// Ask for the secret on the terminal, unless one of the others says where it is.
  bool is_import = false;
  std::filesystem::path file;
  /// The name of an environment variable.
  std::string variable;
};

/// Adds --import, --secret-file and --secret-env to a command.
void add_secret_options(CLI::App& command, secret_options& o);

/// @returns nothing when no secret was chosen: the server then generates one.
/// @throws command_error
[[nodiscard]] std::optional<crypto::secret_string> chosen_secret(const secret_options& o);

}  // namespace mintage::app
