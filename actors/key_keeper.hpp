/// @file
/// The key keeper: owner of the signing keys. (JWS-06, JWK-01)
#pragma once

#include <optional>

#include "actors/member.hpp"
#include "actors/stages/confirmations.hpp"
#include "actors/stages/key_rotation.hpp"

namespace mintage::actors {

/// How often the key keeper reads the clock. A key may change its state that much late.
inline constexpr std::chrono::seconds key_keeper_interval{1};

struct key_keeper_state : member_state {
  static constexpr const char* name = "key-keeper";
  std::optional<key_rotation> work;
  routes_ptr to;
  /// What signers use. They get a ring when all live nodes publish its keys (IDT-03).
  oauth::key_snapshot signed_with;
  confirmations waiting;
  /// The last revision that the catalog was told to be published.
  storage::revision told = 0;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr; }
};

/// Spawned detached: waits for the disk and makes keys.
/// @param setup outlives the actor.
[[nodiscard]] key_keeper_actor::behavior_type key_keeper(
    key_keeper_actor::stateful_pointer<key_keeper_state> self, const key_keeper_setup* setup);

}  // namespace mintage::actors
