#include "actors/registry.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "actors/member.hpp"

namespace mintage::actors {
namespace {

using pointer = registry_actor::stateful_pointer<registry_state>;

// Before the answers, so that a caller that has one finds the change everywhere.
void publish(pointer self) {
  const auto& to = *self->state.to;
  const auto& clients = self->state.work->clients();
  for (const auto& v : to.validators) self->send(v, publish_atom_v, clients);
  for (const auto& c : to.code_stores) self->send(c, publish_atom_v, clients);
  for (const auto& h : to.http) self->send(h, publish_atom_v, clients);
  self->send(to.logout_notifier, publish_atom_v, clients);
}

/// Whether a call has ended a session.
bool has_ended_session(const service::admin_exchange& x) {
  const auto* const cut = std::get_if<oauth::cut_off>(&x.call);
  return cut != nullptr && cut->kind == oauth::cutoff_kind::session && x.answer;
}

/// Sends the answers that need not wait any longer.
void reply_due(pointer self, const registry_setup& setup) {
  auto& s = self->state;
  send_replies(self, *s.to, s.waiting.take_due(setup.records, setup.clock.now()));
  if (s.waiting.empty() || s.is_ticking) return;
  s.is_ticking = true;
  self->delayed_send(self, confirmation_interval, tick_atom_v);
}

/// What the registry knew before it did something.
struct knowledge {
  oauth::registry_snapshot clients;
  storage::revision seen;
};
knowledge known_to(pointer self) {
  return {self->state.work->clients(), self->state.work->seen()};
}

/// Publishes what has changed since `before`, and tells the other nodes and the key keeper.
void conclude(pointer self, const registry_setup& setup, const knowledge& before) {
  auto& work = *self->state.work;
  const auto keys_changed = work.take_keys_changed();
  if (work.clients() != before.clients) publish(self);
  if (work.seen() != before.seen)
    setup.records.published(storage::catalog_reader::registry, work.seen());
  if (work.seen() != before.seen || keys_changed)
    self->send(self->state.to->key_keeper, changed_atom_v, work.seen(), keys_changed);
}

/// Answers the calls, after the other nodes have taken over what they wrote.
void conclude(pointer self, const registry_setup& setup, const knowledge& before,
              std::vector<service::admin_handle> done) {
  conclude(self, setup, before);
  auto& s = self->state;
  if (s.work->seen() == before.seen) return send_replies(self, *s.to, std::move(done));
  s.waiting.add(std::move(done), s.work->seen(), setup.clock.now());
  reply_due(self, setup);
}

void handle_all(pointer self, const registry_setup& setup, const admin_batch& b) {
  auto& s = self->state;
  const auto before = known_to(self);
  auto done = std::vector<service::admin_handle>{};
  for (auto& x : b.take()) {
    if (auto job = s.work->handle(x)) {
      self->send(s.to->hashers.front(), hash_atom_v, job);
    } else if (has_ended_session(*x)) {
      x->answer.reset();  // it is answered when what clients are to be told is durable
      self->send(s.to->logout_notifier, admin_atom_v, admin_batch{std::move(x)});
    } else {
      done.push_back(std::move(x));
    }
  }
  conclude(self, setup, before, std::move(done));
}

void store_hashed(pointer self, const registry_setup& setup, const hash_request& job) {
  const auto before = known_to(self);
  self->state.work->store_hashed(*job);
  auto done = std::vector<service::admin_handle>{};
  done.push_back(std::move(job->asked));
  conclude(self, setup, before, std::move(done));
}

void keep_proven(pointer self, const registry_setup& setup, const proof& proven) {
  const auto before = known_to(self);
  self->state.work->keep_proven(*proven);
  conclude(self, setup, before);
}

void note_use(pointer self, const registry_setup& setup, const std::string& client) {
  const auto before = known_to(self);
  self->state.work->note_use(client);
  conclude(self, setup, before);
}

/// How often registered clients are looked through; at once when there may be more to remove.
constexpr auto forget_interval = std::chrono::minutes{10};
constexpr auto forget_pause = std::chrono::seconds{1};

void begin_to_forget(pointer self, const registry_setup& setup) {
  if (setup.rules.registration.mode == oauth::registration_mode::off) return;
  if (std::exchange(self->state.is_forgetting, true)) return;
  self->delayed_send(self, forget_pause, use_atom_v);
}

void forget_unused(pointer self, const registry_setup& setup) {
  const auto before = known_to(self);
  const auto has_more = self->state.work->forget_unused();
  conclude(self, setup, before);
  if (has_more)
    self->delayed_send(self, forget_pause, use_atom_v);
  else
    self->delayed_send(self, forget_interval, use_atom_v);
}

/// How often a change of the seal keys is looked for.
constexpr auto seal_interval = std::chrono::seconds{1};

void seal_anew(pointer self, const registry_setup& setup) {
  const auto before = known_to(self);
  self->state.work->seal_anew();
  conclude(self, setup, before);
}

void refresh(pointer self, const registry_setup& setup) {
  const auto before = known_to(self);
  self->state.work->refresh();
  conclude(self, setup, before);
  // The key keeper, too, has answers that wait for other nodes.
  if (self->state.work->seen() == before.seen)
    self->send(self->state.to->key_keeper, changed_atom_v, before.seen, false);
  reply_due(self, setup);
}

}  // namespace

registry_actor::behavior_type registry(pointer self, const registry_setup* setup) {
  self->state.work.emplace(*setup);
  begin_to_forget(self, *setup);
  self->delayed_send(self, seal_interval, seal_atom_v);
  const auto with_setup = [setup](auto work) {
    return [setup, work](pointer me, const auto& message) { work(me, *setup, message); };
  };
  return {
      [=](admin_atom, const admin_batch& b) { when_ready(self, b, with_setup(handle_all)); },
      [=](hash_atom, const hash_request& job) { when_ready(self, job, with_setup(store_hashed)); },
      [=](verified_atom, const proof& proven) {
        when_ready(self, proven, with_setup(keep_proven));
      },
      [=](changed_atom) {
        if (self->state.is_ready()) refresh(self, *setup);
      },
      [=](tick_atom) {
        self->state.is_ticking = false;
        reply_due(self, *setup);
      },
      [=](use_atom, const std::string& client) { when_ready(self, client, with_setup(note_use)); },
      [=](use_atom) {
        if (setup->rules.registration.mode == oauth::registration_mode::off)
          self->state.is_forgetting = false;
        else if (self->state.is_ready())
          forget_unused(self, *setup);
        else
          self->delayed_send(self, forget_pause, use_atom_v);
      },
      [=](seal_atom) {
        if (self->state.is_ready()) seal_anew(self, *setup);
        self->delayed_send(self, seal_interval, seal_atom_v);
      },
      [self](publish_atom, const oauth::key_snapshot& keys) { self->state.work->publish(*keys); },
      [=](publish_atom, const new_settings_ptr& settings) {
        setup->rules = settings->rules;
        begin_to_forget(self, *setup);
      },
      [=](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        publish(self);  // a replaced member has no snapshot yet
        const auto seen = self->state.work->seen();
        setup->records.published(storage::catalog_reader::registry, seen);
        // The former registry may have ended before it told of changed keys.
        self->send(to->key_keeper, changed_atom_v, seen, true);
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
