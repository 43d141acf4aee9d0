#include <algorithm>
#include <iterator>
#include <utility>

#include "actors/code_store.hpp"
#include "oauth/request/response.hpp"
#include "storage/codec.hpp"

namespace mintage::actors {

using storage::record_key;
using storage::verdict;

code_keeper::code_keeper(const code_store_setup& setup, std::size_t index,
                         std::unique_ptr<storage::shard_store> shard, outcome to)
    : setup_{setup},
      meters_{setup.meters.at(index)},
      shard_{std::move(shard)},
      to_{std::move(to)},
      keys_{setup.root, setup.rules.refresh_key_id} {}

void code_keeper::redeem(std::vector<service::token_handle> some) {
  auto keys = std::vector<record_key>{};
  keys.reserve(some.size());
  for (const auto& x : some) keys.push_back(record_key::of(x->code));
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(some));
  shard_->read(
      storage::table::codes, std::move(keys), setup_.clock.now(),
      [this, held](const std::vector<storage::read_result>& found) { judge(held, found); });
}

namespace {

/// Why a code that is not live cannot be redeemed.
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
    default:
      return oauth::lost();
  }
}

}  // namespace

// Rules first, then one batch: the valid request is one comparison of bindings. A request whose
// binding is wrong goes to the engine as well, which counts the failure (COD-05). A code that is
// not live does not: it might be released in between, and be consumed by an operation without a
// birth.
void code_keeper::judge(const tokens& some, const std::vector<storage::read_result>& found) {
  auto asked = std::make_shared<std::vector<service::token_handle>>();
  auto explained = std::make_shared<std::vector<std::optional<oauth::denial>>>();
  auto ops = std::vector<storage::consume_op>{};
  auto home = std::vector<service::token_handle>{};
  auto late = replays{oauth::consumed_code(), {}, {}};
  asked->reserve(some->size());
  explained->reserve(some->size());
  ops.reserve(some->size());
  for (auto i = std::size_t{0}; i < some->size(); ++i) {
    auto& x = (*some)[i];
    if (found[i].what == verdict::replayed &&
        oauth::claimed_binding(x->client, x->request, hash_) == found[i].binding) {
      note_replay(std::move(x), found[i].consumed_at, found[i].new_grant, late, home);
      continue;
    }
    if (found[i].what != verdict::ok) {
      x->denied = why_not_live(found[i].what);
      home.push_back(std::move(x));
      continue;
    }
    auto why_not = std::optional<oauth::denial>{};
    auto op = consumption(*x, found[i], why_not);
    if (!op) {
      home.push_back(std::move(x));
      continue;
    }
    ops.push_back(std::move(*op));
    asked->push_back(std::move(x));
    explained->push_back(why_not);
  }
  send_home(std::move(home), std::move(late));
  if (ops.empty()) return;
  meters_.batch_size.add(ops.size());
  shard_->consume(std::move(ops), setup_.clock.now(),
                  [this, asked, explained,
                   since = metrics::ticks()](std::vector<storage::consume_result> results) {
                    meters_.commit_ns.add(metrics::ticks() - since);
                    settle(asked, explained, std::move(results));
                  });
}

std::optional<storage::consume_op> code_keeper::consumption(service::token_exchange& x,
                                                            const storage::read_result& found,
                                                            std::optional<oauth::denial>& why_not) {
  auto op = storage::consume_op{};
  op.key = record_key::of(x.code);
  op.binding = oauth::claimed_binding(x.client, x.request, hash_);
  const auto code = storage::decode_code(found.value);
  if (!code) {
    why_not = oauth::lost();
    op.binding = {};
    return op;
  }
  if (op.binding != found.binding) {
    why_not = oauth::explain_mismatch(*code, x.client, x.request);
    return op;
  }
  x.denied = issue_grant(x, code->who);
  if (x.denied) return std::nullopt;
  op.attempt = x.attempt;
  op.tombstone_until = std::max(code->expires, setup_.clock.now() + setup_.rules.code_tombstone);
  op.new_grant.kind = storage::table::grants;
  op.new_grant.key = record_key::of(*x.grant);
  op.new_grant.expires = oauth::forget_at(*x.grant, setup_.rules);
  op.new_grant.value = storage::encode(*x.grant);
  return op;
}

// The bindings are right: what is left of P18, then P20. Whatever is refused here leaves the code
// live (COD-05, COD-10, NEG-118, NEG-119).
std::optional<oauth::denial> code_keeper::issue_grant(service::token_exchange& x,
                                                      const oauth::login& who) {
  const auto cut = find_cutoffs(who);
  if (!cut) return oauth::lost();
  if (oauth::is_cut_off(who, *cut)) return oauth::void_code();
  const auto draw = oauth::new_grant_ids::draw(random_);
  auto new_grant =
      oauth::issue_grant(who, x.code.where, x.client, draw, setup_.clock.now(), setup_.rules);
  auto out = oauth::issue_of_code(new_grant, x.request);
  if (!out) return out.error();
  x.attempt = draw.attempt;
  x.grant = std::move(new_grant);
  x.out = std::move(*out);
  draw_opaque(x);
  return std::nullopt;
}

void code_keeper::settle(const tokens& some, const explanations& explained,
                         std::vector<storage::consume_result> found) {
  auto home = std::vector<service::token_handle>{};
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
        note_replay(std::move(x), found[i].consumed_at, found[i].new_grant, late, home);
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
    home.push_back(std::move(x));
  }
  pass_on(std::move(to_sign));
  send_home(std::move(home), std::move(late));
}

void code_keeper::note_replay(service::token_handle x, oauth::instant consumed_at,
                              const record_key& new_grant, replays& late,
                              std::vector<service::token_handle>& home) const {
  if (oauth::replay_revokes(x->received(), consumed_at, setup_.rules)) {
    late.families.push_back({storage::table::grants, new_grant});
    late.asked.push_back(std::move(x));
    return;
  }
  x->denied = oauth::consumed_code();
  home.push_back(std::move(x));
}

std::optional<oauth::instant> code_keeper::epoch() const {
  const auto t = setup_.engine.void_before();
  return t == oauth::instant{} ? std::nullopt : std::optional{t};
}

std::optional<oauth::cutoffs> code_keeper::find_cutoffs(const oauth::login& who) {
  auto& table = setup_.engine.cutoffs();
  auto found = oauth::cutoffs{.subject = {}, .session = {}, .epoch = epoch()};
  if (!table.has_any()) return found;
  try {
    found.subject = table.find(oauth::cutoff_key(oauth::cutoff_kind::subject, who.sub, hash_));
    if (!who.sid.empty())
      found.session = table.find(oauth::cutoff_key(oauth::cutoff_kind::session, who.sid, hash_));
  } catch (const storage::storage_error&) {
    return std::nullopt;
  }
  return found;
}

void code_keeper::draw_opaque(service::token_exchange& x) {
  const auto& targets = x.out.targets_of(x.grant->who.targets);
  // Those of one answer agree in format.
  if (!targets.empty() && targets.front().format == oauth::token_format::opaque)
    x.out.opaque = oauth::make_opaque_token(x.grant->where, random_);
}

void code_keeper::pass_on(std::vector<service::token_handle> some) {
  const auto first = std::partition(some.begin(), some.end(), [](const service::token_handle& x) {
    return x->out.opaque.empty();
  });
  auto opaque = std::vector<service::token_handle>{std::make_move_iterator(first),
                                                   std::make_move_iterator(some.end())};
  some.erase(first, some.end());
  if (!opaque.empty()) keep_opaque(std::move(opaque));
  if (!some.empty()) to_.to_signer(std::move(some));
}

// An opaque token is kept before anybody hears of it. If that fails, the exchange is let go: it
// comes home unanswered, and a consumption is taken back there (COM-02).
void code_keeper::keep_opaque(std::vector<service::token_handle> some) {
  const auto now = setup_.clock.now();
  auto ops = std::vector<storage::insert_op>{};
  ops.reserve(some.size());
  for (const auto& x : some) {
    const auto at = oauth::find_opaque_token(x->out.opaque.reveal(), hash_);
    const auto token = oauth::describe(*x->grant, x->out, now, setup_.rules);
    ops.push_back({.kind = storage::table::access_tokens,
                   .key = record_key::of(*at),
                   .expires = token.expires,
                   .binding = {},
                   .value = storage::encode(token)});
  }
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(some));
  shard_->insert(std::move(ops), now, [this, held](const std::vector<verdict>& found) {
    auto kept = std::vector<service::token_handle>{};
    for (auto i = std::size_t{0}; i < held->size(); ++i)
      if (found[i] == verdict::ok)
        kept.push_back(std::move((*held)[i]));
      else
        (*held)[i].reset();
    if (!kept.empty()) to_.to_signer(std::move(kept));
  });
}

void code_keeper::issue(std::vector<service::token_handle> some) {
  for (auto& x : some) draw_opaque(*x);
  pass_on(std::move(some));
}

// The refusal of a replay is sent when the family is durably revoked (COD-06); until then it has no
// answer, so that it comes home as 503 if this actor dies.
void code_keeper::send_home(std::vector<service::token_handle> home, replays late) {
  if (!home.empty()) to_.tokens_home(std::move(home));
  if (late.asked.empty()) return;
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(late.asked));
  shard_->revoke(std::move(late.families), setup_.clock.now(),
                 [this, held, answer = late.answer](const std::vector<verdict>& found) {
                   for (auto i = std::size_t{0}; i < held->size(); ++i)
                     (*held)[i]->denied = found[i] == verdict::unknown ? oauth::lost() : answer;
                   to_.tokens_home(std::move(*held));
                 });
}

void code_keeper::put(std::vector<service::mint_handle> some) {
  auto ops = std::vector<storage::insert_op>{};
  ops.reserve(some.size());
  for (const auto& x : some) {
    const auto& code = *x->code;
    ops.push_back({.kind = storage::table::codes,
                   .key = record_key::of(x->where),
                   .expires = code.expires,
                   .binding = oauth::make_binding(code.who.client_id, code.who.incarnation,
                                                  code.redirect_uri, code.challenge, hash_),
                   .value = storage::encode(code)});
  }
  auto held = std::make_shared<std::vector<service::mint_handle>>(std::move(some));
  shard_->insert(std::move(ops), setup_.clock.now(),
                 [this, held](const std::vector<verdict>& found) {
                   for (auto i = std::size_t{0}; i < held->size(); ++i)
                     (*held)[i]->minted = found[i] == verdict::ok;
                   to_.mints_home(std::move(*held));
                 });
}

void code_keeper::release(std::vector<service::token_handle> some) {
  auto ops = std::vector<storage::release_op>{};
  ops.reserve(some.size());
  for (const auto& x : some) ops.push_back({record_key::of(x->code), x->attempt});
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(some));
  shard_->release(std::move(ops), setup_.clock.now(),
                  [this, held](const std::vector<verdict>&) { to_.tokens_home(std::move(*held)); });
}

}  // namespace mintage::actors
