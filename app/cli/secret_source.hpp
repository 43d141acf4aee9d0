/// @file
/// The source of an imported client secret. Never an argument: other users of the machine can see
/// arguments, and the shell stores them in its history.
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
  /// Read the secret from the terminal, unless another member names its source.
  bool is_import = false;
  std::filesystem::path file;
  /// Name of an environment variable.
  std::string variable;
  /// A file that holds not the secret but its hash, as another server stored it.
  std::filesystem::path hash_file;
};

/// Adds --import, --secret-file, --secret-env and --secret-hash-file to a command.
void add_secret_options(CLI::App& command, secret_options& o);

/// Reads the secret from its source.
/// @returns nothing when the options name no source: the server then generates a secret.
/// @throws command_error
[[nodiscard]] std::optional<crypto::secret_string> chosen_secret(const secret_options& o);

/// Reads the hash of the secret from its file.
/// @returns nothing when the options name none.
/// @throws command_error
[[nodiscard]] std::optional<crypto::secret_string> chosen_hash(const secret_options& o);

}  // namespace mintage::app
