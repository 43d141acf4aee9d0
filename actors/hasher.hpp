/// @file
/// The hasher: runs argon2id on a thread of its own, so that no request waits for it. (CAU-12)
#pragma once

#include "actors/member.hpp"
#include "actors/stages/meters.hpp"
#include "crypto/random.hpp"

namespace mintage::actors {

struct hasher_state : member_state {
  static constexpr const char* name = "hasher";
  routes_ptr to;
  crypto::buffered_random random;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr; }
};

/// Spawned detached: a comparison takes 20 to 40 ms.
/// @param meters outlive the actor.
[[nodiscard]] hasher_actor::behavior_type hasher(hasher_actor::stateful_pointer<hasher_state> self,
                                                 pool_meters* meters);

}  // namespace mintage::actors
