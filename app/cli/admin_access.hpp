/// @file
/// The common part of all management commands: which server, which token, and how to print.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "app/cli/admin_client.hpp"

namespace CLI {
class App;
}

namespace mintage::app {

/// The role of a command, which decides its token: the one with the least rights that suffices.
enum class caller_role : std::uint8_t { admin, minter };

/// Where the admin interface is.
struct server_address {
  /// The server's own config, for its [admin] section; empty when not given.
  std::filesystem::path config;
  /// Each of these overrides the config.
  std::string url;
  std::filesystem::path ca;
};

struct access_options : server_address {
  /// Overrides the config.
  std::filesystem::path token_file;
  /// From the config, when there is one.
  bool allow_group_readable = false;
  /// Print the server's JSON unchanged.
  bool as_json = false;
};

/// Adds --config, --admin and --ca to a command: enough for what needs no token.
void add_address_options(CLI::App& command, server_address& o);
/// The address, completed from the config file, or the usual one. @throws command_error
[[nodiscard]] server_address completed(server_address o);

/// Adds --token-file to these.
void add_caller_options(CLI::App& command, access_options& o);
/// Adds --json to these.
void add_access_options(CLI::App& command, access_options& o);

/// The connection of a command to the server.
class admin_access {
 public:
  /// Reads config and token. @throws command_error
  admin_access(const access_options& o, caller_role role);

  /// For calls that take longer than others.
  void wait_for(std::chrono::seconds most) { client_.wait_for(most); }
  /// Sends one request. Prints the JSON of the reply if --json was given.
  /// @returns the reply; an empty object when there is nothing (more) to print.
  /// @throws command_error when the server refuses.
  [[nodiscard]] boost::json::object call(
      std::string_view method, std::string_view target,
      const std::optional<boost::json::object>& body = std::nullopt);

  /// Sends one request. @returns the reply, whatever its status; nothing is printed.
  /// @throws command_error when the server cannot be asked.
  [[nodiscard]] admin_reply send(std::string_view method, std::string_view target,
                                 const std::optional<boost::json::object>& body = std::nullopt);

 private:
  admin_client client_;
  bool as_json_;
};

/// The error of the reply as a sentence. A reply that is not this server's is described by its
/// status.
[[nodiscard]] std::string sentence_of(const admin_reply& reply);

}  // namespace mintage::app
