#include "actors/validator.hpp"

#include <type_traits>
#include <utility>

#include "actors/send_replies.hpp"
#include "oauth/response.hpp"

namespace mintage::actors {

std::shared_ptr<void> slow_lane::enter() {
  if (free_.fetch_sub(1, std::memory_order_relaxed) > 0)
    return {static_cast<void*>(this),
            [this](void*) { free_.fetch_add(1, std::memory_order_relaxed); }};
  free_.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

token_validator::token_validator(const validator_setup& setup)
    : setup_{setup}, authenticator_{setup.keys} {}

token_validator::next token_validator::check(oauth::token_exchange& x) {
  auto outcome = authenticator_.authenticate(*clients_, x.request, setup_.clock.now());
  if (const auto* client = std::get_if<oauth::client_facts>(&outcome)) return locate(x, *client);
  if (const auto* why = std::get_if<oauth::denial>(&outcome)) {
    x.denied = *why;
    return next::home;
  }
  x.slow_place = setup_.lane.enter();
  if (!x.slow_place) {
    x.denied = oauth::overloaded();
    return next::home;
  }
  x.slow = std::get<oauth::slow_check>(std::move(outcome));
  return next::hash;
}

token_validator::next token_validator::settle(oauth::token_exchange& x) {
  const auto client =
      authenticator_.settle(*clients_, x.request, *x.slow, x.slow_matched, setup_.clock.now());
  x.slow.reset();
  x.slow_place.reset();
  if (client) return locate(x, *client);
  x.denied = client.error();
  return next::home;
}

token_validator::next token_validator::locate(oauth::token_exchange& x,
                                              const oauth::client_facts& client) {
  const auto code = oauth::find_code(x.request.code, hash_);
  if (!code) {
    x.denied = oauth::unknown_code();
    return next::home;
  }
  x.client = client;
  x.code = *code;
  return next::store;
}

token_validator::next token_validator::check(oauth::mint_exchange& x) {
  const auto now = setup_.clock.now();
  auto code = oauth::check_mint(*clients_, std::move(x.request), now, setup_.rules);
  if (!code) {
    x.error = std::move(code.error());
    return next::home;
  }
  x.expires_in = std::chrono::duration_cast<oauth::seconds>(code->expires - now);
  x.code = std::move(*code);
  x.text = oauth::make_code(oauth::slot::draw(random_), random_);
  x.where = oauth::find_code(x.text.reveal(), hash_).value();
  return next::store;
}

namespace {

using pointer = validator_actor::stateful_pointer<validator_state>;

oauth::slot slot_of(const oauth::token_exchange& x) {
  return x.code.where;
}
oauth::slot slot_of(const oauth::mint_exchange& x) {
  return x.where.where;
}

void to_store(pointer self, const code_store_actor& store, std::vector<oauth::token_handle> some) {
  self->send(store, redeem_atom_v, token_batch{std::move(some)});
}
void to_store(pointer self, const code_store_actor& store, std::vector<oauth::mint_handle> some) {
  self->send(store, put_atom_v, mint_batch{std::move(some)});
}

void to_hashers(pointer self, std::vector<oauth::token_handle> some) {
  auto& s = self->state;
  s.meters->sent_to_hashers.add(some.size());
  for (auto& x : some)
    self->send(s.to->hashers[s.next_hasher++ % s.to->hashers.size()], verify_atom_v,
               token_batch{std::move(x)}, static_cast<std::uint64_t>(s.index));
}

/// Judges a batch and sends its exchanges on: home, to the hashers, or to the stores of their
/// slots.
template <class Handle, class Judge>
void deal(pointer self, std::vector<Handle> handles, Judge judge) {
  auto& s = self->state;
  const auto busy = busy_scope{*s.meters};
  auto home = std::vector<Handle>{};
  auto slow = std::vector<Handle>{};
  auto by_shard = std::vector<std::vector<Handle>>(s.to->code_stores.size());
  for (auto& x : handles) {
    switch (judge(*x)) {
      case token_validator::next::home:
        home.push_back(std::move(x));
        break;
      case token_validator::next::hash:
        slow.push_back(std::move(x));
        break;
      case token_validator::next::store: {
        auto& shard = by_shard[slot_of(*x).shard(by_shard.size())];
        shard.push_back(std::move(x));
        break;
      }
    }
  }
  for (auto i = std::size_t{0}; i < by_shard.size(); ++i)
    if (!by_shard[i].empty()) {
      s.meters->sent_to_stores.add(by_shard[i].size());
      to_store(self, s.to->code_stores[i], std::move(by_shard[i]));
    }
  if constexpr (std::is_same_v<Handle, oauth::token_handle>) to_hashers(self, std::move(slow));
  send_replies(self, *s.to, std::move(home));
}

template <class Handle>
void judge(pointer self, const batch<Handle>& b) {
  auto handles = b.take();
  self->state.meters->taken.add(handles.size());
  deal(self, std::move(handles), [self](auto& x) { return self->state.work->check(x); });
}

void settle(pointer self, const token_batch& b) {
  deal(self, b.take(), [self](oauth::token_exchange& x) { return self->state.work->settle(x); });
}

/// Whether requests can be judged; if so, those that came too early go first.
void begin_if_ready(pointer self) {
  auto& s = self->state;
  if (!s.is_ready()) return;
  for (const auto& b : std::exchange(s.early_tokens, {})) judge(self, b);
  for (const auto& b : std::exchange(s.early_mints, {})) judge(self, b);
  for (const auto& b : std::exchange(s.early_verified, {})) settle(self, b);
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
          judge(self, b);
        else
          self->state.early_tokens.push_back(b);
      },
      [self](validate_atom, const mint_batch& b) {
        if (self->state.is_ready())
          judge(self, b);
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
      [self](publish_atom, const oauth::registry_snapshot& clients) {
        self->state.work->publish(clients);
        begin_if_ready(self);
      },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
