/// @file
/// What no token server can go below on this machine, measured beside it.
#pragma once

#include <filesystem>
#include <string_view>

#include "bench/harness/requests.hpp"
#include "loopback/cores.hpp"

namespace mintage::bench {

/// Microseconds: of CPU, but for the two that say otherwise.
struct floor_costs {
  /// One signature of a token with a long-lived context.
  double es256 = 0;
  double rs256 = 0;
  /// One verification of an ES256 signature.
  double es256_verify = 0;
  /// A keep-alive POST through our own net/ that is answered with a body that lies ready.
  double exchange = 0;
  /// The median time of that exchange as a client sees it; the least of several short runs.
  double exchange_p50 = 0;
  /// The median time in which a file is appended to and synced, in the folder of temporary files;
  /// the least of several short runs.
  double fsync = 0;

  /// Of one request: the access token (ES256), the ID token where there is one; for introspection
  /// the verification of the token.
  [[nodiscard]] double signatures(request_kind kind, std::string_view id_token_alg) const noexcept;
  /// Of one request: the HTTP exchange and its signatures. Zero when nothing was measured.
  [[nodiscard]] double of(request_kind kind, std::string_view id_token_alg) const noexcept {
    return signatures(kind, id_token_alg) + exchange;
  }
  /// The median latency of one request that waits for no other: the HTTP exchange, its signatures,
  /// and the disk if it must.
  [[nodiscard]] double latency_of(request_kind kind, std::string_view id_token_alg,
                                  bool waits_for_disk) const noexcept {
    return signatures(kind, id_token_alg) + exchange_p50 + (waits_for_disk ? fsync : 0);
  }
};

/// Takes about four seconds.
/// @param self the program that runs `serve_floor` for "floor-server". @param on the cores that it
/// does so on; empty = those that this thread may use.
[[nodiscard]] floor_costs measure_floor(const std::filesystem::path& self, std::size_t connections,
                                        const loopback::cores& on = {});

/// Serves `POST /token` with a prebuilt body on a free port of loopback, which it prints, until
/// SIGTERM. @returns the exit code.
int serve_floor();

}  // namespace mintage::bench
