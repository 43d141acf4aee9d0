#include <algorithm>
#include <iterator>
#include <utility>

#include "actors/stages/code_redemption.hpp"
#include "oauth/request/response.hpp"
#include "storage/codec.hpp"

namespace mintage::actors {

using storage::record_key;
using storage::verdict;

void code_redemption::redeem(std::vector<service::token_handle> some) {
  auto keys = std::vector<record_key>{};
  keys.reserve(some.size());
  for (const auto& x : some) keys.push_back(record_key::of(x->code));
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(some));
  shard_.records->read(
      storage::table::codes, std::move(keys), shard_.now(),
      [this, held](const std::vector<storage::read_result>& found) { judge(held, found); });
}

namespace {

/// The denial of a code that is not live.
oauth::denial why_not_live(verdict found) noexcept {
  switch (found) {
    case verdict::absent:
      return oauth::unknown_code();
    case verdict::expired:
      return oauth::expired_code();
    case verdict::revoked:
      return oauth::dead_code();
    case verdict::replayed:
      return oauth::consumed_code();
    case verdict::ok:
    case verdict::exists:
    case verdict::mismatch:
    case verdict::unknown:
      break;
  }
  return oauth::lost();
}

}  // namespace

// Rules first, then one batch: the valid request is one comparison of bindings. A request with a
// wrong binding goes to the engine as well, which counts the failure (COD-05). A code that is not
// live does not: it might be released in between, and then be consumed by an operation without a
// grant.
void code_redemption::judge(const tokens& some, const std::vector<storage::read_result>& found) {
  auto asked = std::make_shared<std::vector<service::token_handle>>();
  auto explained = std::make_shared<std::vector<std::optional<oauth::denial>>>();
  auto ops = std::vector<storage::consume_op>{};
  auto replies = std::vector<service::token_handle>{};
  auto late = replays{oauth::consumed_code(), {}, {}};
  asked->reserve(some->size());
  explained->reserve(some->size());
  ops.reserve(some->size());
  for (auto i = std::size_t{0}; i < some->size(); ++i) {
    auto& x = (*some)[i];
    if (found[i].what == verdict::replayed && is_bound(*x, found[i].binding)) {
      note_replay(std::move(x), found[i].consumed_at, found[i].new_grant, late, replies);
      continue;
    }
    if (found[i].what != verdict::ok) {
      x->denied = why_not_live(found[i].what);
      replies.push_back(std::move(x));
      continue;
    }
    auto why_not = std::optional<oauth::denial>{};
    auto op = consumption(*x, found[i], why_not);
    if (!op) {
      replies.push_back(std::move(x));
      continue;
    }
    ops.push_back(std::move(*op));
    asked->push_back(std::move(x));
    explained->push_back(why_not);
  }
  shard_.send_replies(std::move(replies), std::move(late));
  if (ops.empty()) return;
  shard_.meters.batch_size.add(ops.size());
  shard_.records->consume(std::move(ops), shard_.now(),
                          [this, asked, explained,
                           since = metrics::ticks()](std::vector<storage::consume_result> results) {
                            shard_.meters.commit_ns.add(metrics::ticks() - since);
                            settle(asked, explained, std::move(results));
                          });
}

const oauth::client* code_redemption::client_of(const service::token_exchange& x) const {
  return shard_.clients ? shard_.clients->find(x.client.id) : nullptr;
}

// The record of a consumed code is gone, so a request without redirect_uri counts as one with the
// client's only URI, and whether the code was bound to a key must be tried. The TCP port of a
// native app does not count: see `oauth::make_binding`.
bool code_redemption::is_bound(const service::token_exchange& x,
                               const crypto::digest& binding) const {
  auto uri = x.request.redirect_uri;
  const auto* const c = uri.empty() ? client_of(x) : nullptr;
  if (c != nullptr && c->redirect_uris.size() == 1) uri = c->redirect_uris.front();
  const auto claims = [&](const std::optional<crypto::digest>& jkt) {
    return oauth::claimed_binding(x.client, x.request, uri, jkt, shard_.hash) == binding;
  };
  return claims(std::nullopt) || (x.bound_to.jkt && claims(x.bound_to.jkt));
}

std::optional<storage::consume_op> code_redemption::consumption(
    service::token_exchange& x, const storage::read_result& found,
    std::optional<oauth::denial>& why_not) {
  auto op = storage::consume_op{};
  op.key = record_key::of(x.code);
  const auto code = storage::decode_code(found.value);
  if (!code) {
    why_not = oauth::lost();
    return op;
  }
  const auto is_implied =
      x.request.redirect_uri.empty() && oauth::may_omit_redirect_uri(*code, client_of(x));
  const auto uri = is_implied ? std::string_view{code->redirect_uri} : x.request.redirect_uri;
  // A proof may be sent for a code that is not bound (DPO-13).
  const auto jkt = code->dpop_jkt ? x.bound_to.jkt : std::nullopt;
  op.binding = oauth::claimed_binding(x.client, x.request, uri, jkt, shard_.hash);
  // The binding does not cover the port of a native app. No code has this one.
  if (uri != code->redirect_uri) op.binding = {};
  if (op.binding != found.binding) {
    why_not = oauth::explain_mismatch(*code, x.client, x.request, uri, x.bound_to);
    return op;
  }
  x.denied = issue_grant(x, code->who, found.cut);
  if (x.denied) return std::nullopt;
  op.attempt = x.attempt;
  op.tombstone_until = std::max(code->expires, shard_.now() + shard_.setup.rules.code_tombstone);
  op.new_grant.kind = storage::table::grants;
  op.new_grant.key = record_key::of(*x.grant);
  op.new_grant.expires = oauth::forget_at(*x.grant, x.client.lives, shard_.setup.rules);
  op.new_grant.value = storage::encode(*x.grant);
  op.new_grant.may_rotate = x.grant->refreshable;
  return op;
}

// The bindings are right; this checks the rest of P18, then P20. A refusal here leaves the code
// live (COD-05, COD-10, NEG-118, NEG-119).
std::optional<oauth::denial> code_redemption::issue_grant(service::token_exchange& x,
                                                          const oauth::login& who,
                                                          const joined_cutoffs& joined) {
  const auto cut = shard_.find_cutoffs(who, joined);
  if (!cut) return oauth::lost();
  if (oauth::is_cut_off(who, *cut)) return oauth::void_code();
  const auto draw = oauth::new_grant_ids::draw(shard_.random);
  auto new_grant = oauth::issue_grant(who, x.code.where, x.client, x.bound_to, draw, shard_.now(),
                                      shard_.setup.rules);
  auto out = oauth::issue_of_code(new_grant, x.request, shard_.setup.rules);
  if (!out) return out.error();
  x.attempt = draw.attempt;
  x.grant = std::move(new_grant);
  x.out = std::move(*out);
  shard_.describe_tokens(x);
  next_.draw(x);
  return std::nullopt;
}

void code_redemption::settle(const tokens& some, const explanations& explained,
                             std::vector<storage::consume_result> found) {
  auto replies = std::vector<service::token_handle>{};
  auto to_sign = std::vector<service::token_handle>{};
  auto late = replays{oauth::consumed_code(), {}, {}};
  to_sign.reserve(some->size());
  for (auto i = std::size_t{0}; i < some->size(); ++i) {
    auto& x = (*some)[i];
    switch (found[i].what) {
      case verdict::ok:
        x->consumed = true;
        to_sign.push_back(std::move(x));
        continue;
      case verdict::replayed:
        note_replay(std::move(x), found[i].consumed_at, found[i].new_grant, late, replies);
        continue;
      case verdict::mismatch:
        x->denied = (*explained)[i].value_or(oauth::consumed_code());
        break;
      case verdict::expired:
        x->denied = oauth::expired_code();
        break;
      case verdict::revoked:
        x->denied = oauth::dead_code();
        break;
      case verdict::absent:
        x->denied = oauth::unknown_code();
        break;
      case verdict::exists:
      case verdict::unknown:
        x->denied = oauth::lost();
        break;
    }
    replies.push_back(std::move(x));
  }
  next_.pass_on(std::move(to_sign));
  shard_.send_replies(std::move(replies), std::move(late));
}

void code_redemption::note_replay(service::token_handle x, oauth::instant consumed_at,
                                  const record_key& new_grant, replays& late,
                                  std::vector<service::token_handle>& replies) const {
  if (oauth::replay_revokes(x->received(), consumed_at, client_of(*x), shard_.setup.rules)) {
    late.families.push_back({storage::table::grants, new_grant});
    late.asked.push_back(std::move(x));
    return;
  }
  x->denied = oauth::consumed_code();
  replies.push_back(std::move(x));
}

void code_redemption::put(std::vector<service::mint_handle> some) {
  insert(std::move(some));
}

void code_redemption::put(std::vector<service::authorization_handle> some) {
  insert(std::move(some));
}

void code_redemption::pass_on(std::vector<service::authorization_handle> some) {
  const auto first = std::partition(
      some.begin(), some.end(),
      [](const service::authorization_handle& x) { return !x->minted || x->to_sign == nullptr; });
  auto to_sign = std::vector<service::authorization_handle>{std::make_move_iterator(first),
                                                            std::make_move_iterator(some.end())};
  some.erase(first, some.end());
  if (!some.empty()) shard_.to.authorization_replies(std::move(some));
  if (!to_sign.empty()) shard_.to.authorizations_to_signer(std::move(to_sign));
}

template <class Handle>
void code_redemption::insert(std::vector<Handle> some) {
  auto ops = std::vector<storage::insert_op>{};
  ops.reserve(some.size());
  for (const auto& x : some) {
    const auto& code = *x->code;
    ops.push_back(
        {.kind = storage::table::codes,
         .key = record_key::of(x->where),
         .expires = code.expires,
         .binding = oauth::make_binding(code.who.client_id, code.who.incarnation, code.redirect_uri,
                                        code.challenge, code.dpop_jkt, shard_.hash),
         .value = storage::encode(code)});
    shard_.name_cutoffs(code.who, ops.back());
  }
  // Behind the codes, and in their commit: which clients their sessions are used at (LGO-05).
  auto marked = std::vector<std::size_t>{};
  for (auto i = std::size_t{0}; i < some.size(); ++i) {
    if (!some[i]->session) continue;
    ops.push_back({.kind = storage::table::session_clients,
                   .key = record_key::of(some[i]->session->name),
                   .expires = some[i]->session->expires,
                   .binding = {},
                   .value = storage::encode_session_client(some[i]->code->who.subject())});
    marked.push_back(i);
  }
  auto held = std::make_shared<std::vector<Handle>>(std::move(some));
  shard_.records->insert(
      std::move(ops), shard_.now(),
      [this, held, marked = std::move(marked)](const std::vector<verdict>& found) {
        for (auto i = std::size_t{0}; i < held->size(); ++i)
          (*held)[i]->minted = found[i] == verdict::ok;
        for (auto i = std::size_t{0}; i < marked.size(); ++i)
          if (found[held->size() + i] == verdict::unknown) (*held)[marked[i]]->minted = false;
        pass_on(std::move(*held));
      });
}

void code_redemption::release(std::vector<service::token_handle> some) {
  auto ops = std::vector<storage::release_op>{};
  ops.reserve(some.size());
  for (const auto& x : some) ops.push_back({record_key::of(x->code), x->attempt});
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(some));
  shard_.records->release(std::move(ops), shard_.now(), [this, held](const std::vector<verdict>&) {
    shard_.to.token_replies(std::move(*held));
  });
}

}  // namespace mintage::actors
