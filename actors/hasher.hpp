/// @file
/// The hasher: runs argon2id on a thread of its own, so that no request waits for it. (CAU-12)
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "actors/member.hpp"
#include "actors/stages/hash_queue.hpp"
#include "actors/stages/meters.hpp"
#include "crypto/digest.hpp"
#include "crypto/random.hpp"

namespace mintage::actors {

/// What all hashers share; outlives them.
struct hasher_setup {
  hash_queue& queue;
  crypto::digest pepper;
  /// One for each member of the pool.
  std::vector<hasher_meters>& meters;
};

struct hasher_state : member_state {
  static constexpr const char* name = "hasher";
  routes_ptr to;
  crypto::buffered_random random;
  std::optional<crypto::hmac_sha256> pepper;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr; }
};

/// Spawned detached: a comparison takes 20 to 40 ms.
/// @param index its place in the pool. @param setup outlives the actor.
[[nodiscard]] hasher_actor::behavior_type hasher(hasher_actor::stateful_pointer<hasher_state> self,
                                                 std::size_t index, const hasher_setup* setup);

}  // namespace mintage::actors
