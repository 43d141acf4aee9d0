/// @file
/// The validator: a shell around `token_validator`.
#pragma once

#include <optional>

#include "actors/member.hpp"
#include "actors/stages/lane_queue.hpp"
#include "actors/stages/token_validator.hpp"

namespace mintage::actors {

struct validator_state : member_state {
  static constexpr const char* name = "validator";
  std::optional<token_validator> work;
  routes_ptr to;
  std::size_t index = 0;
  validator_meters* meters = nullptr;
  hash_queue* slow = nullptr;
  /// Requests with signatures to verify.
  lane_queue<service::token_handle> signed_requests;
  lane_queue<service::query_handle> signed_queries;
  lane_queue<service::authorization_handle> signed_authorizations;
  /// A flush message will come when the I/O thread is idle.
  bool flush_asked = false;
  std::size_t next_hasher = 0;
  std::size_t next_signer = 0;

  [[nodiscard]] bool is_ready() const noexcept { return to != nullptr && work->is_ready(); }
};

/// @param index of the member in the pool.
/// @param setup outlives the actor.
[[nodiscard]] validator_actor::behavior_type validator(
    validator_actor::stateful_pointer<validator_state> self, std::size_t index,
    const validator_setup* setup);

}  // namespace mintage::actors
