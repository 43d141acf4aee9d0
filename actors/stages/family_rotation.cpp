#include "actors/stages/family_rotation.hpp"

#include <utility>

#include "oauth/request/response.hpp"
#include "storage/codec.hpp"

namespace mintage::actors {

using storage::record_key;
using storage::verdict;

namespace {

/// Maximum rounds of a refresh. One that lost a race is decided again with the record as it is now,
/// which is then a case of grace or reuse. Another loss needs a third request, which is rare.
constexpr auto most_rounds = 4U;

/// The record of a family; nothing when it cannot be decoded.
std::optional<oauth::grant> family_in(std::string_view value, bool is_revoked, oauth::instant now) {
  auto family = storage::decode_grant(value);
  if (family && is_revoked && !family->revoked_at) family->revoked_at = now;
  return family;
}

}  // namespace

/// Refreshes that are decided together, by outcome.
struct family_rotation::refresh_round {
  unsigned number = 1;
  std::vector<service::token_handle> replies;
  std::vector<service::token_handle> ready;
  shard_context::replays reused{oauth::reused_refresh_token(), {}, {}};
  std::vector<storage::rotate_op> ops;
  std::vector<service::token_handle> rotating;  // the exchange of each of `ops`
};

void family_rotation::refresh(std::vector<service::token_handle> some) {
  auto keys = std::vector<record_key>{};
  keys.reserve(some.size());
  for (const auto& x : some) keys.push_back(record_key::of(x->refresh));
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(some));
  shard_.records->read(storage::table::grants, std::move(keys), shard_.now(),
                       [this, held](const std::vector<storage::read_result>& found) {
                         auto round = refresh_round{};
                         for (auto i = std::size_t{0}; i < held->size(); ++i)
                           weigh(std::move((*held)[i]), found[i], round);
                         conclude(std::move(round));
                       });
}

void family_rotation::weigh(service::token_handle x, const storage::read_result& found,
                            refresh_round& to) {
  if (found.what == verdict::ok || found.what == verdict::revoked) {
    const auto family = family_in(found.value, found.what == verdict::revoked, shard_.now());
    if (family) return weigh(std::move(x), *family, found.cut, to);
    x->denied = oauth::lost();
  } else {
    x->denied = found.what == verdict::unknown ? oauth::lost() : oauth::unknown_refresh_token();
  }
  to.replies.push_back(std::move(x));
}

void family_rotation::weigh(service::token_handle x, const oauth::grant& family,
                            const joined_cutoffs& joined, refresh_round& to) {
  using act = oauth::refresh_judgement::act;
  const auto cut = shard_.find_cutoffs(family.who, joined);
  if (!cut) {
    x->denied = oauth::lost();
    return to.replies.push_back(std::move(x));
  }
  auto judged = oauth::judge_refresh(family, x->refresh, shard_.keys, x->client, x->request,
                                     x->bound_to, *cut, shard_.now(), shard_.setup.rules);
  switch (judged.what) {
    case act::deny:
      x->denied = judged.why;
      return to.replies.push_back(std::move(x));
    case act::revoke:
      to.reused.families.push_back({storage::table::grants, record_key::of(family)});
      return to.reused.asked.push_back(std::move(x));
    case act::answer:
      x->grant = family;
      break;
    case act::write:
      x->grant = std::move(judged.next);
      to.ops.push_back({.key = record_key::of(family),
                        .presented = family.generation,
                        .successor = x->grant->generation,
                        .expires = oauth::forget_at(*x->grant, x->client.lives, shard_.setup.rules),
                        .value = storage::encode(*x->grant)});
      break;
  }
  x->out = std::move(judged.out);
  shard_.describe_tokens(*x);
  next_.draw(*x);
  (judged.what == act::write ? to.rotating : to.ready).push_back(std::move(x));
}

void family_rotation::conclude(refresh_round round) {
  next_.pass_on(std::move(round.ready));
  shard_.send_replies(std::move(round.replies), std::move(round.reused));
  if (round.ops.empty()) return;
  auto held = std::make_shared<std::vector<service::token_handle>>(std::move(round.rotating));
  shard_.meters.batch_size.add(round.ops.size());
  shard_.records->rotate(std::move(round.ops), shard_.now(),
                         [this, held, number = round.number, since = metrics::ticks()](
                             const std::vector<storage::rotate_result>& found) {
                           shard_.meters.commit_ns.add(metrics::ticks() - since);
                           auto next = refresh_round{};
                           next.number = number + 1;
                           for (auto i = std::size_t{0}; i < held->size(); ++i)
                             settle(std::move((*held)[i]), found[i], next);
                           conclude(std::move(next));
                         });
}

// A failure from here on needs no release: a client that retries within the grace period gets the
// same successor (RFT-06).
void family_rotation::settle(service::token_handle x, const storage::rotate_result& found,
                             refresh_round& to) {
  switch (found.what) {
    case verdict::ok:
      return to.ready.push_back(std::move(x));
    case verdict::replayed: {
      x->grant.reset();
      x->out = {};
      const auto family = family_in(found.value, false, shard_.now());
      if (family && to.number <= most_rounds) return weigh(std::move(x), *family, found.cut, to);
      x->denied = oauth::lost();
      break;
    }
    case verdict::revoked:
    case verdict::expired:
    case verdict::absent:
      x->denied = oauth::unknown_refresh_token();
      break;
    case verdict::exists:
    case verdict::mismatch:
    case verdict::unknown:
      x->denied = oauth::lost();
      break;
  }
  to.replies.push_back(std::move(x));
}

}  // namespace mintage::actors
