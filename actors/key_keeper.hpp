/// @file
/// The key keeper: the truth of signing keys. (JWS-06, JWK-01)
#pragma once

#include <vector>

#include "actors/interfaces.hpp"
#include "crypto/bytes.hpp"
#include "storage/engine.hpp"

namespace mintage::actors {

/// Unseals the keys of the database, and makes and stores those that `algorithms` lacks. Waits for
/// the disk; an RSA key may take a second.
/// @throws key_error (actors/system.hpp) when a sealed key does not open; storage::storage_error.
[[nodiscard]] oauth::key_snapshot load_or_make_keys(storage::catalog& records,
                                                    const crypto::digest& seal_subkey,
                                                    const std::vector<crypto::jws_alg>& algorithms,
                                                    oauth::instant now);

/// Outlives the key keeper.
struct key_keeper_setup {
  oauth::key_snapshot keys;
  const oauth::options& rules;
};

struct key_keeper_state {
  static constexpr const char* name = "key-keeper";
  routes_ptr to;
};

/// @param setup outlives the actor.
[[nodiscard]] key_keeper_actor::behavior_type key_keeper(
    key_keeper_actor::stateful_pointer<key_keeper_state> self, const key_keeper_setup* setup);

}  // namespace mintage::actors
