/// @file
/// The logout notifier: a shell around `logout_delivery`. (LGO-03, LGO-04)
#pragma once

#include <chrono>
#include <optional>

#include "actors/member.hpp"
#include "actors/stages/logout_delivery.hpp"

namespace mintage::actors {

/// How often the notifier looks for what is due, its own and that of nodes that have ended.
inline constexpr std::chrono::seconds logout_interval{1};

struct logout_notifier_state : member_state {
  static constexpr const char* name = "logout-notifier";
  std::optional<logout_delivery> work;
  routes_ptr to;
  bool flush_sent = false;

  [[nodiscard]] bool is_ready() const noexcept {
    return to != nullptr && work->has_clients() && work->has_keys();
  }
};

/// Spawned detached: waits for the disk.
/// @param setup outlives the actor. The fetcher is stopped before it ends.
[[nodiscard]] logout_notifier_actor::behavior_type logout_notifier(
    logout_notifier_actor::stateful_pointer<logout_notifier_state> self, const logout_setup* setup);

}  // namespace mintage::actors
