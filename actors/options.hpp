/// @file
/// Configuration of pools and keys: [pools], [keys], http.max_in_flight, log.refusals.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <vector>

#include "crypto/key.hpp"
#include "crypto/signatures/choice.hpp"
#include "oauth/options.hpp"

namespace mintage::actors {

struct options {
  /// [pools] Threads of CAF's scheduler, for actors that are not on the path of requests; 0 = one.
  std::size_t workers = 0;
  /// [pools.validator] etc. size; 0 = one per I/O thread.
  std::size_t validators = 0;
  std::size_t code_stores = 0;
  std::size_t signers = 0;
  /// [pools.hasher] size: threads that run argon2id, 1..2.
  std::size_t hashers = 1;
  /// Waiting slow hashes at most; further ones are refused with 503 (CAU-12).
  std::size_t hasher_queue = 64;
  /// How many of them one source may have, whatever ids it claims (IPv6: its /64).
  std::size_t hasher_queue_per_source = 16;
  /// [fetch] waiting: requests that wait for the key set of their client; further ones are refused
  /// with 503.
  std::size_t key_waits = 256;
  /// [pools.code_store] batch_max: exchanges in one commit at most, 1..4096.
  std::size_t batch_max = 512;
  /// [http] max_in_flight: token exchanges admitted at once over all I/O threads.
  std::size_t max_in_flight = 4096;
  /// [log] refusals: refused requests that are remembered for `mintage explain`; 0 = none.
  std::size_t refusals_kept = 2048;

  /// [keys] algorithms: one active key of each is made on first start.
  std::vector<crypto::jws_alg> algorithms{crypto::jws_alg::es256, crypto::jws_alg::rs256};
  /// [keys] signature_backend: who signs and verifies.
  crypto::backend_wish signature_backend = crypto::backend_wish::automatic;
  std::filesystem::path seal_key_file = "mintage.seal";
};

/// @returns every broken limit as key and sentence; empty when all hold.
[[nodiscard]] std::vector<oauth::config_error> check(const options& o);

}  // namespace mintage::actors
