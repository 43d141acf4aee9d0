#include "actors/logout_notifier.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <memory>
#include <utility>
#include <vector>

namespace mintage::actors {
namespace {

using pointer = logout_notifier_actor::stateful_pointer<logout_notifier_state>;

/// Gives an order to the fetcher, whose thread sends the outcome here.
void place(pointer self, const logout_setup& setup, logout_order o) {
  setup.sender->post(std::move(o.url), std::move(o.form),
                     [address = self->address(), id = o.id](service::fetch_outcome outcome) {
                       const auto me = caf::actor_cast<caf::strong_actor_ptr>(address);
                       if (me == nullptr) return;
                       caf::anon_send(caf::actor_cast<logout_notifier_actor>(me), fetched_atom_v,
                                      std::make_shared<const logout_answer>(
                                          logout_answer{id, std::move(outcome)}));
                     });
}

void deliver(pointer self, const logout_setup& setup) {
  for (auto& o : self->state.work->take_due()) place(self, setup, std::move(o));
}

/// Searches go to the shards of their sessions.
void begin_all(pointer self, const admin_batch& b) {
  auto& s = self->state;
  auto answered = std::vector<service::admin_handle>{};
  for (auto& x : b.take()) {
    auto search = s.work->begin(x);
    if (search == nullptr) {
      answered.push_back(std::move(x));
      continue;
    }
    const auto shard = search->keys.front().where().shard(s.to->code_stores.size());
    self->send(s.to->code_stores[shard], find_atom_v, session_search_batch{std::move(search)});
  }
  send_replies(self, *s.to, std::move(answered));
}

void queue_all(pointer self, const logout_setup& setup, const session_search_batch& b) {
  auto& s = self->state;
  auto answered = std::vector<service::admin_handle>{};
  for (auto& found : b.take()) {
    s.work->queue(*found);
    answered.push_back(std::move(found->asked));
  }
  send_replies(self, *s.to, std::move(answered));
  deliver(self, setup);
}

/// What is in the mailbox now is stored together.
void flush_later(pointer self) {
  if (self->state.flush_sent) return;
  self->state.flush_sent = true;
  self->send(logout_notifier_actor{self}, flush_atom_v);
}

/// What is settled makes room.
void settle(pointer self, const logout_setup& setup) {
  if (!self->state.work->has_outcomes()) return;
  self->state.work->settle();
  deliver(self, setup);
}

void look_around(pointer self, const logout_setup& setup) {
  if (self->state.is_ready()) {
    settle(self, setup);
    deliver(self, setup);
    self->state.work->measure();
  }
  self->delayed_send(self, logout_interval, tick_atom_v);
}

}  // namespace

logout_notifier_actor::behavior_type logout_notifier(pointer self, const logout_setup* setup) {
  self->state.work.emplace(*setup);
  self->delayed_send(self, logout_interval, tick_atom_v);
  return {
      [self](admin_atom, const admin_batch& b) { when_ready(self, b, begin_all); },
      [self, setup](found_atom, const session_search_batch& b) {
        when_ready(self, b, [setup](pointer me, const session_search_batch& some) {
          queue_all(me, *setup, some);
        });
      },
      [self](fetched_atom, const logout_answer_ptr& a) {
        self->state.work->conclude(a->id, a->outcome);
        flush_later(self);
      },
      [self, setup](flush_atom) {
        self->state.flush_sent = false;
        settle(self, *setup);
      },
      [self, setup](tick_atom) { look_around(self, *setup); },
      [self](publish_atom, const oauth::registry_snapshot& clients) {
        self->state.work->publish(clients);
        begin_if_ready(self);
      },
      [self](publish_atom, const oauth::key_snapshot& keys) {
        self->state.work->publish(keys);
        begin_if_ready(self);
      },
      [setup](publish_atom, const new_settings_ptr& settings) { setup->rules = settings->rules; },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
