#include "actors/validator.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <span>
#include <type_traits>
#include <utility>

#include "actors/member.hpp"

namespace mintage::actors {
namespace {

using pointer = validator_actor::stateful_pointer<validator_state>;

using next = token_validator::next;

/// The slot whose code store does `work` on `x`.
oauth::slot slot_of(const service::token_exchange& x, next work) {
  switch (work) {
    case next::redeem:
      return x.code.where;
    case next::refresh:
      return x.refresh.where;
    case next::issue:
      return x.grant->where;
    case next::reply:
    case next::hash:
    case next::sign:
    case next::put:
    case next::query:
      break;
  }
  assert(false && "not a code store's work on a token exchange");
  return {};
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
  switch (work) {
    case next::redeem:
      return self->send(store, redeem_atom_v, std::move(all));
    case next::refresh:
      return self->send(store, refresh_atom_v, std::move(all));
    case next::issue:
      return self->send(store, issue_atom_v, std::move(all));
    case next::reply:
    case next::hash:
    case next::sign:
    case next::put:
    case next::query:
      break;
  }
  assert(false && "not a code store's work on a token exchange");  // they return unanswered
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
  for (auto& x : some) {
    s.slow->push({std::move(x), s.index});
    self->send(s.to->hashers[s.next_hasher++ % s.to->hashers.size()], verify_atom_v);
  }
}

/// Tells the hashers of all that waits: a hasher that has ended may have been told of it. One that
/// finds the queue empty does nothing.
void wake_hashers(pointer self) {
  auto& s = self->state;
  for (auto left = s.slow->waiting(); left != 0; --left)
    self->send(s.to->hashers[s.next_hasher++ % s.to->hashers.size()], verify_atom_v);
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

/// Exchanges for the code stores, by operation and then by shard.
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

/// Sends the exchanges of a batch on: to reply, to the hashers, to a signer, or to
/// the stores of their slots.
/// @param ways the next stage of each.
template <class Handle>
void deal(pointer self, std::vector<Handle> handles, std::span<const next> ways) {
  auto& s = self->state;
  auto replies = std::vector<Handle>{};
  auto slow = std::vector<Handle>{};
  auto to_sign = std::vector<Handle>{};
  auto sorted = by_store<Handle>{};
  for (auto i = std::size_t{0}; i < handles.size(); ++i) {
    auto& x = handles[i];
    switch (const auto way = ways[i]) {
      case next::reply:
        replies.push_back(std::move(x));
        break;
      case next::hash:
        slow.push_back(std::move(x));
        break;
      case next::sign:
        to_sign.push_back(std::move(x));
        break;
      case next::redeem:
      case next::refresh:
      case next::issue:
      case next::put:
      case next::query: {
        auto& shards = sorted[static_cast<std::size_t>(way)];
        if (shards.empty()) shards.resize(s.to->code_stores.size());
        shards[slot_of(*x, way).shard(shards.size())].push_back(std::move(x));
        break;
      }
    }
  }
  to_stores(self, sorted);
  if constexpr (!std::is_same_v<Handle, service::mint_handle>) {
    to_hashers(self, std::move(slow));
    to_signer(self, std::move(to_sign));
  }
  send_replies(self, *s.to, std::move(replies));
}

template <class Handle, class Decide>
std::vector<next> decide_each(const std::vector<Handle>& handles, Decide decide) {
  auto ways = std::vector<next>{};
  ways.reserve(handles.size());
  for (const auto& x : handles) ways.push_back(decide(*x));
  return ways;
}

template <class Handle>
void check(pointer self, const batch<Handle>& b) {
  auto& s = self->state;
  auto handles = b.take();
  s.meters->taken.add(handles.size());
  const auto busy = busy_scope{*s.meters};
  if constexpr (std::is_same_v<Handle, service::query_handle>) {
    const auto ways = s.work->check(handles);
    deal(self, std::move(handles), ways);
  } else {
    const auto ways = decide_each(handles, [&](auto& x) { return s.work->check(x); });
    deal<Handle>(self, std::move(handles), ways);
  }
}

template <class Handle>
void settle(pointer self, const batch<Handle>& b) {
  auto& s = self->state;
  auto handles = b.take();
  const auto busy = busy_scope{*s.meters};
  if constexpr (std::is_same_v<Handle, service::query_handle>) {
    const auto ways = s.work->settle(handles);
    deal(self, std::move(handles), ways);
  } else {
    const auto ways = decide_each(handles, [&](auto& x) { return s.work->settle(x); });
    deal<Handle>(self, std::move(handles), ways);
  }
}

}  // namespace

validator_actor::behavior_type validator(pointer self, std::size_t index,
                                         const validator_setup* setup) {
  self->state.index = index;
  self->state.slow = setup->slow;
  self->state.meters = &setup->meters.at(index);
  self->state.work.emplace(*setup);
  return {
      [self](validate_atom, const token_batch& b) {
        when_ready(self, b, check<service::token_handle>);
      },
      [self](validate_atom, const query_batch& b) {
        when_ready(self, b, check<service::query_handle>);
      },
      [self](validate_atom, const mint_batch& b) {
        when_ready(self, b, check<service::mint_handle>);
      },
      // A hasher may learn of a new validator before that one has the clients.
      [self](verified_atom, const token_batch& b) {
        when_ready(self, b, settle<service::token_handle>);
      },
      [self](verified_atom, const query_batch& b) {
        when_ready(self, b, settle<service::query_handle>);
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
        wake_hashers(self);
        begin_if_ready(self);
      },
  };
}

}  // namespace mintage::actors
