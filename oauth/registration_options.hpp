/// @file
/// Configuration of dynamic client registration. @see RFC 7591, PROTOCOL2.md §12
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mintage::oauth {

/// Who may register clients at POST /register (DCR-01).
enum class registration_mode : std::uint8_t {
  off,    ///< nobody: the endpoint does not exist
  token,  ///< holders of an initial access token, which the operator hands out
  open    ///< everybody, within limits
};

struct registration_options {
  registration_mode mode = registration_mode::off;
  /// In the mode `token`: whether discovery names the endpoint, too. A client without a token then
  /// tries it in vain, and may not ask its user any more (MCP-10).
  bool announce = false;
  /// Number of registered clients at most, of all origins.
  std::size_t max_clients = 10'000;
  /// Of these, so many without a token: they cannot take the places of those that have one.
  [[nodiscard]] std::size_t max_open_clients() const noexcept {
    return max_clients - max_clients / 4;
  }
  /// Registrations and changes of openly registered clients from one network in an hour; 0 = no
  /// limit.
  unsigned per_source_per_hour = 20;
  /// Whether an update gives the client another registration access token (DCR-06).
  bool rotate_tokens = true;
  /// An openly registered client that never got a token is removed after this time (DCR-07).
  std::chrono::seconds unused_life{86400};
  /// Any registered client that got no token for this time is removed (DCR-07).
  std::chrono::seconds idle_life{90 * 86400};
  /// What openly registered clients may have at most.
  std::vector<std::string> scopes{"openid", "profile", "email", "offline_access"};
  /// Resources that they may name.
  std::vector<std::string> resources;
};

}  // namespace mintage::oauth
