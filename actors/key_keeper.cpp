#include "actors/key_keeper.hpp"

#include <algorithm>
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

void publish_to_signers(pointer self, oauth::key_snapshot ring) {
  auto& s = self->state;
  s.signed_with = std::move(ring);
  for (const auto& a : s.to->signers) self->send(a, publish_atom_v, s.signed_with);
  self->send(s.to->logout_notifier, publish_atom_v, s.signed_with);
}

// Before all nodes publish a new key, signers go on with the keys they have; but a key that was
// removed is used no more. A signer without any key keeps its work until it gets one.
void follow(pointer self, const storage::catalog& records) {
  auto& s = self->state;
  if (s.signed_with == s.work->ring()) return;
  if (records.is_known_to_all(s.work->seen())) return publish_to_signers(self, s.work->ring());
  if (s.signed_with == nullptr) return;
  auto kept = std::make_shared<oauth::key_ring>();
  for (const auto& k : s.signed_with->keys)
    if (s.work->ring()->find(k.key.kid()) != nullptr) kept->keys.push_back(k);
  if (kept->keys.size() != s.signed_with->keys.size()) publish_to_signers(self, std::move(kept));
}

/// Each revision is told once: telling wakes this actor again.
void tell_published(pointer self, const key_keeper_setup& setup, storage::revision at) {
  auto& told = self->state.told;
  if (at <= told) return;
  told = at;
  setup.records.published(storage::catalog_reader::key_keeper, at);
}

// Documents and validators come before the signers: no token is signed with a key that is not
// published, or that this server itself does not know. Routes precede the first request, because
// gateways get this actor's address from them.
void publish(pointer self, const key_keeper_setup& setup) {
  const auto& keys = self->state.work->ring();
  const auto& to = *self->state.to;
  self->send(to.registry, publish_atom_v, keys);
  const auto shown = render_documents(*keys, setup.rules);
  for (const auto& h : to.http) {
    self->send(h, publish_atom_v, shown);
    self->send(h, publish_atom_v, keys);
  }
  for (const auto& v : to.validators) self->send(v, publish_atom_v, keys);
  tell_published(self, setup, self->state.work->seen());
  follow(self, setup.records);
}

void reply_due(pointer self, const key_keeper_setup& setup) {
  auto& s = self->state;
  send_replies(self, *s.to, s.waiting.take_due(setup.records, setup.clock.now()));
}

void handle_all(pointer self, const key_keeper_setup& setup, const admin_batch& b) {
  auto& s = self->state;
  const auto before = s.work->ring();
  const auto seen_before = s.work->seen();
  auto asked = b.take();
  static_cast<void>(s.work->tick());
  for (auto& x : asked) s.work->handle(*x);
  if (s.work->ring() != before) publish(self, setup);
  if (s.work->seen() == seen_before) return send_replies(self, *s.to, std::move(asked));
  s.waiting.add(std::move(asked), s.work->seen(), setup.clock.now());
  reply_due(self, setup);
}

void take_over(pointer self, const key_keeper_setup& setup, storage::revision at,
               bool keys_changed) {
  auto& s = self->state;
  if (keys_changed && s.work->refresh()) publish(self, setup);
  // Keys that could not be read are not published: `tick` reads them, and tells then.
  if (!s.work->is_unsure()) tell_published(self, setup, std::max(at, s.work->seen()));
  follow(self, setup.records);
  reply_due(self, setup);
}

}  // namespace

key_keeper_actor::behavior_type key_keeper(pointer self, const key_keeper_setup* setup) {
  self->state.work.emplace(*setup);
  self->delayed_send(self, key_keeper_interval, tick_atom_v);
  return {
      [self, setup](admin_atom, const admin_batch& b) { handle_all(self, *setup, b); },
      [self, setup](changed_atom, std::uint64_t at, bool keys_changed) {
        if (self->state.is_ready()) take_over(self, *setup, at, keys_changed);
      },
      [self, setup](tick_atom) {
        if (self->state.work->tick() && self->state.to) publish(self, *setup);
        if (self->state.to) {
          if (!self->state.work->is_unsure())
            tell_published(self, *setup, self->state.work->seen());
          reply_due(self, *setup);
        }
        self->delayed_send(self, key_keeper_interval, tick_atom_v);
      },
      [self, setup](publish_atom, const new_settings_ptr& settings) {
        setup->rules = settings->rules;
        if (self->state.to) publish(self, *setup);
      },
      [self, setup](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        publish(self, *setup);  // replaced members have no snapshot yet
        if (self->state.signed_with != nullptr) publish_to_signers(self, self->state.signed_with);
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
