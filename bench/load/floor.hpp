/// @file
/// What no token server can go below on this machine, measured beside it.
#pragma once

#include <filesystem>
#include <string_view>

namespace mintage::bench {

/// CPU microseconds.
struct floor_costs {
  /// One signature of a token with a long-lived context.
  double es256 = 0;
  double rs256 = 0;
  /// A keep-alive POST through our own net/ that is answered with a body that lies ready.
  double exchange = 0;

  /// Of a code exchange: the access token (ES256), the ID token, the HTTP exchange.
  [[nodiscard]] double code(std::string_view id_token_alg) const noexcept {
    return es256 + (id_token_alg == "RS256" ? rs256 : es256) + exchange;
  }
};

/// Takes about three seconds.
/// @param self the program that runs `serve_floor` for "floor-server".
[[nodiscard]] floor_costs measure_floor(const std::filesystem::path& self, std::size_t connections);

/// Serves `POST /token` with a prebuilt body on a free port of loopback, which it prints, until
/// SIGTERM. @returns the exit code.
int serve_floor();

}  // namespace mintage::bench
