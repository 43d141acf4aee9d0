/// @file
/// The files of `mintage apply`: clients and resources as an operator wants them, in TOML.
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "app/cli/secret_source.hpp"
#include "config/config.hpp"

namespace mintage::app {

/// A `[[client]]`.
struct declared_client {
  std::string id{};
  std::string file;
  unsigned line = 0;
  /// What the file says, as the body of POST /admin/clients; without a secret.
  boost::json::object said{};
  /// The client as the server will show it, defaults included.
  boost::json::object wanted{};
  /// Where the secret is that it is made with. It is not read here.
  secret_options secret{};
  /// Whether it cannot be made without one.
  bool needs_secret = false;

  [[nodiscard]] bool has_secret() const {
    return !secret.file.empty() || !secret.variable.empty() || !secret.hash_file.empty();
  }
};

/// A `[[resource]]`.
struct declared_resource {
  std::string identifier;
  std::string file;
  unsigned line = 0;
  /// As the server will show it, and as it is sent.
  boost::json::object wanted;
};

struct declarations {
  std::vector<declared_client> clients;
  std::vector<declared_resource> resources;
};

/// Reads a file, or all files *.toml of a folder and those below it, but for hidden ones. Each
/// client and resource is checked by the rules of the server as far as they need nothing of it.
/// Relative paths start at the folder of the file that has them.
/// @returns every mistake at once, with file, line and member.
[[nodiscard]] tl::expected<declarations, std::vector<config::mistake>> read_declarations(
    const std::filesystem::path& from);

}  // namespace mintage::app
