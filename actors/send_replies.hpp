/// @file
/// The way home: answered exchanges, sorted by the I/O thread they came from.
#pragma once

#include <utility>
#include <vector>

#include "actors/interfaces.hpp"

namespace mintage::actors {

/// Sends exchanges to the HTTP actors of their I/O threads, one message each.
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
