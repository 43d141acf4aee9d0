/// @file
/// What no token server can go below on this machine, measured beside it.
#pragma once

#include <filesystem>
#include <string_view>

#include "bench/load/requests.hpp"

namespace mintage::bench {

/// CPU microseconds.
struct floor_costs {
  /// One signature of a token with a long-lived context.
  double es256 = 0;
  double rs256 = 0;
  /// One verification of an ES256 signature.
  double es256_verify = 0;
  /// A keep-alive POST through our own net/ that is answered with a body that lies ready.
  double exchange = 0;

  /// Of one request: the HTTP exchange, the access token (ES256), the ID token where there is one;
  /// for introspection the verification of the token. Zero when nothing was measured.
  [[nodiscard]] double of(request_kind kind, std::string_view id_token_alg) const noexcept;
};

/// Takes about three seconds.
/// @param self the program that runs `serve_floor` for "floor-server".
[[nodiscard]] floor_costs measure_floor(const std::filesystem::path& self, std::size_t connections);

/// Serves `POST /token` with a prebuilt body on a free port of loopback, which it prints, until
/// SIGTERM. @returns the exit code.
int serve_floor();

}  // namespace mintage::bench
