/// @file
/// The floor: what a token request costs at least on this machine, measured in the same run.
#pragma once

#include <filesystem>
#include <string_view>

#include "bench/harness/requests.hpp"
#include "loopback/cores.hpp"

namespace mintage::bench {

/// Microseconds of CPU, except for the two medians.
struct floor_costs {
  /// One signature of a token with a long-lived context.
  double es256 = 0;
  double rs256 = 0;
  /// One verification of an ES256 signature.
  double es256_verify = 0;
  /// A keep-alive POST through net/ that is answered with a prebuilt body.
  double exchange = 0;
  /// The median latency of that exchange; the least of several short runs.
  double exchange_p50 = 0;
  /// The median time of one append and fsync, in the folder of temporary files; the least of
  /// several short runs.
  double fsync = 0;

  /// Signatures of one request: the access token (ES256), and the ID token where there is one. For
  /// introspection, the verification of the token.
  [[nodiscard]] double signatures(request_kind kind, std::string_view id_token_alg) const noexcept;
  /// One request: the bare exchange and its signatures. Zero when nothing was measured.
  [[nodiscard]] double of(request_kind kind, std::string_view id_token_alg) const noexcept {
    return signatures(kind, id_token_alg) + exchange;
  }
  /// The median latency of one request on an idle server: the bare exchange, its signatures, and
  /// the disk where the server waits for it.
  [[nodiscard]] double latency_of(request_kind kind, std::string_view id_token_alg,
                                  bool waits_for_disk) const noexcept {
    return signatures(kind, id_token_alg) + exchange_p50 + (waits_for_disk ? fsync : 0);
  }
};

/// Measures the floor. Takes about four seconds.
/// @param self the program that runs `serve_floor` for "floor-server".
/// @param on the cores to measure on; empty = those of the calling thread.
[[nodiscard]] floor_costs measure_floor(const std::filesystem::path& self, std::size_t connections,
                                        const loopback::cores& on = {});

/// Serves `POST /token` with a prebuilt body on a free port of loopback, which it prints, until
/// SIGTERM. @returns the exit code.
int serve_floor();

}  // namespace mintage::bench
