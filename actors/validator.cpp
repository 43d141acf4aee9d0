#include "actors/validator.hpp"

#include <array>
#include <type_traits>
#include <utility>

#include "actors/send_replies.hpp"
#include "actors/stages/query_answer.hpp"
#include "oauth/grant/client_credentials.hpp"
#include "oauth/request/response.hpp"

namespace mintage::actors {

std::shared_ptr<void> hash_permits::enter() {
  if (free_.fetch_sub(1, std::memory_order_relaxed) > 0)
    return {static_cast<void*>(this),
            [this](void*) { free_.fetch_add(1, std::memory_order_relaxed); }};
  free_.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

token_validator::token_validator(const validator_setup& setup)
    : setup_{setup}, authenticator_{setup.keys}, failures_{setup.keys.process} {}

template <class Exchange>
token_validator::next token_validator::decide(Exchange& x,
                                              oauth::client_authenticator::outcome outcome) {
  if (const auto* client = std::get_if<oauth::client_facts>(&outcome)) return route(x, *client);
  if (const auto* why = std::get_if<oauth::denial>(&outcome)) return refuse(x, *why);
  // Whether a chosen secret is right takes a slow hash to know; who failed too often gets one as
  // long as others do not need the places.
  if (setup_.io_thread.is_crowded() && is_over_limit(x)) {
    x.denied = oauth::too_many_failures();
    return next::home;
  }
  x.slow_place = setup_.io_thread.enter();
  if (!x.slow_place) {
    x.denied = oauth::overloaded();
    return next::home;
  }
  x.slow = std::get<oauth::slow_check>(std::move(outcome));
  return next::hash;
}

template <class Exchange>
token_validator::next token_validator::decide(Exchange& x,
                                              const oauth::result<oauth::client_facts>& settled) {
  x.slow.reset();
  x.slow_place.reset();
  return settled ? route(x, *settled) : refuse(x, settled.error());
}

/// CAU-16: failures are counted, and beyond the limit answered otherwise. Nobody else is touched.
template <class Exchange>
token_validator::next token_validator::refuse(Exchange& x, const oauth::denial& why) {
  x.denied = why;
  if (why.code == oauth::errc::invalid_client && setup_.limits != nullptr && x.source) {
    const auto key = oauth::failure_key(failures_, x.request.who.id, *x.source);
    if (setup_.limits->note(key, setup_.clock.now())) x.denied = oauth::too_many_failures();
  }
  return next::home;
}

template <class Exchange>
bool token_validator::is_over_limit(const Exchange& x) {
  if (setup_.limits == nullptr || !x.source) return false;
  const auto key = oauth::failure_key(failures_, x.request.who.id, *x.source);
  return setup_.limits->is_over(key, setup_.clock.now());
}

token_validator::next token_validator::check(service::token_exchange& x) {
  return decide(x, authenticator_.authenticate(*clients_, x.request, setup_.clock.now()));
}

token_validator::next token_validator::settle(service::token_exchange& x) {
  return decide(
      x, authenticator_.settle(*clients_, x.request, *x.slow, x.slow_matched, setup_.clock.now()));
}

token_validator::next token_validator::check(service::query_exchange& x) {
  if (x.request.purpose == oauth::query_purpose::userinfo) return find_token(x);
  return decide(x, authenticator_.authenticate(*clients_, x.request.who, setup_.clock.now()));
}

token_validator::next token_validator::settle(service::query_exchange& x) {
  return decide(x, authenticator_.settle(*clients_, x.request.who, *x.slow, x.slow_matched,
                                         setup_.clock.now()));
}

// The only switch over grant types behind the parser's table of their names.
token_validator::next token_validator::route(service::token_exchange& x,
                                             const oauth::client_facts& client) {
  x.client = client;
  switch (x.request.grant) {
    case oauth::grant_type::authorization_code:
      break;
    case oauth::grant_type::refresh_token:
      return find_family(x);
    case oauth::grant_type::client_credentials:
      return issue_own_grant(x);
  }
  return find_code(x);
}

token_validator::next token_validator::find_code(service::token_exchange& x) {
  const auto code = oauth::find_code(x.request.code, hash_);
  if (!code) {
    x.denied = oauth::unknown_code();
    return next::home;
  }
  x.code = *code;
  return next::redeem;
}

token_validator::next token_validator::find_family(service::token_exchange& x) {
  const auto token = oauth::parse_refresh_token(x.request.refresh_token);
  if (!token) {
    x.denied = oauth::unknown_refresh_token();
    return next::home;
  }
  x.refresh = *token;
  return next::refresh;
}

// A client's own grant needs no store, except for an opaque token (CCG-01, ATK-06).
token_validator::next token_validator::issue_own_grant(service::token_exchange& x) {
  const auto& who = *clients_->find(x.client.id);  // it was authenticated against this snapshot
  auto scope = oauth::choose_client_scope(who, x.request.scope);
  if (!scope) {
    x.denied = scope.error();
    return next::home;
  }
  auto targets = oauth::choose_targets(*clients_, who, *scope, x.request.resources());
  if (!targets) {
    x.denied = targets.error();
    return next::home;
  }
  const auto is_opaque =
      !targets->empty() && targets->front().format == oauth::token_format::opaque;
  x.grant = oauth::client_grant(x.client, std::move(*scope), std::move(*targets),
                                setup_.clock.now(), random_);
  return is_opaque ? next::issue : next::sign;
}

// Introspection is for confidential clients (INT-01), revocation for all.
token_validator::next token_validator::route(service::query_exchange& x,
                                             const oauth::client_facts& client) {
  if (client.is_public && x.request.purpose == oauth::query_purpose::introspect) {
    x.denied = oauth::denial{oauth::errc::invalid_client, "client authentication failed",
                             "introspection by a public client (INT-01)"};
    return next::home;
  }
  x.client = client;
  return find_token(x);
}

token_validator::next token_validator::find_token(service::query_exchange& x) {
  const auto now = setup_.clock.now();
  x.asked = oauth::find_token(x.request.token, *keys_, now, setup_.rules, hash_);
  if (!std::holds_alternative<oauth::unknown_token>(x.asked)) return next::query;
  return answer_query(x, {}, false, *clients_, now, setup_.rules) ? next::sign : next::home;
}

token_validator::next token_validator::check(service::mint_exchange& x) {
  const auto now = setup_.clock.now();
  auto code =
      oauth::check_mint(*clients_, std::move(x.request), now, setup_.rules, setup_.pairwise_key);
  if (!code) {
    x.error = std::move(code.error());
    return next::home;
  }
  x.expires_in = std::chrono::duration_cast<oauth::seconds>(code->expires - now);
  x.code = std::move(*code);
  x.text = oauth::make_code(oauth::slot::draw(random_), random_);
  x.where = oauth::find_code(x.text.reveal(), hash_).value();
  return next::put;
}

namespace {

using pointer = validator_actor::stateful_pointer<validator_state>;

using next = token_validator::next;

oauth::slot slot_of(const service::token_exchange& x, next work) {
  return work == next::redeem    ? x.code.where
         : work == next::refresh ? x.refresh.where
                                 : x.grant->where;
}
oauth::slot slot_of(const service::query_exchange& x, next) {
  if (const auto* refresh = std::get_if<oauth::presented_refresh_token>(&x.asked))
    return refresh->where;
  if (const auto* opaque = std::get_if<oauth::opaque_token>(&x.asked)) return opaque->at.where;
  return std::get<oauth::access_token>(x.asked).where;
}
oauth::slot slot_of(const service::mint_exchange& x, next) {
  return x.where.where;
}

void to_store(pointer self, const code_store_actor& store, next work,
              std::vector<service::token_handle> some) {
  auto all = token_batch{std::move(some)};
  if (work == next::redeem)
    self->send(store, redeem_atom_v, std::move(all));
  else if (work == next::refresh)
    self->send(store, refresh_atom_v, std::move(all));
  else
    self->send(store, issue_atom_v, std::move(all));
}
void to_store(pointer self, const code_store_actor& store, next,
              std::vector<service::query_handle> some) {
  self->send(store, query_atom_v, query_batch{std::move(some)});
}
void to_store(pointer self, const code_store_actor& store, next,
              std::vector<service::mint_handle> some) {
  self->send(store, put_atom_v, mint_batch{std::move(some)});
}

template <class Handle>
void to_hashers(pointer self, std::vector<Handle> some) {
  auto& s = self->state;
  s.meters->sent_to_hashers.add(some.size());
  for (auto& x : some)
    self->send(s.to->hashers[s.next_hasher++ % s.to->hashers.size()], verify_atom_v,
               batch<Handle>{std::move(x)}, static_cast<std::uint64_t>(s.index));
}

template <class Handle>
void to_signer(pointer self, std::vector<Handle> some) {
  if (some.empty()) return;
  auto& s = self->state;
  s.meters->sent_to_signers.add(some.size());
  const auto io_threads = s.to->http.size();
  const auto& signer = s.to->signers[next_on_io_thread(
      io_thread_of(s.index, io_threads), io_threads, s.to->signers.size(), s.next_signer++)];
  self->send(signer, sign_atom_v, batch<Handle>{std::move(some)});
}

/// Exchanges for the code stores: by work, then by shard.
template <class Handle>
using by_store = std::array<std::vector<std::vector<Handle>>, token_validator::nexts_count>;

template <class Handle>
void to_stores(pointer self, by_store<Handle>& sorted) {
  auto& s = self->state;
  for (auto work = std::size_t{0}; work < sorted.size(); ++work)
    for (auto shard = std::size_t{0}; shard < sorted[work].size(); ++shard)
      if (auto& some = sorted[work][shard]; !some.empty()) {
        s.meters->sent_to_stores.add(some.size());
        to_store(self, s.to->code_stores[shard], static_cast<next>(work), std::move(some));
      }
}

/// Judges a batch and sends its exchanges on: home, to the hashers, to a signer, or to the stores
/// of their slots.
template <class Handle, class Check>
void deal(pointer self, std::vector<Handle> handles, Check check) {
  auto& s = self->state;
  const auto busy = busy_scope{*s.meters};
  auto home = std::vector<Handle>{};
  auto slow = std::vector<Handle>{};
  auto to_sign = std::vector<Handle>{};
  auto sorted = by_store<Handle>{};
  for (auto& x : handles) {
    const auto way = check(*x);
    if (way == next::home) {
      home.push_back(std::move(x));
    } else if (way == next::hash) {
      slow.push_back(std::move(x));
    } else if (way == next::sign) {
      to_sign.push_back(std::move(x));
    } else {
      auto& shards = sorted[static_cast<std::size_t>(way)];
      if (shards.empty()) shards.resize(s.to->code_stores.size());
      shards[slot_of(*x, way).shard(shards.size())].push_back(std::move(x));
    }
  }
  to_stores(self, sorted);
  if constexpr (!std::is_same_v<Handle, service::mint_handle>) {
    to_hashers(self, std::move(slow));
    to_signer(self, std::move(to_sign));
  }
  send_replies(self, *s.to, std::move(home));
}

template <class Handle>
void check(pointer self, const batch<Handle>& b) {
  auto handles = b.take();
  self->state.meters->taken.add(handles.size());
  deal(self, std::move(handles), [self](auto& x) { return self->state.work->check(x); });
}

template <class Handle>
void settle(pointer self, const batch<Handle>& b) {
  deal(self, b.take(), [self](auto& x) { return self->state.work->settle(x); });
}

/// Whether requests can be judged; if so, those that came too early go first.
void begin_if_ready(pointer self) {
  auto& s = self->state;
  if (!s.is_ready()) return;
  for (const auto& b : std::exchange(s.early_tokens, {})) check(self, b);
  for (const auto& b : std::exchange(s.early_queries, {})) check(self, b);
  for (const auto& b : std::exchange(s.early_mints, {})) check(self, b);
  for (const auto& b : std::exchange(s.early_verified, {})) settle(self, b);
  for (const auto& b : std::exchange(s.early_verified_queries, {})) settle(self, b);
}

}  // namespace

validator_actor::behavior_type validator(pointer self, std::size_t index,
                                         const validator_setup* setup) {
  self->state.index = index;
  self->state.meters = &setup->meters.at(index);
  self->state.work.emplace(*setup);
  return {
      [self](validate_atom, const token_batch& b) {
        if (self->state.is_ready())
          check(self, b);
        else
          self->state.early_tokens.push_back(b);
      },
      [self](validate_atom, const query_batch& b) {
        if (self->state.is_ready())
          check(self, b);
        else
          self->state.early_queries.push_back(b);
      },
      [self](validate_atom, const mint_batch& b) {
        if (self->state.is_ready())
          check(self, b);
        else
          self->state.early_mints.push_back(b);
      },
      [self](verified_atom, const token_batch& b) {
        // A hasher may learn of a replaced validator before that one learns of the clients.
        if (self->state.is_ready())
          settle(self, b);
        else
          self->state.early_verified.push_back(b);
      },
      [self](verified_atom, const query_batch& b) {
        if (self->state.is_ready())
          settle(self, b);
        else
          self->state.early_verified_queries.push_back(b);
      },
      [self](publish_atom, const oauth::registry_snapshot& clients) {
        self->state.work->publish(clients);
        begin_if_ready(self);
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
