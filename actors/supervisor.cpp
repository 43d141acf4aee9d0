#include "actors/supervisor.hpp"

#include <utility>

#include "actors/http_actor.hpp"
#include "actors/on_io_thread.hpp"

namespace mintage::actors {
namespace {

using pointer = supervisor_actor::stateful_pointer<supervisor_state>;

/// Makes a member of a pool on its I/O thread. With as many members as I/O threads, each thread has
/// its own.
template <class Handle, class State, class Setup>
Handle make_member(
    pointer self, const supervisor_setup& s, std::size_t i,
    typename Handle::behavior_type (*begin)(typename Handle::template stateful_pointer<State>,
                                            std::size_t, const Setup*),
    const Setup* setup, std::size_t messages_per_turn) {
  if (!s.own_threads) return self->spawn<caf::monitored>(begin, i, setup);
  return self->spawn<member_on_io_thread<Handle, State>, caf::lazy_init + caf::monitored>(
      s.gateways[io_thread_of(i, s.gateways.size())]->io_thread(), messages_per_turn,
      [begin, i, setup](typename Handle::template stateful_pointer<State> member) {
        return begin(member, i, setup);
      });
}

// One function per kind of member; `routes` has its place.

http_actor make_http(pointer self, const supervisor_setup& s, std::size_t i) {
  return self->spawn<http_actor_on_io_thread, caf::lazy_init + caf::monitored>(*s.gateways[i]);
}
validator_actor make_validator(pointer self, const supervisor_setup& s, std::size_t i) {
  return make_member<validator_actor, validator_state>(self, s, i, validator, &s.members.validators,
                                                       8);
}
// It collects everything in its mailbox in one turn.
code_store_actor make_code_store(pointer self, const supervisor_setup& s, std::size_t i) {
  return make_member<code_store_actor, code_store_state>(self, s, i, code_store,
                                                         &s.members.code_stores, 64);
}
// Other tasks, above all replies, run between two batches.
signer_actor make_signer(pointer self, const supervisor_setup& s, std::size_t i) {
  return make_member<signer_actor, signer_state>(self, s, i, signer, &s.members.signers, 1);
}
hasher_actor make_hasher(pointer self, const supervisor_setup& s, std::size_t i) {
  const auto* setup = &s.members.hashers;
  return s.own_threads ? self->spawn<caf::monitored + caf::detached>(hasher, i, setup)
                       : self->spawn<caf::monitored>(hasher, i, setup);
}
registry_actor make_registry(pointer self, const supervisor_setup& s) {
  return s.own_threads ? self->spawn<caf::monitored + caf::detached>(registry, &s.members.registry)
                       : self->spawn<caf::monitored>(registry, &s.members.registry);
}
key_keeper_actor make_key_keeper(pointer self, const supervisor_setup& s) {
  return s.own_threads ? self->spawn<caf::monitored + caf::detached>(key_keeper, &s.members.keys)
                       : self->spawn<caf::monitored>(key_keeper, &s.members.keys);
}

template <class Actor>
void fill(pointer self, const supervisor_setup& s, std::vector<Actor>& pool, std::size_t size,
          Actor (*make)(pointer, const supervisor_setup&, std::size_t)) {
  for (auto i = std::size_t{0}; i < size; ++i) pool.push_back(make(self, s, i));
}

/// Replaces the ended member at `dead`, if it belongs to this pool.
template <class Actor>
bool replace(pointer self, const supervisor_setup& s, std::vector<Actor>& pool,
             const caf::actor_addr& dead,
             Actor (*make)(pointer, const supervisor_setup&, std::size_t)) {
  for (auto i = std::size_t{0}; i < pool.size(); ++i)
    if (pool[i].address() == dead) {
      pool[i] = make(self, s, i);
      return true;
    }
  return false;
}

template <class Visit>
void for_each_member(const routes& r, Visit visit) {
  for (const auto& a : r.http) visit(a);
  for (const auto& a : r.validators) visit(a);
  for (const auto& a : r.code_stores) visit(a);
  for (const auto& a : r.signers) visit(a);
  for (const auto& a : r.hashers) visit(a);
  visit(r.registry);
  visit(r.key_keeper);
}

// Members first, then the HTTP actors: when a gateway learns of a member, that member has its
// routes. Registry and key keeper respond by publishing their snapshots to all members.
void announce(pointer self) {
  const auto shared = std::make_shared<const routes>(self->state.now);
  for (const auto& a : shared->signers) self->send(a, routes_atom_v, shared);
  for (const auto& a : shared->code_stores) self->send(a, routes_atom_v, shared);
  for (const auto& a : shared->hashers) self->send(a, routes_atom_v, shared);
  for (const auto& a : shared->validators) self->send(a, routes_atom_v, shared);
  self->send(shared->registry, routes_atom_v, shared);
  self->send(shared->key_keeper, routes_atom_v, shared);
  for (const auto& a : shared->http) self->send(a, routes_atom_v, shared);
}

void replace_dead(pointer self, const supervisor_setup& s, const caf::actor_addr& dead) {
  auto& now = self->state.now;
  const auto replaced = replace(self, s, now.signers, dead, make_signer) ||
                        replace(self, s, now.code_stores, dead, make_code_store) ||
                        replace(self, s, now.validators, dead, make_validator) ||
                        replace(self, s, now.http, dead, make_http) ||
                        replace(self, s, now.hashers, dead, make_hasher);
  if (!replaced && now.registry.address() == dead) now.registry = make_registry(self, s);
  if (!replaced && now.key_keeper.address() == dead) now.key_keeper = make_key_keeper(self, s);
  announce(self);
}

}  // namespace

supervisor_actor::behavior_type supervisor(pointer self, const supervisor_setup* setup) {
  self->set_down_handler([self, setup](caf::down_msg& down) {
    if (!self->state.stopping) replace_dead(self, *setup, down.source);
  });
  self->set_exit_handler([self](caf::exit_msg& exit) {
    self->state.stopping = true;
    for_each_member(self->state.now,
                    [&](const auto& a) { self->send_exit(a, caf::exit_reason::user_shutdown); });
    self->quit(std::move(exit.reason));
  });
  return {
      [self, setup](routes_atom) {
        auto& now = self->state.now;
        const auto& sizes = setup->sizes;
        now.key_keeper = make_key_keeper(self, *setup);
        now.registry = make_registry(self, *setup);
        fill(self, *setup, now.hashers, sizes.hashers, make_hasher);
        fill(self, *setup, now.signers, sizes.signers, make_signer);
        fill(self, *setup, now.code_stores, sizes.code_stores, make_code_store);
        fill(self, *setup, now.validators, sizes.validators, make_validator);
        fill(self, *setup, now.http, setup->gateways.size(), make_http);
        announce(self);
      },
  };
}

}  // namespace mintage::actors
