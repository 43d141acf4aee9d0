#include "actors/hasher.hpp"

#include "crypto/password.hpp"

namespace mintage::actors {
namespace {

template <class Handle>
void compare(hasher_actor::stateful_pointer<hasher_state> self, pool_meters& meters,
             const batch<Handle>& b, std::uint64_t validator_index) {
  const auto busy = busy_scope{meters};
  auto checked = b.take();
  meters.taken.add(checked.size());
  for (auto& x : checked) x->slow_matched = oauth::run(*x->slow);
  const auto& validators = self->state.to->validators;
  self->send(validators[validator_index % validators.size()], verified_atom_v,
             batch<Handle>{std::move(checked)});
}

}  // namespace

hasher_actor::behavior_type hasher(hasher_actor::stateful_pointer<hasher_state> self,
                                   pool_meters* meters) {
  return {
      [self, meters](verify_atom, const token_batch& b, std::uint64_t validator_index) {
        compare(self, *meters, b, validator_index);
      },
      [self, meters](verify_atom, const query_batch& b, std::uint64_t validator_index) {
        compare(self, *meters, b, validator_index);
      },
      [self](hash_atom, const hash_request& job) {
        job->stored.hash = crypto::argon2id_hash(job->secret.reveal(), self->state.random);
        self->send(self->state.to->registry, hash_atom_v, job);
      },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
