/// @file
/// A blocking HTTP client for the admin interface of a running server.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace mintage::app {

struct admin_reply {
  unsigned status = 0;
  /// JSON; empty for a 204.
  std::string body;

  [[nodiscard]] bool is_success() const noexcept { return status / 100 == 2; }
};

/// Calls over one connection. Every wait has a limit.
class admin_client {
 public:
  /// @param url `https://HOST:PORT`, or `http://ADDRESS:PORT` where ADDRESS is loopback or
  ///        `localhost`: anywhere else the token would travel unencrypted.
  /// @param token empty for calls that need none.
  /// @param ca trusted certificates in PEM form for https; empty = those of the system. One of them
  ///        may be the server's own. The certificate must name the host.
  /// @throws command_error (usage)
  admin_client(std::string_view url, crypto::secret_string token,
               const std::filesystem::path& ca = {});
  ~admin_client();

  /// Changes the limit of each wait, 30 s.
  void wait_for(std::chrono::seconds most);
  /// Sends one request and waits for the reply.
  /// @param method GET, POST, PATCH or DELETE. @param target a path, percent-encoded.
  /// @param body sent as JSON unless empty.
  /// @throws command_error when the server is unreachable or does not speak HTTP.
  [[nodiscard]] admin_reply call(std::string_view method, std::string_view target,
                                 std::string_view body = {});

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Percent-encodes `text` as one segment of a path. @see RFC 3986 §3.3
[[nodiscard]] std::string path_segment(std::string_view text);

}  // namespace mintage::app
