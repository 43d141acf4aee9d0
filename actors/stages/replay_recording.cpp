#include "actors/stages/replay_recording.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace mintage::actors {

using storage::verdict;

namespace {

/// Ends an exchange without recording anything more of it.
template <class Exchange>
void deny(Exchange& x, const oauth::denial& why) {
  x.denied = why;
  x.replay_ids.clear();
}

}  // namespace

void replay_recording::record(std::vector<service::token_handle> some) {
  insert(std::move(some));
}

void replay_recording::record(std::vector<service::query_handle> some) {
  insert(std::move(some));
}

void replay_recording::record(std::vector<service::authorization_handle> some) {
  insert(std::move(some));
}

/// A redemption is granted by a write of its own, after this one, so the record need not be durable
/// before that. What is refused instead has changed nothing that a repetition could use.
bool is_covered(const service::token_exchange& x) noexcept {
  return x.after == service::next_stage::redeem;
}
bool is_covered(const service::query_exchange&) noexcept {
  return false;
}
/// A code is stored by a write of its own, too. A denial is answered as soon as its id is recorded.
bool is_covered(const service::authorization_exchange& x) noexcept {
  return x.after == service::next_stage::put;
}

template <class Handle>
void replay_recording::insert(std::vector<Handle> some) {
  const auto covered = std::stable_partition(some.begin(), some.end(),
                                             [](const auto& x) { return !is_covered(*x); });
  auto rest =
      std::vector<Handle>{std::make_move_iterator(covered), std::make_move_iterator(some.end())};
  some.erase(covered, some.end());
  insert_alike(std::move(some), false);
  insert_alike(std::move(rest), true);
}

template <class Handle>
void replay_recording::insert_alike(std::vector<Handle> some, bool are_covered) {
  if (some.empty()) return;
  const auto epoch = shard_.epoch();
  const auto now = shard_.now();
  auto ops = std::vector<storage::insert_op>{};
  auto asked = std::make_shared<std::vector<Handle>>();
  auto replies = std::vector<Handle>{};
  ops.reserve(some.size());
  asked->reserve(some.size());
  for (auto& x : some) {
    const auto id = x->replay_ids.front();
    // At its end the record of a first use counts as absent, and the JWT is too old by then.
    if (now >= id.expires || (epoch && id.usable_from <= *epoch)) {
      deny(*x, id.when_known);
      replies.push_back(std::move(x));
      continue;
    }
    ops.push_back({.kind = storage::table::replay_ids,
                   .key = storage::record_key::of(id),
                   .expires = id.expires,
                   .binding = {},
                   .value = {},
                   .is_covered = are_covered});
    asked->push_back(std::move(x));
  }
  if (!replies.empty()) reply(std::move(replies));
  if (ops.empty()) return;
  shard_.records->insert(std::move(ops), now, [this, asked](const std::vector<verdict>& found) {
    settle(std::move(*asked), found);
  });
}

template <class Handle>
void replay_recording::settle(std::vector<Handle> some, const std::vector<verdict>& found) {
  auto replies = std::vector<Handle>{};
  auto recorded = std::vector<Handle>{};
  recorded.reserve(some.size());
  for (auto i = std::size_t{0}; i < some.size(); ++i) {
    auto& x = some[i];
    switch (found[i]) {
      case verdict::ok:
        x->replay_ids.pop();
        recorded.push_back(std::move(x));
        continue;
      case verdict::exists:
        deny(*x, oauth::denial{x->replay_ids.front().when_known});
        break;
      case verdict::replayed:
      case verdict::mismatch:
      case verdict::revoked:
      case verdict::expired:
      case verdict::absent:
      case verdict::unknown:
        deny(*x, oauth::replay_store_silent());
        break;
    }
    replies.push_back(std::move(x));
  }
  if (!replies.empty()) reply(std::move(replies));
  if (!recorded.empty()) pass_on(std::move(recorded));
}

}  // namespace mintage::actors
