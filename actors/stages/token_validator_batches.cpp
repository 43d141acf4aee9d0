// The batches of the validator: the signatures of all requests of one batch are verified together.
#include <type_traits>
#include <utility>

#include "actors/stages/token_validator.hpp"
#include "crypto/certificate.hpp"

namespace mintage::actors {

namespace {

std::optional<oauth::grant_type> grant_of(const service::token_exchange& x) {
  return x.request.grant;
}
std::optional<oauth::grant_type> grant_of(const service::query_exchange&) {
  return std::nullopt;
}
std::optional<oauth::grant_type> grant_of(const service::authorization_exchange&) {
  return std::nullopt;
}
oauth::endpoint endpoint_of(const service::token_exchange&) {
  return oauth::endpoint::token;
}
oauth::endpoint endpoint_of(const service::query_exchange& x) {
  return oauth::endpoint_of(x.request.purpose);
}
oauth::endpoint endpoint_of(const service::authorization_exchange&) {
  return oauth::endpoint::pushed_authorization;
}

}  // namespace

/// CAU-07: replay ids are recorded before anything else is done, also where a later row denies. An
/// exchange that waits for room in the journal comes again, and is not recorded yet.
template <class Exchange>
token_validator::next token_validator::record_first(Exchange& x, next then) {
  if (x.awaits_line) x.replay_ids.clear();
  if (x.replay_ids.empty()) return then;
  x.after = then;
  return next::record;
}

void token_validator::begin_batch() {
  ways_.clear();
  waiting_tokens_.clear();
  waiting_queries_.clear();
  waiting_authorizations_.clear();
}

/// `verify` decides about the exchange, with the signature of a JWT that it asks about.
template <class Exchange>
token_validator::waiting<Exchange>& token_validator::wait_for_signatures(Exchange& x) {
  auto& w = waiting_of(x).emplace_back(&x, ways_.size());
  if constexpr (std::is_same_v<Exchange, service::query_exchange>) {
    if (auto jwt = read_token(x)) {
      w.token = std::move(*jwt);
      w.token_hash = hash_(x.request.token);
    }
  }
  ways_.push_back(next::reply);
  return w;
}

/// Decides what needs no signature; the rest waits until those of the whole batch are verified.
template <class Exchange>
void token_validator::begin(Exchange& x, outcome who) {
  current_ = ways_.size();
  auto* const pending = std::get_if<oauth::pending_assertion>(&who);
  const auto* const known = std::get_if<oauth::client_facts>(&who);
  const auto waits_for_proof = known != nullptr && x.proof != nullptr;
  if (pending == nullptr && !waits_for_proof) {
    const auto way = decide(x, std::move(who));  // may look at the size of `ways_`
    ways_.push_back(record_first(x, way));
    return;
  }
  if (pending != nullptr && pending->wanted && !x.keys_awaited) {
    x.wanted_keys = std::move(pending->wanted);
    ways_.push_back(next::fetch);
    return;
  }
  auto& w = wait_for_signatures(x);
  if (pending != nullptr) w.who = std::move(*pending);
  if (known != nullptr) w.client = *known;
}

/// Row P14, which precedes authentication: a client that is asked for a nonce has not used up its
/// assertion (ERR-01). @returns false when the request is denied.
template <class Exchange>
bool token_validator::reads_proof(Exchange& x, oauth::instant now) {
  if (!x.dpop) return true;
  const auto* const named = clients_->find(x.request.who.id);
  const auto needs_nonce = named != nullptr && named->dpop_nonces;
  x.denied = proofs_.read(x, {.at = endpoint_of(x), .needs_nonce = needs_nonce}, now);
  return !x.denied;
}

/// UIN-02: a proof is verified together with the access token that it is for.
void token_validator::begin_userinfo(service::query_exchange& x, oauth::instant now) {
  if (x.certificate) x.bound_to.x5t = x.certificate->thumbprint();
  if (!x.request.is_dpop) {
    const auto way = find_token(x);  // looks at the size of `ways_`
    ways_.push_back(way);
    return;
  }
  const auto at = proof_check::place{.at = oauth::endpoint::userinfo,
                                     .method = x.request.is_post ? "POST" : "GET"};
  x.denied = proofs_.read(x, at, now);
  if (x.denied)
    ways_.push_back(next::reply);
  else
    wait_for_signatures(x);
}

std::span<const token_validator::next> token_validator::check(
    std::span<const service::token_handle> some) {
  const auto now = setup_.clock.now();
  begin_batch();
  for (const auto& x : some) {
    if (reads_proof(*x, now))
      begin(*x, authenticator_.authenticate(*clients_, x->request, now));
    else
      ways_.push_back(next::reply);
  }
  verify(waiting_tokens_);
  return ways_;
}

std::span<const token_validator::next> token_validator::settle(
    std::span<const service::token_handle> some) {
  const auto now = setup_.clock.now();
  begin_batch();
  for (const auto& x : some) {
    const auto settled =
        authenticator_.settle(*clients_, x->request, *x->slow, x->slow_matched, now);
    if (settled && x->proof) {
      x->slow.reset();
      x->slow_place.reset();
      begin(*x, *settled);
      continue;
    }
    const auto way = decide(*x, settled);
    ways_.push_back(record_first(*x, way));
  }
  verify(waiting_tokens_);
  return ways_;
}

std::span<const token_validator::next> token_validator::check(
    std::span<const service::query_handle> some) {
  const auto now = setup_.clock.now();
  begin_batch();
  for (const auto& x : some) {
    if (x->request.purpose == oauth::query_purpose::userinfo) {
      begin_userinfo(*x, now);
    } else {
      begin(*x, authenticator_.authenticate(*clients_, x->request.who, now));
    }
  }
  verify(waiting_queries_);
  return ways_;
}

std::span<const token_validator::next> token_validator::settle(
    std::span<const service::query_handle> some) {
  const auto now = setup_.clock.now();
  begin_batch();
  for (const auto& x : some) {
    const auto way = decide(
        *x, authenticator_.settle(*clients_, x->request.who, *x->slow, x->slow_matched, now));
    ways_.push_back(record_first(*x, way));
  }
  verify(waiting_queries_);
  return ways_;
}

std::span<const token_validator::next> token_validator::check(
    std::span<const service::authorization_handle> some) {
  const auto now = setup_.clock.now();
  begin_batch();
  for (const auto& x : some) begin_authorization(*x, now);
  verify_authorizations(now);
  return ways_;
}

/// Reserves room for a line of the audit stream where something is decided.
void token_validator::begin_authorization(service::authorization_exchange& x, oauth::instant now) {
  using purpose = oauth::authorization_purpose;
  auto way = next::reply;
  switch (x.purpose) {
    case purpose::begin:
      way = authorizations_.begin(x, ways_.size(), now).value_or(next::reply);
      break;
    case purpose::push:
      if (!reads_proof(x, now)) break;
      return begin(x, authenticator_.authenticate(*clients_, x.request.who, now));
    case purpose::proceed:
      way = authorizations_.proceed(x, now);
      break;
    case purpose::show:
      way = authorizations_.show(x, now);
      break;
    case purpose::accept:
      if (has_line(x)) way = authorizations_.accept(x, now);
      break;
    case purpose::deny:
      if (has_line(x)) way = authorizations_.deny(x, now);
      break;
    case purpose::begin_logout:
      way = logouts_.begin(x, ways_.size(), now).value_or(next::reply);
      break;
    case purpose::show_logout:
      way = logouts_.show(x, now);
      break;
    case purpose::accept_logout:
      way = logouts_.accept(x, now);
      break;
    case purpose::deny_logout:
      way = logouts_.deny(x, now);
      break;
  }
  ways_.push_back(record_first(x, way));
}

void token_validator::verify_authorizations(oauth::instant now) {
  verify(waiting_authorizations_);
  const auto tell = [this](service::authorization_exchange& x, std::size_t index, next way) {
    ways_[index] = record_first(x, way);
  };
  authorizations_.conclude(verifier_, checks_, now, tell);
  logouts_.conclude(verifier_, checks_, now, tell);
}

std::span<const token_validator::next> token_validator::settle(
    std::span<const service::authorization_handle> some) {
  const auto now = setup_.clock.now();
  begin_batch();
  for (const auto& x : some) {
    const auto settled =
        authenticator_.settle(*clients_, x->request.who, *x->slow, x->slow_matched, now);
    if (settled && x->proof) {
      x->slow.reset();
      x->slow_place.reset();
      begin(*x, *settled);
      continue;
    }
    current_ = ways_.size();
    const auto way = decide(*x, settled);
    ways_.push_back(record_first(*x, way));
  }
  verify_authorizations(now);
  return ways_;
}

/// Verifies all signatures of the batch at once, then decides about those who waited for them.
template <class Exchange>
void token_validator::verify(std::vector<waiting<Exchange>>& all) {
  if (all.empty()) return;
  checks_.clear();
  for (auto& w : all) {
    if (w.who)
      for (const auto* key : w.who->candidates)
        checks_.push_back({key, w.who->assertion.jwt.signed_text, w.who->assertion.jwt.signature});
    if (w.x->proof) checks_.push_back(proof_check::signature_of(*w.x));
    w.is_token_verified = w.token && verified_.has(w.token_hash);
    if (w.token && !w.is_token_verified)
      checks_.push_back({w.token->key, w.token->signed_text, w.token->signature});
  }
  verifier_.verify(checks_);
  auto check = checks_.begin();
  for (auto& w : all) {
    auto is_proven = false;
    if (w.who)
      for (auto left = w.who->candidates.size(); left != 0; --left) is_proven |= check++->is_valid;
    if (w.x->proof) w.x->is_proof_signed = check++->is_valid;
    if (w.token && !w.is_token_verified && check++->is_valid) {
      w.is_token_verified = true;
      verified_.add(w.token_hash);
    }
    current_ = w.index;
    ways_[w.index] = record_first(*w.x, conclude(w, is_proven));
  }
}

/// Rows P15 and P16 of an assertion. Notes what is used up.
/// @returns nothing when the client is refused.
template <class Exchange>
std::optional<oauth::client_facts> token_validator::conclude_client(waiting<Exchange>& w,
                                                                    bool is_verified) {
  auto& x = *w.x;
  const auto& urls = audiences_[static_cast<std::size_t>(endpoint_of(x))];
  const auto end =
      authenticator_.conclude_assertion(*clients_, x.request.who, grant_of(x), *w.who, is_verified,
                                        {setup_.rules.issuer, urls}, setup_.clock.now());
  if (end.used) x.replay_ids.add(*end.used);
  if (end.client) return *end.client;
  static_cast<void>(refuse(x, end.client.error()));
  return std::nullopt;
}

token_validator::next token_validator::conclude(waiting<service::token_exchange>& w,
                                                bool is_verified) {
  const auto client = w.client ? w.client : conclude_client(w, is_verified);
  return client ? route(*w.x, *client) : next::reply;
}

token_validator::next token_validator::conclude(waiting<service::authorization_exchange>& w,
                                                bool is_verified) {
  const auto client = w.client ? w.client : conclude_client(w, is_verified);
  return client ? route(*w.x, *client) : next::reply;
}

token_validator::next token_validator::conclude(waiting<service::query_exchange>& w,
                                                bool is_verified) {
  auto& x = *w.x;
  if (w.who) {
    const auto client = conclude_client(w, is_verified);
    if (!client || !is_admitted(x, *client)) return next::reply;
  }
  if (x.request.is_dpop) {
    x.denied = proofs_.conclude_at_userinfo(x, setup_.clock.now());
    if (x.denied) return next::reply;
  }
  if (w.token)
    x.asked = w.is_token_verified ? oauth::accept_jwt(*w.token, setup_.clock.now(), setup_.rules)
                                  : oauth::asked_token{oauth::unknown_token{}};
  return answer_unless_stored(x);
}

}  // namespace mintage::actors
