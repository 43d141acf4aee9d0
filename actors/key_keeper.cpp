#include "actors/key_keeper.hpp"

#include <utility>

#include "actors/member.hpp"

namespace mintage::actors {
namespace {

using pointer = key_keeper_actor::stateful_pointer<key_keeper_state>;

documents render_documents(const oauth::key_ring& keys, const oauth::options& rules) {
  return std::make_shared<const oauth::public_documents>(oauth::public_documents{
      .jwks = oauth::make_document(oauth::render_jwks(keys)),
      .metadata = oauth::make_document(oauth::render_metadata(rules, keys))});
}

// Documents and validators come before the signers: no token is signed with a key that is not
// published, or that this server itself does not know. Routes precede the first request, because
// gateways get this actor's address from them.
void publish(pointer self, const oauth::options& rules) {
  const auto& keys = self->state.work->ring();
  const auto& to = *self->state.to;
  self->send(to.registry, publish_atom_v, keys);
  const auto shown = render_documents(*keys, rules);
  for (const auto& h : to.http) {
    self->send(h, publish_atom_v, shown);
    self->send(h, publish_atom_v, keys);
  }
  for (const auto& v : to.validators) self->send(v, publish_atom_v, keys);
  for (const auto& s : to.signers) self->send(s, publish_atom_v, keys);
}

void handle_all(pointer self, const oauth::options& rules, const admin_batch& b) {
  auto& s = self->state;
  const auto before = s.work->ring();
  auto asked = b.take();
  static_cast<void>(s.work->tick());
  for (auto& x : asked) s.work->handle(*x);
  if (s.work->ring() != before) publish(self, rules);
  send_replies(self, *s.to, std::move(asked));
}

}  // namespace

key_keeper_actor::behavior_type key_keeper(pointer self, const key_keeper_setup* setup) {
  self->state.work.emplace(*setup);
  self->delayed_send(self, key_keeper_interval, tick_atom_v);
  return {
      [self, setup](admin_atom, const admin_batch& b) { handle_all(self, setup->rules, b); },
      [self, setup](tick_atom) {
        if (self->state.work->tick() && self->state.to) publish(self, setup->rules);
        self->delayed_send(self, key_keeper_interval, tick_atom_v);
      },
      [self, setup](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        publish(self, setup->rules);  // replaced members have no snapshot yet
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
