#include "actors/stages/opaque_tokens.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/codec.hpp"

namespace mintage::actors {

using storage::record_key;
using storage::verdict;

void opaque_tokens::draw(service::token_exchange& x) {
  const auto& targets = x.out.targets_of(x.grant->who.targets);
  // The targets of one answer agree in format.
  if (!targets.empty() && targets.front().format == oauth::token_format::opaque)
    x.out.opaque = oauth::make_opaque_token(x.grant->where, shard_.random);
}

void opaque_tokens::issue(std::vector<service::token_handle> some) {
  for (auto& x : some) draw(*x);
  pass_on(std::move(some));
}

void opaque_tokens::pass_on(std::vector<service::token_handle> some) {
  const auto first = std::partition(some.begin(), some.end(), [](const service::token_handle& x) {
    return x->out.opaque.empty();
  });
  auto opaque = std::vector<service::token_handle>{std::make_move_iterator(first),
                                                   std::make_move_iterator(some.end())};
  some.erase(first, some.end());
  if (!opaque.empty()) store(std::move(opaque));
  if (!some.empty()) shard_.to.to_signer(std::move(some));
}

// An opaque token is stored before it is sent. If that fails, the handle is destroyed: the exchange
// returns unanswered, and its consumption is taken back (COM-02).
void opaque_tokens::store(std::vector<service::token_handle> some) {
  const auto now = shard_.now();
  auto ops = std::vector<storage::insert_op>{};
  ops.reserve(some.size());
  for (const auto& x : some) {
    const auto at = oauth::find_opaque_token(x->out.opaque.reveal(), shard_.hash);
    const auto token = oauth::describe(*x->grant, x->out, now, shard_.setup.rules);
    ops.push_back({.kind = storage::table::access_tokens,
                   .key = record_key::of(*at),
                   .expires = token.expires,
                   .binding = {},
                   .value = storage::encode(token)});
  }
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(some));
  shard_.records->insert(std::move(ops), now, [this, held](const std::vector<verdict>& found) {
    auto stored = std::vector<service::token_handle>{};
    for (auto i = std::size_t{0}; i < held->size(); ++i)
      if (found[i] == verdict::ok)
        stored.push_back(std::move((*held)[i]));
      else
        (*held)[i].reset();
    if (!stored.empty()) shard_.to.to_signer(std::move(stored));
  });
}

}  // namespace mintage::actors
