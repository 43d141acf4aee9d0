/// @file
/// The signer: a shell around `token_signer`.
#pragma once

#include <optional>

#include "actors/member.hpp"
#include "actors/stages/lane_queue.hpp"
#include "actors/stages/token_signer.hpp"

namespace mintage::actors {

struct signer_state : member_state {
  static constexpr const char* name = "signer";
  std::optional<token_signer> work;
  routes_ptr to;
  signer_meters* meters = nullptr;
  std::size_t index = 0;
  lane_queue<service::token_handle> waiting;
  /// A flush message will come when the I/O thread is idle.
  bool flush_asked = false;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr && work->has_keys(); }
};

/// @param index of the member in the pool.
/// @param setup outlives the actor.
[[nodiscard]] signer_actor::behavior_type signer(signer_actor::stateful_pointer<signer_state> self,
                                                 std::size_t index, const signer_setup* setup);

}  // namespace mintage::actors
