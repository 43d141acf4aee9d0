/// @file
/// The HTTP actor: passes returning exchanges to the gateway of its I/O thread.
#pragma once

#include "actors/member.hpp"
#include "actors/on_io_thread.hpp"
#include "actors/request_gateway.hpp"

namespace mintage::actors {

/// Runs on the thread of its gateway: replies reach their session without another hop, and the
/// gateway needs no lock.
class http_actor_on_io_thread final : public on_io_thread<http_actor::base> {
 public:
  /// @param p outlives the actor.
  http_actor_on_io_thread(caf::actor_config& cfg, request_gateway& p, const member_place& place);
  [[nodiscard]] const char* name() const override { return "http"; }

 protected:
  behavior_type make_behavior() override;

 private:
  request_gateway& gateway_;
  const member_place place_;
};

}  // namespace mintage::actors
