#include "actors/supervisor.hpp"

#include <utility>

#include "actors/http_actor.hpp"
#include "actors/member.hpp"
#include "actors/on_io_thread.hpp"

namespace mintage::actors {
namespace {

using pointer = supervisor_actor::stateful_pointer<supervisor_state>;

/// Gives a new member its place, then lets it begin. The place is an argument, since CAF 0.17 reads
/// through a null pointer where a function is spawned without any.
template <class Handle, class State, class Begin>
auto placed(Begin begin) {
  return [begin](typename Handle::template stateful_pointer<State> member,
                 const member_place& place) -> typename Handle::behavior_type {
    end_silently_on_exceptions(*member);
    member->state.place = place;
    return begin(member);
  };
}

/// A member of a pool on its I/O thread: with as many members as I/O threads, each I/O thread has
/// its own.
template <class Handle, class State, class Setup>
Handle make_member(
    pointer self, const supervisor_setup& s, const member_place& place,
    typename Handle::behavior_type (*begin)(typename Handle::template stateful_pointer<State>,
                                            std::size_t, const Setup*),
    const Setup* setup, std::size_t messages_per_turn) {
  const auto i = place.index;
  auto run =
      placed<Handle, State>([begin, i, setup](auto* member) { return begin(member, i, setup); });
  if (!s.own_threads) return self->spawn<caf::monitored>(std::move(run), place);
  return self->spawn<member_on_io_thread<Handle, State>, caf::lazy_init + caf::monitored>(
      s.gateways[io_thread_of(i, s.gateways.size())]->io_thread(), messages_per_turn,
      [run, place](typename Handle::template stateful_pointer<State> member) {
        return run(member, place);
      });
}

/// An actor that waits, for the disk or for argon2id, on a thread of its own.
template <class Handle, class State, class Begin>
Handle make_waiting(pointer self, const supervisor_setup& s, const member_place& place,
                    Begin begin) {
  auto run = placed<Handle, State>(begin);
  return s.own_threads ? self->spawn<caf::monitored + caf::detached>(std::move(run), place)
                       : self->spawn<caf::monitored>(std::move(run), place);
}

/// The setup of member `i` of a pool.
template <class Setup>
const Setup* setup_of(const std::vector<Setup>& all, std::size_t i, const supervisor_setup& s) {
  return &all[io_thread_of(i, s.gateways.size()) % all.size()];
}

/// Makes a member and puts it into its place in the routes.
void make(pointer self, const supervisor_setup& s, pool of, std::size_t i) {
  auto& now = self->state.now;
  const auto place = member_place{&s.board.members, of, i};
  switch (of) {
    case pool::http:
      now.http[i] = self->spawn<http_actor_on_io_thread, caf::lazy_init + caf::monitored>(
          *s.gateways[i], place);
      return;
    case pool::validator:
      now.validators[i] = make_member<validator_actor, validator_state>(
          self, s, place, validator, setup_of(s.members.validators, i, s), 8);
      return;
    case pool::code_store:
      // Collects all that has come.
      now.code_stores[i] = make_member<code_store_actor, code_store_state>(
          self, s, place, code_store, setup_of(s.members.code_stores, i, s), 64);
      return;
    case pool::signer:
      // Others get their turn, replies above all, while there is more to sign.
      now.signers[i] = make_member<signer_actor, signer_state>(
          self, s, place, signer, setup_of(s.members.signers, i, s), 1);
      return;
    case pool::hasher:
      now.hashers[i] = make_waiting<hasher_actor, hasher_state>(
          self, s, place, [i, with = &s.members.hashers](auto* me) { return hasher(me, i, with); });
      return;
    case pool::registry:
      now.registry = make_waiting<registry_actor, registry_state>(
          self, s, place, [with = &s.members.registry](auto* me) { return registry(me, with); });
      return;
    case pool::key_keeper:
      now.key_keeper = make_waiting<key_keeper_actor, key_keeper_state>(
          self, s, place, [with = &s.members.keys](auto* me) { return key_keeper(me, with); });
      return;
    case pool::key_fetcher:
      now.key_fetcher = make_waiting<key_fetcher_actor, key_fetcher_state>(
          self, s, place,
          [with = &s.members.key_fetcher](auto* me) { return key_fetcher(me, with); });
      return;
    case pool::logout_notifier:
      now.logout_notifier = make_waiting<logout_notifier_actor, logout_notifier_state>(
          self, s, place,
          [with = &s.members.logouts](auto* me) { return logout_notifier(me, with); });
      return;
  }
}

by_pool<std::size_t> sizes_of(const supervisor_setup& s) {
  auto sizes = by_pool<std::size_t>{};
  sizes[pool::http] = s.gateways.size();
  sizes[pool::validator] = s.sizes.validators;
  sizes[pool::code_store] = s.sizes.code_stores;
  sizes[pool::signer] = s.sizes.signers;
  sizes[pool::hasher] = s.sizes.hashers;
  sizes[pool::registry] = sizes[pool::key_keeper] = 1;
  sizes[pool::key_fetcher] = sizes[pool::logout_notifier] = 1;
  return sizes;
}

void make_all(pointer self, const supervisor_setup& s) {
  auto& state = self->state;
  const auto sizes = sizes_of(s);
  state.now.http.resize(sizes[pool::http]);
  state.now.validators.resize(sizes[pool::validator]);
  state.now.code_stores.resize(sizes[pool::code_store]);
  state.now.signers.resize(sizes[pool::signer]);
  state.now.hashers.resize(sizes[pool::hasher]);
  for (const auto p : pools) {
    state.restarts[p].assign(sizes[p], restart_policy{s.restarts});
    for (auto i = std::size_t{0}; i < sizes[p]; ++i) make(self, s, p, i);
  }
}

/// @param visit is given each member with its pool and its place there.
template <class Visit>
void for_each_member(const routes& r, Visit visit) {
  const auto visit_all = [&](pool of, const auto& members) {
    for (auto i = std::size_t{0}; i < members.size(); ++i) visit(members[i], of, i);
  };
  visit_all(pool::http, r.http);
  visit_all(pool::validator, r.validators);
  visit_all(pool::code_store, r.code_stores);
  visit_all(pool::signer, r.signers);
  visit_all(pool::hasher, r.hashers);
  visit(r.registry, pool::registry, 0);
  visit(r.key_keeper, pool::key_keeper, 0);
  visit(r.key_fetcher, pool::key_fetcher, 0);
  visit(r.logout_notifier, pool::logout_notifier, 0);
}

/// The members that have copies of the settings of their own.
void publish_settings(pointer self) {
  const auto& s = self->state;
  if (s.settings == nullptr) return;
  self->send(s.now.registry, publish_atom_v, s.settings);
  self->send(s.now.key_keeper, publish_atom_v, s.settings);
  self->send(s.now.key_fetcher, publish_atom_v, s.settings);
  self->send(s.now.logout_notifier, publish_atom_v, s.settings);
}

// Members first, then the HTTP actors: when a gateway learns of a member, that member has its
// routes. Registry and key keeper respond by publishing their snapshots to all members.
void announce(pointer self) {
  publish_settings(self);  // a replaced member may have missed them
  const auto shared = std::make_shared<const routes>(self->state.now);
  for (const auto& a : shared->signers) self->send(a, routes_atom_v, shared);
  for (const auto& a : shared->code_stores) self->send(a, routes_atom_v, shared);
  for (const auto& a : shared->hashers) self->send(a, routes_atom_v, shared);
  for (const auto& a : shared->validators) self->send(a, routes_atom_v, shared);
  self->send(shared->logout_notifier, routes_atom_v, shared);
  self->send(shared->registry, routes_atom_v, shared);
  self->send(shared->key_keeper, routes_atom_v, shared);
  self->send(shared->key_fetcher, routes_atom_v, shared);
  for (const auto& a : shared->http) self->send(a, routes_atom_v, shared);
}

void restart(pointer self, const supervisor_setup& s, pool of, std::size_t index) {
  s.board.supervisor.restarts_of(of).add();
  make(self, s, of, index);
  announce(self);
}

/// Messages to a dead member return unanswered until it is replaced; the server is not ready.
void note_end(pointer self, const supervisor_setup& s, pool of, std::size_t index) {
  auto& state = self->state;
  s.board.members.note_ended(of, index);
  if (state.given_up[of]) return;
  const auto wait = state.restarts[of][index].note_end(metrics::ticks());
  s.journal.actor_ended(to_string(of), wait);
  if (!wait) {
    state.given_up[of] = true;
    if (s.give_up) s.give_up(to_string(of));
  } else if (wait->count() == 0) {
    restart(self, s, of, index);
  } else {
    self->delayed_send(self, *wait, restart_atom_v, static_cast<std::uint64_t>(of),
                       static_cast<std::uint64_t>(index));
  }
}

void note_down(pointer self, const supervisor_setup& s, const caf::actor_addr& dead) {
  const auto members = self->state.now;  // a copy: the dead one is replaced in the other
  for_each_member(members, [&](const auto& a, pool of, std::size_t index) {
    if (a.address() == dead) note_end(self, s, of, index);
  });
}

}  // namespace

supervisor_actor::behavior_type supervisor(pointer self, const supervisor_setup* setup) {
  self->set_down_handler([self, setup](caf::down_msg& down) {
    if (!self->state.stopping) note_down(self, *setup, down.source);
  });
  self->set_exit_handler([self](caf::exit_msg& exit) {
    self->state.stopping = true;
    for_each_member(self->state.now, [&](const auto& a, pool, std::size_t) {
      self->send_exit(a, caf::exit_reason::user_shutdown);
    });
    self->quit(std::move(exit.reason));
  });
  return {
      [self, setup](routes_atom) {
        make_all(self, *setup);
        announce(self);
      },
      [self](changed_atom) {
        if (self->state.now.registry) self->send(self->state.now.registry, changed_atom_v);
      },
      [self](publish_atom, const new_settings_ptr& settings) {
        self->state.settings = settings;
        publish_settings(self);
        settings->sent();
      },
      [self, setup](restart_atom, std::uint64_t of, std::uint64_t index) {
        if (!self->state.stopping) restart(self, *setup, pools.at(of), index);
      },
  };
}

}  // namespace mintage::actors
