/// @file
/// Configuration of fetches from other hosts: [fetch]. (CAU-11)
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "oauth/options.hpp"

namespace mintage::net {

struct fetch_options {
  /// Certificates in PEM that hosts must lead to; empty = those of the system.
  std::filesystem::path ca_file;
  /// The hosts that may be asked: "keys.example.com", or ".example.com" for all below it. Empty =
  /// every public host.
  std::vector<std::string> allowed_hosts;
  /// For one fetch, from the look-up of the name to the last octet.
  std::chrono::milliseconds timeout{3000};
  /// Octets of one document.
  std::size_t size_limit = 256 * 1024;
  /// Fetches at once, and fetches that wait until there are fewer.
  std::size_t in_flight = 32;
  std::size_t queue = 1024;
  /// Fetches from one host in a minute.
  std::size_t per_host_per_minute = 300;
  /// For tests alone: loopback addresses may be asked. Whoever sets a client's `jwks_uri` could
  /// otherwise reach what listens on this machine.
  bool allow_loopback_for_tests = false;
};

/// The options of what clients are told of logouts, which goes to the same hosts by a fetcher of
/// its own, so that key sets never wait for it: 5 s for each, 64 at once (LGO-04).
[[nodiscard]] fetch_options for_logouts(const fetch_options& o);

/// @returns every broken limit as key and sentence; empty when all hold.
[[nodiscard]] std::vector<oauth::config_error> check(const fetch_options& o);
/// Reads the file of certificates as a start does. @pre `check` found nothing.
[[nodiscard]] std::vector<oauth::config_error> check_files(const fetch_options& o);
/// @returns settings that work and must not be in use outside of tests.
[[nodiscard]] std::vector<oauth::config_error> find_oddities(const fetch_options& o);

}  // namespace mintage::net
