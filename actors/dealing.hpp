/// @file
/// Sends the exchanges of a batch to their next stages: what validators do with all of them, and
/// code stores with those whose replay ids are recorded.
#pragma once

#include <array>
#include <cassert>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "actors/member.hpp"
#include "oauth/table.hpp"

namespace mintage::actors {

using service::next_stage;

/// The slot whose code store does `work` on an exchange.
[[nodiscard]] inline oauth::slot slot_of(const service::token_exchange& x, next_stage work) {
  switch (work) {
    case next_stage::redeem:
      return x.code.where;
    case next_stage::refresh:
      return x.refresh.where;
    case next_stage::issue:
      return x.grant->where;
    case next_stage::record:
      return x.replay_ids.front().where;
    case next_stage::reply:
    case next_stage::hash:
    case next_stage::fetch:
    case next_stage::sign:
    case next_stage::put:
    case next_stage::query:
    case next_stage::keep:
    case next_stage::find:
      break;
  }
  assert(false && "not a code store's work on a token exchange");
  return {};
}
[[nodiscard]] inline oauth::slot slot_of(const service::query_exchange& x, next_stage work) {
  if (work == next_stage::record) return x.replay_ids.front().where;
  if (const auto* refresh = std::get_if<oauth::presented_refresh_token>(&x.asked))
    return refresh->where;
  if (const auto* opaque = std::get_if<oauth::opaque_token>(&x.asked)) return opaque->at.where;
  return std::get<oauth::access_token>(x.asked).where;
}
[[nodiscard]] inline oauth::slot slot_of(const service::mint_exchange& x, next_stage) {
  return x.where.where;
}
[[nodiscard]] inline oauth::slot slot_of(const service::authorization_exchange& x,
                                         next_stage work) {
  if (work == next_stage::record) return x.replay_ids.front().where;
  if (work == next_stage::put) return x.where.where;
  return x.record->key.where;
}

template <class Self>
void to_store(Self* self, const code_store_actor& store, next_stage work,
              std::vector<service::token_handle> some) {
  auto all = token_batch{std::move(some)};
  switch (work) {
    case next_stage::redeem:
      return self->send(store, redeem_atom_v, std::move(all));
    case next_stage::refresh:
      return self->send(store, refresh_atom_v, std::move(all));
    case next_stage::issue:
      return self->send(store, issue_atom_v, std::move(all));
    case next_stage::record:
      return self->send(store, record_atom_v, std::move(all));
    case next_stage::reply:
    case next_stage::hash:
    case next_stage::fetch:
    case next_stage::sign:
    case next_stage::put:
    case next_stage::query:
    case next_stage::keep:
    case next_stage::find:
      break;
  }
  assert(false && "not a code store's work on a token exchange");  // they return unanswered
}
template <class Self>
void to_store(Self* self, const code_store_actor& store, next_stage work,
              std::vector<service::query_handle> some) {
  auto all = query_batch{std::move(some)};
  if (work == next_stage::record)
    self->send(store, record_atom_v, std::move(all));
  else
    self->send(store, query_atom_v, std::move(all));
}
template <class Self>
void to_store(Self* self, const code_store_actor& store, next_stage,
              std::vector<service::mint_handle> some) {
  self->send(store, put_atom_v, mint_batch{std::move(some)});
}
template <class Self>
void to_store(Self* self, const code_store_actor& store, next_stage work,
              std::vector<service::authorization_handle> some) {
  auto all = authorization_batch{std::move(some)};
  switch (work) {
    case next_stage::put:
      return self->send(store, put_atom_v, std::move(all));
    case next_stage::record:
      return self->send(store, record_atom_v, std::move(all));
    case next_stage::keep:
      return self->send(store, keep_atom_v, std::move(all));
    case next_stage::find:
      return self->send(store, find_atom_v, std::move(all));
    case next_stage::reply:
    case next_stage::hash:
    case next_stage::fetch:
    case next_stage::sign:
    case next_stage::redeem:
    case next_stage::refresh:
    case next_stage::issue:
    case next_stage::query:
      break;
  }
  assert(false && "not a code store's work on an authorization request");
}

/// Exchanges for the code stores, by operation and then by shard.
template <class Handle>
using by_store =
    std::array<std::vector<std::vector<Handle>>, oauth::count_of<service::next_stage>()>;

template <class Self, class Handle>
void to_stores(Self* self, by_store<Handle>& sorted) {
  auto& s = self->state;
  for (auto work = std::size_t{0}; work < sorted.size(); ++work)
    for (auto shard = std::size_t{0}; shard < sorted[work].size(); ++shard)
      if (auto& some = sorted[work][shard]; !some.empty()) {
        s.meters->sent_to_stores.add(some.size());
        to_store(self, s.to->code_stores[shard], static_cast<next_stage>(work), std::move(some));
      }
}

/// Sends exchanges to reply, or to the stores of their slots; the rest is the caller's to send.
/// @param ways the next stage of each.
/// @param aside gets those for hashers and for the key fetcher, which have `wanted_keys`.
/// @param to_sign those for signers.
template <class Self, class Handle>
void deal(Self* self, std::vector<Handle> handles, std::span<const next_stage> ways,
          std::vector<Handle>& aside, std::vector<Handle>& to_sign) {
  auto& s = self->state;
  auto replies = std::vector<Handle>{};
  auto sorted = by_store<Handle>{};
  for (auto i = std::size_t{0}; i < handles.size(); ++i) {
    auto& x = handles[i];
    switch (const auto way = ways[i]) {
      case next_stage::reply:
        replies.push_back(std::move(x));
        break;
      case next_stage::hash:
      case next_stage::fetch:
        aside.push_back(std::move(x));
        break;
      case next_stage::sign:
        to_sign.push_back(std::move(x));
        break;
      case next_stage::redeem:
      case next_stage::refresh:
      case next_stage::issue:
      case next_stage::put:
      case next_stage::query:
      case next_stage::record:
      case next_stage::keep:
      case next_stage::find: {
        auto& shards = sorted[static_cast<std::size_t>(way)];
        if (shards.empty()) shards.resize(s.to->code_stores.size());
        shards[slot_of(*x, way).shard(shards.size())].push_back(std::move(x));
        break;
      }
    }
  }
  to_stores(self, sorted);
  send_replies(self, *s.to, std::move(replies));
}

}  // namespace mintage::actors
