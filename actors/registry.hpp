/// @file
/// The registry: a shell around `client_administration`.
#pragma once

#include <optional>

#include "actors/member.hpp"
#include "actors/stages/client_administration.hpp"
#include "actors/stages/confirmations.hpp"

namespace mintage::actors {

struct registry_state : member_state {
  static constexpr const char* name = "registry";
  std::optional<client_administration> work;
  routes_ptr to;
  confirmations waiting;
  bool is_ticking = false;
  /// Looks for registered clients that are not used.
  bool is_forgetting = false;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr; }
};

/// Spawned detached: waits for the disk.
/// @param setup outlives the actor.
[[nodiscard]] registry_actor::behavior_type registry(
    registry_actor::stateful_pointer<registry_state> self, const registry_setup* setup);

}  // namespace mintage::actors
