#include "tests/sim/family_book.hpp"

#include <algorithm>
#include <utility>

#include "storage/codec.hpp"

namespace mintage::sim {

using oauth::errc;
using storage::record_key;

namespace {

std::string name_of(const record_key& key) {
  return std::string{key.view()};
}

}  // namespace

void family_book::add_grant(const storage::insert_op& new_grant) {
  const auto g = storage::decode_grant(new_grant.value);
  if (!g) return fail_("a grant cannot be decoded");
  auto hash = crypto::sha256_hasher{};
  auto f = family{};
  f.mode = g->mode;
  f.subject = oauth::cutoff_key(oauth::cutoff_kind::subject, g->who.sub, hash);
  f.minted = g->who.minted;
  families_[name_of(new_grant.key)] = f;
}

void family_book::rotated(const storage::rotate_op& op, std::string_view from) {
  auto& f = families_[name_of(op.key)];
  const auto was = storage::decode_grant(from);
  const auto is = storage::decode_grant(op.value);
  if (!was || !is) return fail_("a family's record cannot be read");
  if (f.ended) fail_("a revoked family goes on");
  if (op.presented != f.generation) fail_("a superseded generation has a second successor");
  if (op.successor != op.presented && op.successor != op.presented + 1)
    fail_("a generation is skipped");
  if (is->generation != op.successor) fail_("a record does not name its generation");
  if (is->family != was->family || is->seed != was->seed || is->mac_key_id != was->mac_key_id ||
      is->who.client_id != was->who.client_id || is->who.scope != was->who.scope)
    fail_("a rotation changes what makes the successor");  // RFT-03, RFT-06
  f.generation = op.successor;
  f.superseded_at = is->superseded_at;
}

void family_book::revoked(const record_key& key) {
  auto& f = families_[name_of(key)];
  if (!f.ended) f.ended = ++moment_;
}

void family_book::cut_off(const crypto::digest& key, oauth::instant before) {
  auto& known = cutoffs_[key];
  known = std::max(known, before);
}

bool family_book::is_cut_off(const crypto::digest& subject, oauth::instant minted) const {
  const auto found = cutoffs_.find(subject);
  return found != cutoffs_.end() && minted <= found->second;
}

// A reuse stays a reuse: generations and time only go forward.
bool family_book::is_reuse(const family& f, std::uint32_t generation) const {
  if (generation >= f.generation) return false;
  return generation + 1 < f.generation || clock_.now() > f.superseded_at + rules_.refresh_grace;
}

bool family_book::explains_revocation(const record_key& key) const {
  const auto name = name_of(key);
  const auto found = families_.find(name);
  if (found == families_.end()) return false;
  return std::any_of(questions_.begin(), questions_.end(), [&](const question& q) {
    return q.answers == 0 && q.how == refresh_manner::right && q.family == name &&
           (q.is_revocation || is_reuse(found->second, q.generation));
  });
}

std::size_t family_book::ask(refresh_manner how, const std::string& token, bool is_revocation) {
  const auto read = oauth::parse_refresh_token(token);
  auto q = question{};
  q.how = how;
  q.is_revocation = is_revocation;
  q.family = name_of(record_key::of(*read));
  q.generation = read->generation;
  q.from = ++moment_;
  const auto& f = families_[q.family];
  q.was_cut_off = is_void(f);
  q.was_reuse = is_reuse(f, q.generation);
  questions_.push_back(std::move(q));
  return questions_.size() - 1;
}

std::size_t family_book::ask_refresh(refresh_manner how, const std::string& token) {
  return ask(how, token, false);
}

std::size_t family_book::ask_revocation(refresh_manner how, const std::string& token) {
  return ask(how, token, true);
}

void family_book::answered(std::size_t number, const service::token_exchange& x,
                           const std::string& successor, bool is_client_at_fault) {
  auto& q = questions_.at(number);
  if (++q.answers > 1) return fail_("a refresh is answered twice");
  if (is_client_at_fault) return;
  if (x.denied) return check_refusal(q, *x.denied);
  if (x.body.empty()) return fail_("a refresh is answered with nothing");
  check_success(q, x, successor);
}

void family_book::check_success(const question& q, const service::token_exchange& x,
                                const std::string& successor) {
  if (q.how != refresh_manner::right) return fail_("a wrong refresh succeeds");
  auto& f = families_[q.family];
  if (f.ended && *f.ended < q.from) fail_("a revoked family yields again");
  if (q.was_cut_off) fail_("a family that is cut off yields again");
  if (q.was_reuse) fail_("a token that was used up yields again");
  const auto read = oauth::parse_refresh_token(successor);
  if (!read) return fail_("a refresh gives no refresh token");
  if (name_of(record_key::of(*read)) != q.family) fail_("a refresh changes the family");
  const auto step = f.mode == oauth::rt_mode::rotating ? 1U : 0U;
  if (read->generation != q.generation + step) fail_("a refresh gives another generation");
  if (read->generation > f.generation) fail_("a successor is given out before it is durable");
  const auto [first, is_new] = f.given_out.try_emplace(read->generation, successor);
  if (!is_new && first->second != successor) fail_("a generation has two successors");
  if (!x.grant || name_of(record_key::of(*x.grant)) != q.family)
    fail_("a refresh issues tokens of another family");
}

void family_book::check_refusal(const question& q, const oauth::denial& why) {
  if (why.code == errc::temporarily_unavailable) {
    if (calm_) fail_("a refresh is answered 503 without a cause: " + std::string{why.reason});
    return;
  }
  if (q.how == refresh_manner::wrong_secret) {
    if (why.code != errc::invalid_client) fail_("a wrong secret is not invalid_client");
    return;
  }
  if (why.code != errc::invalid_grant) fail_("a refused refresh is not invalid_grant");
  if (q.how != refresh_manner::right) return;
  const auto& f = families_[q.family];
  if (!f.ended && !is_void(f))
    fail_("a right refresh is refused while its family lives: " + std::string{why.reason});
}

void family_book::answered(std::size_t number, const service::query_exchange& x,
                           bool is_client_at_fault) {
  auto& q = questions_.at(number);
  if (++q.answers > 1) return fail_("a revocation is answered twice");
  if (is_client_at_fault) return;
  if (!x.denied && !x.done) return fail_("a revocation is answered with nothing");
  if (x.denied && x.denied->code == errc::temporarily_unavailable) {
    if (calm_) fail_("a revocation is answered 503 without a cause");
    return;
  }
  const auto& f = families_[q.family];
  switch (q.how) {
    case refresh_manner::right:
      if (x.denied) return fail_("a right revocation is refused");
      if (!f.ended) fail_("a revocation is answered while its family lives");
      return;
    case refresh_manner::wrong_mac:  // like an unknown token (REV-01)
      if (x.denied) fail_("the revocation of an unknown token is refused");
      return;
    case refresh_manner::wrong_secret:
      if (!x.denied || x.denied->code != errc::invalid_client)
        fail_("a wrong secret is not invalid_client");
      return;
    case refresh_manner::wrong_client:
      if (!x.denied || x.denied->code != errc::invalid_grant)
        fail_("a revocation by another client is not invalid_grant");
      return;
  }
}

bool family_book::must_succeed(const std::string& token) const {
  const auto read = oauth::parse_refresh_token(token);
  const auto found = families_.find(name_of(record_key::of(*read)));
  if (found == families_.end()) return false;
  const auto& f = found->second;
  return !f.ended && !is_void(f) && !is_reuse(f, read->generation);
}

void family_book::check_all_answered() const {
  const auto open = std::count_if(questions_.begin(), questions_.end(),
                                  [](const question& q) { return q.answers == 0; });
  if (open > 0) fail_(std::to_string(open) + " refreshes or revocations are never answered");
}

}  // namespace mintage::sim
