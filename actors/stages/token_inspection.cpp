#include "actors/stages/token_inspection.hpp"

#include <utility>

#include "actors/stages/query_answer.hpp"
#include "oauth/request/response.hpp"
#include "storage/codec.hpp"

namespace mintage::actors {

using storage::record_key;
using storage::table;
using storage::verdict;

/// A question, and what is known of its token so far.
struct token_inspection::inquiry {
  service::query_handle x;
  oauth::found_token found;
  joined_cutoffs cut{};
  /// The store could not tell: 503.
  bool is_unsure = false;

  [[nodiscard]] const oauth::presented_refresh_token* refresh() const {
    return std::get_if<oauth::presented_refresh_token>(&x->asked);
  }
  /// The store's record of the token itself: an opaque token, or the revocation of a JWT.
  [[nodiscard]] std::optional<record_key> own_record(crypto::sha256_hasher& hash) const {
    if (const auto* opaque = std::get_if<oauth::opaque_token>(&x->asked))
      return record_key::of(opaque->at);
    if (const auto* jwt = std::get_if<oauth::access_token>(&x->asked))
      return record_key::of(oauth::revoked_jwt_ref(*jwt, hash));
    return std::nullopt;
  }
  [[nodiscard]] std::optional<record_key> family_record() const {
    if (is_unsure) return std::nullopt;
    if (const auto* token = refresh()) return record_key::of(*token);
    if (found.access && found.access->family)
      return record_key{found.access->where, *found.access->family};
    return std::nullopt;
  }

  void note_own(const storage::read_result& r) {
    if (r.what == verdict::unknown) {
      is_unsure = true;
    } else if (const auto* jwt = std::get_if<oauth::access_token>(&x->asked)) {
      found.access = *jwt;
      found.is_denied = r.what == verdict::ok || r.what == verdict::revoked;
    } else {
      if (!r.value.empty()) found.access = storage::decode_access_token(r.value);
      found.is_denied = r.what != verdict::ok;
    }
  }
  void note_family(const storage::read_result& r, oauth::refresh_keys& keys, oauth::instant now) {
    if (r.what == verdict::unknown) is_unsure = true;
    if (r.what != verdict::ok && r.what != verdict::revoked) return;
    found.family = storage::decode_grant(r.value);
    cut = r.cut;
    if (!found.family) return;
    if (r.what == verdict::revoked && !found.family->revoked_at) found.family->revoked_at = now;
    // Without a right MAC it is not a token of that family, and nothing is known of it.
    if (const auto* token = refresh(); token != nullptr && !keys.proves(*token, *found.family))
      found.family.reset();
  }

  [[nodiscard]] const std::string* owner() const {
    if (found.access) return &found.access->client_id;
    return found.family ? &found.family->who.client_id : nullptr;
  }
};

/// Questions that wait for a write, by its kind.
struct token_inspection::revocations {
  std::vector<service::query_handle> replies;
  std::vector<storage::revoke_op> ends;
  std::vector<service::query_handle> ending;  // the question of each of `ends`
  std::vector<storage::insert_op> denials;
  std::vector<service::query_handle> denying;  // the question of each of `denials`
};

void token_inspection::query(std::vector<service::query_handle> some) {
  auto held = std::make_shared<std::vector<inquiry>>();
  held->reserve(some.size());
  auto keys = std::vector<record_key>{};
  auto of = std::vector<std::size_t>{};  // the question of each key
  for (auto& x : some) {
    held->push_back({std::move(x), {}});
    if (const auto key = held->back().own_record(shard_.hash)) {
      keys.push_back(*key);
      of.push_back(held->size() - 1);
    }
  }
  if (keys.empty()) return read_families(held);
  shard_.records->read(
      table::access_tokens, std::move(keys), shard_.now(),
      [this, held, of = std::move(of)](const std::vector<storage::read_result>& found) {
        for (auto i = std::size_t{0}; i < of.size(); ++i) (*held)[of[i]].note_own(found[i]);
        read_families(held);
      });
}

void token_inspection::read_families(const inquiries& some) {
  auto keys = std::vector<record_key>{};
  auto of = std::vector<std::size_t>{};
  for (auto i = std::size_t{0}; i < some->size(); ++i)
    if (const auto key = (*some)[i].family_record()) {
      keys.push_back(*key);
      of.push_back(i);
    }
  if (keys.empty()) return answer(some);
  shard_.records->read(
      table::grants, std::move(keys), shard_.now(),
      [this, some, of = std::move(of)](const std::vector<storage::read_result>& found) {
        for (auto i = std::size_t{0}; i < of.size(); ++i)
          (*some)[of[i]].note_family(found[i], shard_.keys, shard_.now());
        answer(some);
      });
}

void token_inspection::answer(const inquiries& some) {
  const auto now = shard_.now();
  auto writes = revocations{};
  auto to_sign = std::vector<service::query_handle>{};
  for (auto& q : *some) {
    auto cut = q.found.family
                   ? shard_.find_cutoffs(q.found.family->who, q.cut)
                   : oauth::cutoffs{.subject = {}, .session = {}, .epoch = shard_.epoch()};
    if (q.is_unsure || !cut) {
      q.x->denied = oauth::lost();
      writes.replies.push_back(std::move(q.x));
      continue;
    }
    if (q.x->request.purpose == oauth::query_purpose::revoke) {
      revoke(std::move(q), writes);
      continue;
    }
    const auto* token = q.refresh();
    // A refresh may still accept a superseded token (RFT-06), but it is not the current one.
    const auto is_current =
        token == nullptr || !q.found.family || token->generation == q.found.family->generation;
    const auto alive = is_current && oauth::is_alive(q.found, *shard_.clients, *cut, now);
    if (answer_query(*q.x, q.found, alive, *shard_.clients, now, shard_.setup.rules))
      to_sign.push_back(std::move(q.x));
    else
      writes.replies.push_back(std::move(q.x));
  }
  if (!to_sign.empty()) shard_.to.queries_to_signer(std::move(to_sign));
  carry_out(std::move(writes));
}

// A refresh token of any generation ends its family; an access token ends alone (REV-02).
void token_inspection::revoke(inquiry q, revocations& to) {
  const auto* owner = q.owner();
  if (owner == nullptr) {
    q.x->done = true;
    return to.replies.push_back(std::move(q.x));
  }
  if (*owner != q.x->client.id) {
    q.x->denied = oauth::token_of_another_client();
    return to.replies.push_back(std::move(q.x));
  }
  if (q.refresh() != nullptr) {
    to.ends.push_back({table::grants, *q.family_record()});
    return to.ending.push_back(std::move(q.x));
  }
  const auto key = *q.own_record(shard_.hash);
  if (std::holds_alternative<oauth::opaque_token>(q.x->asked)) {
    to.ends.push_back({table::access_tokens, key});
    return to.ending.push_back(std::move(q.x));
  }
  to.denials.push_back({.kind = table::access_tokens,
                        .key = key,
                        .expires = oauth::deny_until(*q.found.access),
                        .binding = {},
                        .value = {}});
  to.denying.push_back(std::move(q.x));
}

void token_inspection::carry_out(revocations some) {
  const auto now = shard_.now();
  // A record that is absent already counts as revoked.
  const auto tell = [this](std::vector<service::query_handle>& asked,
                           const std::vector<verdict>& found) {
    for (auto i = std::size_t{0}; i < asked.size(); ++i)
      if (found[i] == verdict::unknown)
        asked[i]->denied = oauth::lost();
      else
        asked[i]->done = true;
    shard_.to.query_replies(std::move(asked));
  };
  if (!some.replies.empty()) shard_.to.query_replies(std::move(some.replies));
  if (!some.ends.empty()) {
    auto held = std::make_shared<std::vector<service::query_handle>>(std::move(some.ending));
    shard_.records->revoke(std::move(some.ends), now,
                           [held, tell](const std::vector<verdict>& found) { tell(*held, found); });
  }
  if (!some.denials.empty()) {
    auto held = std::make_shared<std::vector<service::query_handle>>(std::move(some.denying));
    shard_.records->insert(std::move(some.denials), now,
                           [held, tell](const std::vector<verdict>& found) { tell(*held, found); });
  }
}

}  // namespace mintage::actors
