#include "actors/signer.hpp"

#include <stdexcept>
#include <utility>

#include "actors/send_replies.hpp"
#include "oauth/claims.hpp"
#include "oauth/response.hpp"
#include "oauth/scope.hpp"

namespace mintage::actors {

token_signer::token_signer(const signer_setup& setup, std::size_t index)
    : setup_{setup},
      meters_{setup.meters.at(index)},
      refresh_keys_{setup.master, setup.rules.refresh_key_id} {}

void token_signer::publish(const oauth::key_snapshot& keys) {
  contexts_.clear();
  for (const auto& k : keys->keys)
    if (k.state == oauth::key_state::active)
      contexts_.push_back({crypto::jws_signer{k.key}, crypto::jose_header(k.key, "at+jwt"),
                           crypto::jose_header(k.key, "JWT"),
                           crypto::jose_header(k.key, "token-introspection+jwt")});
}

token_signer::context* token_signer::context_for(crypto::jws_alg alg) noexcept {
  for (auto& c : contexts_)
    if (c.signer.key().alg() == alg) return &c;
  return nullptr;
}

token_signer::context& token_signer::context_or_first(crypto::jws_alg alg) noexcept {
  auto* found = context_for(alg);
  return found != nullptr ? *found : contexts_.front();
}

void token_signer::sign_access_token(const oauth::grant& g, const oauth::issuance& out,
                                     oauth::instant now) {
  // What its targets want, which agree (ATK-04); without any, ES256 where there is such a key.
  const auto& targets = out.targets.empty() ? g.who.targets : out.targets;
  auto& with = context_or_first(targets.empty() ? crypto::jws_alg::es256 : targets.front().alg);
  claims_.clear();
  oauth::append_access_token_claims(claims_, g, out, oauth::make_jti(g, random_), now,
                                    setup_.rules);
  sign_with(with, access_token_, with.access_header);
}

void token_signer::sign(oauth::token_exchange& x) {
  const auto& grant = *x.born;
  const auto& scope = x.out.scope.empty() ? grant.who.scope : x.out.scope;
  const auto now = setup_.clock.now();

  access_token_.clear();
  if (x.out.opaque.empty())
    sign_access_token(grant, x.out, now);
  else
    access_token_ = x.out.opaque.reveal();

  id_token_.clear();
  if (oauth::scope_has(scope, "openid")) {
    auto* id = context_for(x.client.id_token_alg);
    if (id == nullptr) throw std::runtime_error{"no active key of the client's algorithm"};
    claims_.clear();
    oauth::append_id_token_claims(claims_, grant, x.out, access_token_, x.client.id_token_alg, now,
                                  setup_.rules);
    sign_with(*id, id_token_, id->id_header);
  }

  const auto refresh_token = x.out.refresh_generation
                                 ? refresh_keys_.make(grant, *x.out.refresh_generation)
                                 : std::string{};
  oauth::append_token_answer(x.body, {.access_token = access_token_,
                                      .expires_in = setup_.rules.access_ttl,
                                      .scope = scope,
                                      .refresh_token = refresh_token,
                                      .id_token = id_token_});
}

void token_signer::sign(oauth::query_exchange& x) {
  auto& with = context_or_first(x.alg);
  std::swap(claims_, x.claims);
  x.is_jwt = true;
  sign_with(with, x.body,
            x.request.purpose == oauth::query_purpose::introspect ? with.introspection_header
                                                                  : with.id_header);
  x.done = true;
}

void token_signer::sign_with(context& c, std::string& out, std::string_view header) {
  const auto since = ticks();
  c.signer.append_compact(out, header, claims_);
  meters_.of(c.signer.key().alg()).add(ticks() - since);
}

namespace {

using pointer = signer_actor::stateful_pointer<signer_state>;

template <class Handle>
void sign_all(pointer self, const batch<Handle>& b) {
  auto& s = self->state;
  const auto busy = busy_scope{*s.meters};
  auto signed_ones = std::vector<Handle>{};
  auto handles = b.take();
  s.meters->taken.add(handles.size());
  for (auto& x : handles) {
    try {
      s.work->sign(*x);
    } catch (const std::exception&) {
      x.reset();  // goes home unanswered: what it consumed is released, then 503 (COM-02)
      continue;
    }
    signed_ones.push_back(std::move(x));
  }
  send_replies(self, *s.to, std::move(signed_ones));
}

void begin_if_ready(pointer self) {
  if (!self->state.is_ready()) return;
  for (const auto& b : std::exchange(self->state.early, {})) sign_all(self, b);
  for (const auto& b : std::exchange(self->state.early_queries, {})) sign_all(self, b);
}

}  // namespace

signer_actor::behavior_type signer(pointer self, std::size_t index, const signer_setup* setup) {
  self->state.meters = &setup->meters.at(index);
  self->state.work.emplace(*setup, index);
  return {
      [self](sign_atom, const token_batch& b) {
        if (self->state.is_ready())
          sign_all(self, b);
        else
          self->state.early.push_back(b);
      },
      [self](sign_atom, const query_batch& b) {
        if (self->state.is_ready())
          sign_all(self, b);
        else
          self->state.early_queries.push_back(b);
      },
      [self](publish_atom, const oauth::key_snapshot& keys) {
        self->state.work->publish(keys);
        begin_if_ready(self);
      },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
