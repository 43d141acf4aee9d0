/// @file
/// Actors that run on an I/O thread, so that messages between them stay on the thread.
#pragma once

#include <caf/scoped_execution_unit.hpp>
#include <cstddef>
#include <functional>
#include <utility>

#include "actors/interfaces.hpp"

namespace mintage::actors {

/// A CAF actor that its I/O thread runs instead of a scheduler's worker: `enqueue` posts to the I/O
/// thread when the mailbox was empty. The mailbox is CAF's lock-free one. Between actors of one I/O
/// thread a message costs neither a lock nor a wake-up. Must be spawned lazily (`caf::lazy_init`),
/// or its first run would be on a worker.
template <class Base>
class on_io_thread : public Base {
 public:
  /// @param io_thread outlives the actor.
  /// @param messages_per_turn messages handled before other tasks of the I/O thread run.
  on_io_thread(caf::actor_config& cfg, service::io_thread& io_thread, std::size_t messages_per_turn)
      : Base{cfg},
        io_thread_{io_thread},
        messages_per_turn_{messages_per_turn},
        unit_{&cfg.host->system()} {}

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit*) final {
    // These actors get no requests with responses, so a closed mailbox needs no bounce: the message
    // is destroyed here, and its exchanges return to their gateway.
    if (this->mailbox().push_back(std::move(message)) !=
        caf::intrusive::inbox_result::unblocked_reader)
      return;
    caf::intrusive_ptr_add_ref(this->ctrl());  // held until the mailbox is empty again
    io_thread_.post([this] { run(); });
  }

 private:
  void run() {
    if (this->resume(&unit_, messages_per_turn_) == caf::resumable::resume_later) {
      io_thread_.post([this] { run(); });
    } else {
      caf::intrusive_ptr_release(this->ctrl());
    }
  }

  service::io_thread& io_thread_;
  const std::size_t messages_per_turn_;
  caf::scoped_execution_unit unit_;
};

/// A member of a pool on its I/O thread, in place of a function-based actor on a worker.
template <class Handle, class State>
class member_on_io_thread final
    : public on_io_thread<caf::stateful_actor<State, typename Handle::base>> {
 public:
  using behavior_type = typename Handle::behavior_type;
  using begin =
      std::function<behavior_type(typename Handle::template stateful_pointer<State> self)>;

  /// @param b makes the behaviour, on the I/O thread.
  member_on_io_thread(caf::actor_config& cfg, service::io_thread& io_thread,
                      std::size_t messages_per_turn, begin b)
      : on_io_thread<caf::stateful_actor<State, typename Handle::base>>{cfg, io_thread,
                                                                        messages_per_turn},
        begin_{std::move(b)} {}

 protected:
  behavior_type make_behavior() override { return std::exchange(begin_, nullptr)(this); }

 private:
  begin begin_;
};

}  // namespace mintage::actors
