/// @file
/// What all actors do with batches: keep those that arrive too early, and reply.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "actors/interfaces.hpp"

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

/// Runs `work(self, m)` now, or when `begin_if_ready` finds the actor ready.
template <class Self, class Message, class Work>
void when_ready(Self self, const Message& m, Work work) {
  self->state.early.run_or_keep(self->state.is_ready(), m,
                                [self, work](const Message& x) { work(self, x); });
}
/// Called after each message that the actor may have waited for.
template <class Self>
void begin_if_ready(Self self) {
  if (self->state.is_ready()) self->state.early.run_kept();
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
