#include "actors/registry.hpp"

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
}

/// Publishes if the calls changed something, then answers those that are done.
void conclude(pointer self, const oauth::registry_snapshot& before,
              std::vector<service::admin_handle> done) {
  if (self->state.work->clients() != before) publish(self);
  send_replies(self, *self->state.to, std::move(done));
}

void handle_all(pointer self, const admin_batch& b) {
  auto& s = self->state;
  const auto before = s.work->clients();
  auto done = std::vector<service::admin_handle>{};
  for (auto& x : b.take()) {
    if (auto job = s.work->handle(x))
      self->send(s.to->hashers.front(), hash_atom_v, job);
    else
      done.push_back(std::move(x));
  }
  conclude(self, before, std::move(done));
}

void store_hashed(pointer self, const hash_request& job) {
  const auto before = self->state.work->clients();
  self->state.work->store_hashed(*job);
  auto done = std::vector<service::admin_handle>{};
  done.push_back(std::move(job->asked));
  conclude(self, before, std::move(done));
}

void keep_proven(pointer self, const proof& proven) {
  const auto before = self->state.work->clients();
  self->state.work->keep_proven(*proven);
  if (self->state.work->clients() != before) publish(self);
}

}  // namespace

registry_actor::behavior_type registry(pointer self, const registry_setup* setup) {
  self->state.work.emplace(*setup);
  return {
      [self](admin_atom, const admin_batch& b) { when_ready(self, b, handle_all); },
      [self](hash_atom, const hash_request& job) { when_ready(self, job, store_hashed); },
      [self](verified_atom, const proof& proven) { when_ready(self, proven, keep_proven); },
      [self](publish_atom, const oauth::key_snapshot& keys) { self->state.work->publish(*keys); },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        publish(self);  // a replaced member has no snapshot yet
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
