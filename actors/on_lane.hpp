/// @file
/// Actors that run on an I/O thread: placement without a hop between threads.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "actors/interfaces.hpp"

namespace mintage::actors {

/// A CAF actor whose mailbox is CAF's lock-free one, but which is resumed by its lane instead of a
/// scheduler's worker: `enqueue` posts to the lane when the mailbox was empty. Between actors of
/// one lane a message costs neither a lock nor a wake-up. Spawn it lazily (`caf::lazy_init`), or
/// its first run would be on a worker.
template <class Base>
class on_lane : public Base {
 public:
  /// @param lane outlives the actor.
  /// @param messages_per_turn messages handled before others on the lane get their turn.
  on_lane(caf::actor_config& cfg, oauth::io_lane& lane, std::size_t messages_per_turn)
      : Base{cfg}, lane_{lane}, messages_per_turn_{messages_per_turn}, unit_{&cfg.host->system()} {}

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit*) final {
    // Nobody requests a response from these actors, so a closed mailbox needs no bounce: the
    // message is destroyed here, and the exchanges in it come home through their port.
    if (this->mailbox().push_back(std::move(message)) !=
        caf::intrusive::inbox_result::unblocked_reader)
      return;
    caf::intrusive_ptr_add_ref(this->ctrl());  // held until the mailbox is empty again
    lane_.post([this] { run(); });
  }

 private:
  void run() {
    if (this->resume(&unit_, messages_per_turn_) == caf::resumable::resume_later) {
      lane_.post([this] { run(); });
    } else {
      caf::intrusive_ptr_release(this->ctrl());
    }
  }

  oauth::io_lane& lane_;
  const std::size_t messages_per_turn_;
  caf::scoped_execution_unit unit_;
};

/// A member of a pool on its lane: what a function-based actor is on a worker.
template <class Handle, class State>
class member_on_lane final : public on_lane<caf::stateful_actor<State, typename Handle::base>> {
 public:
  using behavior_type = typename Handle::behavior_type;
  using begin =
      std::function<behavior_type(typename Handle::template stateful_pointer<State> self)>;

  /// @param b makes the behaviour, on the lane.
  member_on_lane(caf::actor_config& cfg, oauth::io_lane& lane, std::size_t messages_per_turn,
                 begin b)
      : on_lane<caf::stateful_actor<State, typename Handle::base>>{cfg, lane, messages_per_turn},
        begin_{std::move(b)} {}

 protected:
  behavior_type make_behavior() override { return std::exchange(begin_, nullptr)(this); }

 private:
  begin begin_;
};

}  // namespace mintage::actors
