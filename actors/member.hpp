/// @file
/// What all members of the pools do: take their place, keep messages that come too early, send
/// replies.
#pragma once

#include <caf/actor_cast.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/stages/pools.hpp"

namespace mintage::actors {

/// Messages that an actor got before it could handle them: a new member of a pool waits for its
/// routes and its first snapshots. They are destroyed with the actor; then their exchanges return
/// unanswered.
class early_messages {
 public:
  /// Runs `work(m)` when `is_ready`; else stores both.
  template <class Message, class Work>
  void run_or_keep(bool is_ready, const Message& m, Work work) {
    if (is_ready)
      work(m);
    else
      kept_.push_back([m, work = std::move(work)] { work(m); });
  }
  /// Runs what was stored, in the order of arrival. @pre the actor is ready.
  void run_kept() {
    for (const auto& run : std::exchange(kept_, {})) run();
  }

 private:
  std::vector<std::function<void()>> kept_;
};

/// A member's place in its pool.
struct member_place {
  member_board* board = nullptr;  ///< null before the supervisor gave the place
  pool of = pool::http;
  std::size_t index = 0;

  /// The member has all that it needs to work; again does nothing.
  void note_working() const {
    if (board != nullptr) board->note_working(of, index);
  }
};

/// What the state of every member has.
struct member_state {
  member_place place;
  early_messages early;
};

/// An actor that throws ends without a word: the text of an exception may hold anything, and CAF
/// would write it to standard output. The supervisor tells that the actor ended.
inline void end_silently_on_exceptions(caf::scheduled_actor& self) {
  self.set_exception_handler([](caf::scheduled_actor*, std::exception_ptr&) -> caf::error {
    return caf::exit_reason::unhandled_exception;
  });
}

/// Runs `work(self, m)` now, or as soon as `begin_if_ready` finds the actor ready.
template <class Self, class Message, class Work>
void when_ready(Self self, const Message& m, Work work) {
  self->state.early.run_or_keep(self->state.is_ready(), m,
                                [self, work](const Message& x) { work(self, x); });
}
/// Called after each message that the actor may have waited for.
template <class Self>
void begin_if_ready(Self self) {
  if (!self->state.is_ready()) return;
  self->state.place.note_working();
  self->state.early.run_kept();
}

/// Has a flush message sent to this actor when its I/O thread has nothing else to do, once until it
/// comes. The task does not keep the actor alive.
/// @param Actor the type of its handle.
template <class Actor, class Self>
void flush_when_idle(Self self, const std::vector<service::io_thread*>& io_threads) {
  auto& s = self->state;
  if (std::exchange(s.flush_asked, true)) return;
  io_threads[io_thread_of(s.index, io_threads.size())]->post_when_idle([address = self->address()] {
    if (const auto strong = caf::actor_cast<caf::strong_actor_ptr>(address))
      caf::anon_send(caf::actor_cast<Actor>(strong), flush_atom_v);
  });
}

/// Sends exchanges to the HTTP actors of the I/O threads that made them, one message each.
/// @param self the sending actor.
template <class Self, class Handle>
void send_replies(Self* self, const routes& to, std::vector<Handle> answered) {
  if (answered.empty()) return;
  if (to.http.size() == 1) {
    self->send(to.http.front(), reply_atom_v, batch<Handle>{std::move(answered)});
    return;
  }
  auto by_thread = std::vector<std::vector<Handle>>(to.http.size());
  for (auto& x : answered) by_thread[x->io_thread].push_back(std::move(x));
  for (auto io_thread = std::size_t{0}; io_thread < by_thread.size(); ++io_thread)
    if (!by_thread[io_thread].empty())
      self->send(to.http[io_thread], reply_atom_v, batch<Handle>{std::move(by_thread[io_thread])});
}

}  // namespace mintage::actors
