/// @file
/// The HTTP actor: a CAF actor that runs on the I/O thread of its port.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/port.hpp"

namespace mintage::actors {

/// Its mailbox is CAF's lock-free one, but instead of a scheduler's worker its I/O thread resumes
/// it: `enqueue` posts to the lane when the mailbox was empty. So replies reach their session
/// without a further hop, and a port needs no lock. Spawn it lazily (`caf::lazy_init`), or its
/// first run would be on a worker.
class http_actor_on_lane final : public http_actor::base {
 public:
  /// @param p outlives the actor.
  http_actor_on_lane(caf::actor_config& cfg, port& p);
  [[nodiscard]] const char* name() const override { return "http"; }
  using http_actor::base::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* sender_unit) override;

 protected:
  behavior_type make_behavior() override;

 private:
  void run();
  port& port_;
  caf::scoped_execution_unit unit_;
};

}  // namespace mintage::actors
