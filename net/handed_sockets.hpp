/// @file
/// Sockets that were bound before this process started, each for one listener.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mintage::net {

/// A bound socket that another process has made and keeps: connections wait in it while no server
/// runs.
struct handed_socket {
  int descriptor = -1;
  /// "http", "mtls", "admin" or "health"; another name = the listener with its address.
  std::string name;
};

/// Gives the sockets to the listeners. Owns none of them.
class handed_sockets {
 public:
  explicit handed_sockets(std::vector<handed_socket> all) : left_{std::move(all)} {}

  /// The socket for a listener: the one with its name, else one of another name that is bound to
  /// its address. @param key the config key of the address, for errors.
  /// @returns its descriptor; -1 when there is none, and the listener binds one itself.
  /// @throws listen_error when the socket of that name is not a TCP socket bound to `address`,
  ///         where TCP port 0 means any.
  [[nodiscard]] int take(std::string_view name, std::string_view key, const std::string& address);
  /// @throws listen_error when a socket was taken by no listener: connections to it would wait for
  ///         ever.
  void expect_none_left() const;

 private:
  std::vector<handed_socket> left_;
};

}  // namespace mintage::net
