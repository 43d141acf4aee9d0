/// @file
/// The HTTP actor: brings exchanges home to the port of its I/O thread.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/on_lane.hpp"
#include "actors/port.hpp"

namespace mintage::actors {

/// It runs where its port does: replies reach their session without a further hop, and a port needs
/// no lock.
class http_actor_on_lane final : public on_lane<http_actor::base> {
 public:
  /// @param p outlives the actor.
  http_actor_on_lane(caf::actor_config& cfg, port& p);
  [[nodiscard]] const char* name() const override { return "http"; }

 protected:
  behavior_type make_behavior() override;

 private:
  port& port_;
};

}  // namespace mintage::actors
