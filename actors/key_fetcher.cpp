#include "actors/key_fetcher.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace mintage::actors {
namespace {

using pointer = key_fetcher_actor::stateful_pointer<key_fetcher_state>;

/// Gives an order to the fetcher, whose thread sends the outcome here.
void place(pointer self, const key_fetcher_setup& setup, key_order o) {
  auto tell = [address = self->address(), url = o.url](service::fetch_outcome outcome) {
    const auto me = caf::actor_cast<caf::strong_actor_ptr>(address);
    if (me == nullptr) return;
    caf::anon_send(caf::actor_cast<key_fetcher_actor>(me), fetched_atom_v,
                   std::make_shared<const key_delivery>(key_delivery{url, std::move(outcome)}));
  };
  if (setup.fetcher == nullptr)
    tell(service::fetch_outcome{tl::unexpect, service::fetch_failure::stopped});
  else
    setup.fetcher->get(std::move(o.url), std::move(o.etag), std::move(tell));
}

/// Back to its validator, which first gets the snapshot: a new one may have none yet.
void give_back(pointer self, const key_fetcher_setup& setup, key_wait w) {
  auto& s = self->state;
  const auto& validators = s.to->validators;
  const auto& validator = validators[w.validator % validators.size()];
  self->send(validator, publish_atom_v, s.work->snapshot());
  setup.meters.sent_to_validators.add();
  std::visit(
      [&](auto& x) {
        using handle = std::remove_reference_t<decltype(x)>;
        x->keys_awaited = true;
        self->send(validator, validate_atom_v, batch<handle>{std::move(x)});
      },
      w.asked);
}

void refuse(pointer self, key_wait w) {
  std::visit(
      [&](auto& x) {
        auto one = std::vector<std::remove_reference_t<decltype(x)>>{};
        one.push_back(std::move(x));
        send_replies(self, *self->state.to, std::move(one));
      },
      w.asked);
}

void publish(pointer self) {
  const auto& s = self->state;
  for (const auto& v : s.to->validators) self->send(v, publish_atom_v, s.work->snapshot());
}

/// Does what the cache wants.
void follow(pointer self, const key_fetcher_setup& setup) {
  auto& s = self->state;
  auto wanted = s.work->take_effects();
  if (wanted.is_changed) publish(self);
  for (auto& w : wanted.ready) give_back(self, setup, std::move(w));
  for (auto& w : wanted.refused) refuse(self, std::move(w));
  for (auto& o : wanted.orders) place(self, setup, std::move(o));
  if (!s.ticks && s.work->has_work()) {
    s.ticks = true;
    self->delayed_send(self, key_fetcher_interval, tick_atom_v);
  }
}

}  // namespace

key_fetcher_actor::behavior_type key_fetcher(pointer self, const key_fetcher_setup* setup) {
  self->state.work.emplace(setup->most_waiting, setup->meters);
  return {
      [self, setup](fetch_atom, const key_wait_batch& b) {
        when_ready(self, b, [setup](pointer me, const key_wait_batch& some) {
          auto all = some.take();
          setup->meters.taken.add(all.size());
          const auto busy = busy_scope{setup->meters};
          for (auto& w : all) me->state.work->ask(std::move(w), setup->clock.now());
          follow(me, *setup);
        });
      },
      [self, setup](fetched_atom, const key_delivery_ptr& d) {
        const auto busy = busy_scope{setup->meters};
        self->state.work->conclude(d->url, d->outcome, setup->clock.now());
        follow(self, *setup);
      },
      [self, setup](tick_atom) {
        self->state.ticks = false;
        self->state.work->tick(setup->clock.now());
        follow(self, *setup);
      },
      [self](publish_atom, const new_settings_ptr& settings) {
        self->state.work->set_most_waiting(settings->key_waits);
      },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        publish(self);  // replaced members have no snapshot yet
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
