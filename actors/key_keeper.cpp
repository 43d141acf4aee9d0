#include "actors/key_keeper.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "actors/send_replies.hpp"
#include "actors/system.hpp"
#include "crypto/seal.hpp"

namespace mintage::actors {
namespace {

/// Associated data of a sealed key: its kind and id.
std::string seal_context(const std::string& kid) {
  return "key/" + kid;
}

}  // namespace

oauth::key_snapshot load_or_make_keys(storage::catalog& records, const crypto::digest& seal_subkey,
                                      const std::vector<crypto::jws_alg>& algorithms,
                                      oauth::instant now) {
  auto ring = oauth::key_ring{};
  for (const auto& stored : records.load_keys()) {
    const auto der = crypto::unseal(seal_subkey, seal_context(stored.kid), stored.sealed);
    auto key = der ? crypto::signing_key::load(stored.alg, der->reveal()) : std::nullopt;
    if (!key) throw key_error{"signing key " + stored.kid + " does not open with this seal key"};
    ring.keys.push_back({std::move(*key), stored.state, stored.created});
  }
  auto made = std::vector<storage::key_record>{};
  for (const auto alg : algorithms) {
    if (ring.active(alg) != nullptr) continue;
    auto key = crypto::signing_key::generate(alg);
    const auto der = key.private_der();
    made.push_back({.kid = key.kid(),
                    .alg = alg,
                    .state = oauth::key_state::active,
                    .created = now,
                    .sealed = crypto::seal(seal_subkey, seal_context(key.kid()), der.reveal())});
    ring.keys.push_back({std::move(key), oauth::key_state::active, now});
  }
  if (!made.empty()) records.put_keys(made);
  // One order for all starts, so that the documents and their ETags stay the same.
  std::sort(ring.keys.begin(), ring.keys.end(), [](const auto& a, const auto& b) {
    return std::tuple{a.key.alg(), a.created, a.key.kid()} <
           std::tuple{b.key.alg(), b.created, b.key.kid()};
  });
  return std::make_shared<const oauth::key_ring>(std::move(ring));
}

namespace {

documents render_documents(const key_keeper_setup& setup) {
  return std::make_shared<const oauth::public_documents>(oauth::public_documents{
      .jwks = oauth::make_document(oauth::render_jwks(*setup.keys)),
      .metadata = oauth::make_document(oauth::render_metadata(setup.rules, *setup.keys))});
}

}  // namespace

key_keeper_actor::behavior_type key_keeper(
    key_keeper_actor::stateful_pointer<key_keeper_state> self, const key_keeper_setup* setup) {
  return {
      [self, setup](admin_atom, const admin_batch& b) {
        auto asked = b.take();
        for (auto& x : asked) x->answer = oauth::key_list{setup->keys};
        // Routes come before the first request: ports learn of this actor from them.
        send_replies(self, *self->state.to, std::move(asked));
      },
      [self, setup](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        const auto shown = render_documents(*setup);
        for (const auto& s : to->signers) self->send(s, publish_atom_v, setup->keys);
        for (const auto& h : to->http) {
          self->send(h, publish_atom_v, shown);
          self->send(h, publish_atom_v, setup->keys);
        }
      },
  };
}

}  // namespace mintage::actors
