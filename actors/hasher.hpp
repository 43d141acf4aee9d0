/// @file
/// The hasher: argon2id on a thread of its own, so that no request waits behind it. (CAU-12)
#pragma once

#include "actors/interfaces.hpp"
#include "actors/meters.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "oauth/client/client.hpp"

namespace mintage::actors {

/// A call that brings a chosen secret: it waits here for the hash of it.
struct hash_job {
  service::admin_handle asked;
  /// The new client, or the one that gets the secret as it was when it was asked.
  oauth::client who;
  crypto::secret_string secret;
  /// How it will be kept: complete but for its number once hashed.
  oauth::stored_secret stored;
};

struct hasher_state {
  static constexpr const char* name = "hasher";
  routes_ptr to;
  crypto::buffered_random random;
};

/// Spawn detached: a comparison takes 20 to 40 ms.
/// @param meters outlive the actor.
[[nodiscard]] hasher_actor::behavior_type hasher(hasher_actor::stateful_pointer<hasher_state> self,
                                                 pool_meters* meters);

}  // namespace mintage::actors
