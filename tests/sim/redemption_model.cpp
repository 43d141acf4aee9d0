#include "tests/sim/redemption_model.hpp"

#include <algorithm>
#include <utility>

#include "storage/codec.hpp"

namespace mintage::sim {

using oauth::errc;
using storage::record_key;
using storage::table;
using storage::verdict;

namespace {

/// The consumption in force; null when the code is not consumed.
redemption_model::consumption* open_one(redemption_model::page& p) {
  return p.consumptions.empty() || p.consumptions.back().until ? nullptr : &p.consumptions.back();
}

bool counts_as_mistake(manner how) {
  return how == manner::wrong_client || how == manner::wrong_verifier || how == manner::wrong_uri;
}

}  // namespace

redemption_model::page& redemption_model::page_of(const record_key& key) {
  auto& p = pages_[std::string{key.view()}];
  p.key = key;
  return p;
}

void redemption_model::fail(std::string what) {
  violations_.push_back(std::move(what));
}

void redemption_model::inserted(const storage::insert_op& op) {
  if (op.kind != table::codes) return;
  const auto code = storage::decode_code(op.value);
  if (!code) return fail("a code's record cannot be read");
  auto hash = crypto::sha256_hasher{};
  auto& p = page_of(op.key);
  p.expires = op.expires;
  p.subject = oauth::cutoff_key(oauth::cutoff_kind::subject, code->who.sub, hash);
  p.minted = code->who.minted;
}

void redemption_model::consumed(const storage::consume_op& op, oauth::instant at) {
  auto& p = page_of(op.key);
  if (op.attempt == oauth::attempt_id{} || op.new_grant.key.view().empty())
    fail("a code is consumed without an attempt or a grant");
  if (const auto* open = open_one(p)) {
    if (open->attempt != op.attempt) fail("a code is consumed while it is consumed");
    return;
  }
  p.consumptions.push_back({op.attempt, op.new_grant.key, at, ++moment_, {}});
  families.add_grant(op.new_grant);
}

void redemption_model::released(const storage::release_op& op) {
  auto* open = open_one(page_of(op.key));
  if (open == nullptr || open->attempt != op.attempt)
    return fail("the consumption of another attempt is taken back");
  open->until = ++moment_;
}

void redemption_model::revoked(const storage::revoke_op& op) {
  if (op.kind != table::grants) return;
  const auto is_explained = families.explains_revocation(op.key);
  families.revoked(op.key);
  for (auto& [name, p] : pages_)
    for (const auto& c : p.consumptions)
      if (c.new_grant == op.key) {
        const auto asked_late = [&, of = &p](const question& q) {
          return q.how == manner::right && q.of == of && q.answers == 0 &&
                 q.received > c.at + rules_.code_dup_window;
        };
        if (!is_explained && std::none_of(questions_.begin(), questions_.end(), asked_late))
          fail("a family is revoked without a late replay of its code or of a refresh token");
        return;
      }
  fail("a family is revoked that was never issued");
}

std::size_t redemption_model::ask(manner how, const std::optional<oauth::code_ref>& code) {
  auto q = question{};
  q.how = how;
  q.received = clock_.now();
  q.from = ++moment_;
  q.quiet = quiet_since_;
  if (code) {
    q.of = &page_of(record_key::of(*code));
    q.shard = code->where.shard(shards_count_);
    q.of->mistakes += counts_as_mistake(how) ? 1U : 0U;
    q.was_cut_off = families.is_cut_off(q.of->subject, q.of->minted);
  }
  questions_.push_back(q);
  return questions_.size() - 1;
}

void redemption_model::answered(std::size_t number, const service::mint_exchange& x) {
  auto& q = questions_.at(number);
  if (++q.answers > 1) return fail("a mint request is answered twice");
  if (x.error) fail("a good mint request is refused: " + x.error->description);
  if (!x.minted) {
    if (calm_) fail("a mint request is answered 503 without a cause");
    return;
  }
  check_minted(x);
}

void redemption_model::answered(std::size_t number, const service::authorization_exchange& x) {
  if (++questions_.at(number).answers > 1) fail("an authorization request is answered twice");
  if (x.minted && !x.denied) check_minted(x);
}

void redemption_model::check_minted(const service::drawn_code& x) {
  const auto found = store_.look(table::codes, record_key::of(x.where), clock_.now()).what;
  if (found != verdict::ok && found != verdict::expired) fail("a minted code is not durable");
}

void redemption_model::answered(std::size_t number, const service::token_exchange& x,
                                bool is_client_at_fault) {
  auto& q = questions_.at(number);
  if (++q.answers > 1) return fail("a redemption is answered twice");
  if (is_client_at_fault) return;
  if (!x.denied && !x.body.empty()) return check_success(q, x);
  if (!x.denied) return fail("a redemption is answered with nothing");
  check_refusal(q, *x.denied);
  if (x.denied->code == errc::temporarily_unavailable) check_lost(q, x);
}

void redemption_model::check_success(question& q, const service::token_exchange& x) {
  if (q.how != manner::right) return fail("a wrong request succeeds");
  if (q.was_cut_off) fail("a code succeeds whose subject was cut off");
  if (++q.of->successes > 1) fail("a code succeeds twice");
  const auto* open = open_one(*q.of);
  if (open == nullptr || open->attempt != x.attempt)
    return fail("a success without a durable consumption");
  const auto new_grant = x.grant ? record_key::of(*x.grant) : record_key{};
  const auto found = store_.look(table::grants, open->new_grant, clock_.now()).what;
  if (new_grant != open->new_grant || found == verdict::absent)
    fail("a success without a durable grant");
}

void redemption_model::check_refusal(const question& q, const oauth::denial& why) {
  if (why.code == errc::temporarily_unavailable) {
    if (calm_) fail("a redemption is answered 503 without a cause: " + std::string{why.reason});
    return;
  }
  switch (q.how) {
    case manner::right:
      return check_right_refusal(q, why);
    case manner::wrong_secret:
      if (why.code != errc::invalid_client) fail("a wrong secret is not invalid_client");
      return;
    case manner::respelled_slot:
      if (why.reason != oauth::unknown_code().reason) fail("a respelled code is not unknown");
      return;
    case manner::wrong_client:
    case manner::wrong_verifier:
    case manner::wrong_uri:
      if (why.code != errc::invalid_grant && why.code != errc::invalid_request)
        fail("a mistake is answered with " + std::string{oauth::to_string(why.code)});
      return;
  }
}

void redemption_model::check_right_refusal(const question& q, const oauth::denial& why) {
  const auto& p = *q.of;
  const auto expired = clock_.now() >= p.expires;
  const auto while_asked = [&](const consumption& c) { return !c.until || *c.until > q.from; };
  const auto reason = why.reason;
  auto just = false;
  if (reason == oauth::consumed_code().reason) {
    just = std::any_of(p.consumptions.begin(), p.consumptions.end(), while_asked);
    check_revoked(q);
  } else if (reason == oauth::expired_code().reason || reason == oauth::unknown_code().reason) {
    just = expired;
  } else if (reason == oauth::dead_code().reason) {
    just = p.mistakes >= rules_.code_max_fail;
  } else if (reason == oauth::void_code().reason) {
    just = families.is_cut_off(p.subject, p.minted);
  }
  if (!just) fail("a right request is refused without a cause: " + std::string{reason});
}

// COD-06: the refusal of a replay is sent only after the family is durably revoked.
void redemption_model::check_revoked(const question& q) {
  const auto& all = q.of->consumptions;
  if (all.empty() || all.back().until) return;
  const auto earlier = all.size() > 1 ? all[all.size() - 2].until : std::nullopt;
  if (earlier && *earlier > q.from) return;  // it may have met that earlier one
  const auto& c = all.back();
  if (q.received <= c.at + rules_.code_dup_window) return;
  if (store_.look(table::grants, c.new_grant, clock_.now()).what == verdict::ok)
    fail("a late replay is answered while its family lives");
}

void redemption_model::check_lost(const question& q, const service::token_exchange& x) {
  if (q.of == nullptr) return;
  const auto* open = open_one(*q.of);
  if (open == nullptr || open->attempt != x.attempt || open->attempt == oauth::attempt_id{}) return;
  // The code store that should have released it crashed, and the gateway did not know its successor
  // yet (COM-02).
  const auto died = last_orphaned_.find(q.shard);
  if (x.release_tried && died != last_orphaned_.end() && died->second > q.quiet)
    stranded_.insert(x.attempt);
  if (!stranded_.contains(x.attempt)) fail("an exchange is given up while its code stays consumed");
}

bool redemption_model::must_succeed(const oauth::code_ref& code) {
  auto& p = page_of(record_key::of(code));
  if (p.successes > 0 || clock_.now() >= p.expires) return false;
  if (families.is_cut_off(p.subject, p.minted)) return false;
  switch (store_.look(table::codes, p.key, clock_.now()).what) {
    case verdict::ok:
      return true;
    case verdict::revoked:
      if (p.mistakes < rules_.code_max_fail) fail("a code is dead after too few failures");
      return false;
    case verdict::replayed:
      if (const auto* open = open_one(p); open == nullptr || !stranded_.contains(open->attempt))
        fail("a code is consumed without tokens");
      return false;
    case verdict::exists:
    case verdict::mismatch:
    case verdict::expired:
    case verdict::absent:
    case verdict::unknown:
      break;
  }
  fail("a minted code is gone");
  return false;
}

void redemption_model::check_all_answered() {
  const auto open = std::count_if(questions_.begin(), questions_.end(),
                                  [](const question& q) { return q.answers == 0; });
  if (open > 0) fail(std::to_string(open) + " exchanges are never answered");
  families.check_all_answered();
}

}  // namespace mintage::sim
