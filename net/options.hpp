/// @file
/// What operators set about listeners: [http] and [admin].
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "oauth/options.hpp"

namespace mintage::net {

struct options {
  /// [http] listen: address:port; port 0 takes a free one. IPv6 as [::1]:9080.
  std::string listen = "127.0.0.1:9080";
  /// Threads that read and write sockets and run the actors of the pools; 0 = one per core.
  std::size_t io_threads = 0;
  /// Open connections of the public listener; further ones wait in the kernel's queue.
  std::size_t max_connections = 10000;
  /// Addresses or CIDR blocks that may speak plain HTTP besides loopback (TOK-02).
  std::vector<std::string> trusted_proxies;
  std::size_t header_limit = 32 * 1024;
  std::size_t body_limit = 64 * 1024;
  /// From the first octet of a request to the end of its header section.
  std::chrono::milliseconds header_timeout{10'000};
  /// From the end of the header section to the end of the body.
  std::chrono::milliseconds body_timeout{10'000};
  /// Between requests of a keep-alive connection.
  std::chrono::milliseconds idle_timeout{75'000};
  /// For the peer to take an answer.
  std::chrono::milliseconds write_timeout{10'000};

  /// [admin] listen: loopback only, as long as there is no TLS.
  std::string admin_listen = "127.0.0.1:9081";
  std::filesystem::path admin_token_file = "admin.token";
  std::filesystem::path mint_token_file = "mint.token";
};

/// @returns every limit broken, as key and sentence; empty when all hold.
[[nodiscard]] std::vector<oauth::config_error> check(const options& o);

}  // namespace mintage::net
