#include "actors/stages/token_validator.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "actors/stages/query_answer.hpp"
#include "oauth/client/certificate_auth.hpp"
#include "oauth/client/static_claims.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/grant/client_credentials.hpp"
#include "oauth/request/response.hpp"

namespace mintage::actors {

token_validator::token_validator(const validator_setup& setup)
    : setup_{setup},
      authenticator_{setup.keys},
      proofs_{setup.rules, setup.nonce_keys, setup.lives},
      codes_{setup},
      authorizations_{setup, codes_},
      logouts_{setup},
      failures_{setup.keys.process},
      verifier_{setup.signatures.make()} {
  using oauth::endpoint;
  const auto url_of = [&](endpoint e) {
    return std::string{oauth::base_url(setup.rules)}.append(row_of(oauth::endpoints, e).name);
  };
  for (const auto e : {endpoint::token, endpoint::introspection, endpoint::revocation,
                       endpoint::pushed_authorization}) {
    auto& urls = audiences_[static_cast<std::size_t>(e)];
    urls = {url_of(endpoint::token), url_of(e)};
    for (const auto at : {endpoint::token, e})
      if (auto alias = oauth::alias_url(setup.rules, at); !alias.empty())
        urls.push_back(std::move(alias));
  }
}

/// @pre no assertion is pending.
template <class Exchange>
token_validator::next token_validator::decide(Exchange& x, outcome who) {
  if (const auto* client = std::get_if<oauth::client_facts>(&who)) return route(x, *client);
  if (const auto* why = std::get_if<oauth::denial>(&who)) return refuse(x, *why);
  // A chosen secret needs a slow hash, unless it was proven before. A source with too many failures
  // gets none.
  if (is_over_limit(x)) {
    x.denied = oauth::too_many_failures();
    return next::reply;
  }
  const auto is_real = std::get<oauth::slow_check>(who).proof.has_value();
  x.slow_place = setup_.permits.enter(claim_of(x, is_real));
  if (!x.slow_place) {
    x.denied = oauth::overloaded();
    return next::reply;
  }
  x.slow = std::get<oauth::slow_check>(std::move(who));
  return next::hash;
}

template <class Exchange>
token_validator::next token_validator::decide(Exchange& x,
                                              const oauth::result<oauth::client_facts>& settled) {
  x.slow.reset();
  x.slow_place.reset();
  return settled ? route(x, *settled) : refuse(x, settled.error());
}

/// CAU-16: counts the failure, and beyond the limit answers differently. Successes are not
/// affected.
template <class Exchange>
token_validator::next token_validator::refuse(Exchange& x, const oauth::denial& why) {
  x.denied = why;
  if (why.code == oauth::errc::invalid_client && setup_.limits != nullptr && x.source) {
    const auto key = oauth::failure_key(failures_, x.request.who.id, *x.source);
    if (setup_.limits->note(key, setup_.clock.now())) x.denied = oauth::too_many_failures();
  }
  return next::reply;
}

template <class Exchange>
bool token_validator::is_over_limit(const Exchange& x) {
  if (setup_.limits == nullptr || !x.source) return false;
  const auto key = oauth::failure_key(failures_, x.request.who.id, *x.source);
  return setup_.limits->is_over(key, setup_.clock.now());
}

template <class Exchange>
service::slow_claim token_validator::claim_of(const Exchange& x, bool is_real) {
  const auto source = x.source.value_or(crypto::bytes<16>{});
  auto claim = service::slow_claim{.source = oauth::source_network(source),
                                   .who = oauth::failure_key(failures_, x.request.who.id, source),
                                   .is_real = is_real};
  // Of a source that is unknown nobody knows whether it is one: its claimants count by themselves.
  if (!x.source) std::copy_n(claim.who.begin(), claim.source.size(), claim.source.begin());
  return claim;
}

/// Reserves room for a line before anything is done for an authenticated caller. Without room the
/// exchange returns to the gateway and waits there.
bool token_validator::has_line(service::exchange& x) const {
  x.awaits_line = setup_.lines != nullptr && !x.line.reserve(*setup_.lines);
  return !x.awaits_line;
}

// The only switch over grant types after the parser's table of their names.
token_validator::next token_validator::route(service::token_exchange& x,
                                             const oauth::client_facts& client) {
  x.client = client;
  const auto x5t = oauth::bind_to_certificate(client.is_certificate_bound, x.certificate.get());
  if (!x5t) return refuse(x, x5t.error());
  x.bound_to.x5t = *x5t;
  // It was authenticated against this snapshot.
  const auto is_fapi =
      x.proof && clients_->find(client.id)->profile == oauth::client_profile::fapi2;
  x.denied = proofs_.conclude(x, {}, client.needs_proof, is_fapi, setup_.clock.now());
  if (x.denied || !has_line(x)) return next::reply;
  switch (x.request.grant) {
    case oauth::grant_type::authorization_code:
      return find_code(x);
    case oauth::grant_type::refresh_token:
      return find_family(x);
    case oauth::grant_type::client_credentials:
      return issue_own_grant(x);
  }
  assert(false && "not a grant type");
  return next::reply;  // unanswered: 503
}

token_validator::next token_validator::find_code(service::token_exchange& x) {
  const auto code = oauth::find_code(x.request.code, hash_);
  if (!code) {
    x.denied = oauth::unknown_code();
    return next::reply;
  }
  x.code = *code;
  return next::redeem;
}

token_validator::next token_validator::find_family(service::token_exchange& x) {
  const auto token = oauth::parse_refresh_token(x.request.refresh_token);
  if (!token) {
    x.denied = oauth::unknown_refresh_token();
    return next::reply;
  }
  x.refresh = *token;
  return next::refresh;
}

// A client's own grant needs no store, except for an opaque token (CCG-01, ATK-06).
token_validator::next token_validator::issue_own_grant(service::token_exchange& x) {
  const auto& who = *clients_->find(x.client.id);  // it was authenticated against this snapshot
  auto scope = oauth::choose_client_scope(who, x.request.scope);
  if (!scope) {
    x.denied = scope.error();
    return next::reply;
  }
  auto targets = oauth::choose_targets(*clients_, who, *scope, x.request.resources(), setup_.rules);
  if (!targets) {
    x.denied = targets.error();
    return next::reply;
  }
  const auto is_opaque =
      !targets->empty() && targets->front().format == oauth::token_format::opaque;
  x.grant = oauth::client_grant(x.client, codes_.draw_slot(), std::move(*scope),
                                std::move(*targets), setup_.clock.now(), random_);
  x.out.lives = x.client.lives;
  x.out.bound_to = x.bound_to;
  x.out.static_claims = oauth::merge_static_claims(who, *clients_, x.grant->who.targets);
  return is_opaque ? next::issue : next::sign;
}

// Introspection is for confidential clients (INT-01), revocation for all.
bool token_validator::is_admitted(service::query_exchange& x, const oauth::client_facts& client) {
  if (!oauth::is_allowed_at(client.method, oauth::endpoint_of(x.request.purpose))) {
    x.denied = oauth::denial{oauth::errc::invalid_client, "client authentication failed",
                             "introspection by a public client (INT-01)"};
    return false;
  }
  x.client = client;
  return x.request.purpose != oauth::query_purpose::revoke || has_line(x);
}

token_validator::next token_validator::route(service::query_exchange& x,
                                             const oauth::client_facts& client) {
  return is_admitted(x, client) ? find_token(x) : next::reply;
}

/// PAR-01: then what it asks for is checked, which may wait for signatures.
token_validator::next token_validator::route(service::authorization_exchange& x,
                                             const oauth::client_facts& client) {
  x.client = client;
  x.client_id = client.id;
  const auto now = setup_.clock.now();
  const auto is_fapi =
      x.proof && clients_->find(client.id)->profile == oauth::client_profile::fapi2;
  x.denied =
      proofs_.conclude(x, {.at = oauth::endpoint::pushed_authorization}, false, is_fapi, now);
  if (x.denied) return next::reply;
  return authorizations_.push(x, current_, now).value_or(next::reply);
}

token_validator::next token_validator::find_token(service::query_exchange& x) {
  auto jwt = read_token(x);
  if (!jwt) return answer_unless_stored(x);
  auto& w = waiting_queries_.emplace_back(&x, ways_.size());
  w.token = std::move(*jwt);
  w.token_hash = hash_(x.request.token);
  return next::reply;  // `verify` decides
}

/// @returns the JWT, whose signature must be verified. Otherwise sets `asked`.
std::optional<oauth::unverified_jwt> token_validator::read_token(service::query_exchange& x) {
  auto found = oauth::find_token(x.request.token, *keys_, hash_);
  if (auto* const jwt = std::get_if<oauth::unverified_jwt>(&found)) return std::move(*jwt);
  if (const auto* const refresh = std::get_if<oauth::presented_refresh_token>(&found))
    x.asked = *refresh;
  else if (const auto* const opaque = std::get_if<oauth::opaque_token>(&found))
    x.asked = *opaque;
  else
    x.asked = oauth::unknown_token{};
  return std::nullopt;
}

/// An unknown token needs no store.
token_validator::next token_validator::answer_unless_stored(service::query_exchange& x) {
  const auto now = setup_.clock.now();
  if (!std::holds_alternative<oauth::unknown_token>(x.asked)) return next::query;
  return answer_query(x, {}, false, *clients_, now, setup_.rules) ? next::sign : next::reply;
}

std::span<const token_validator::next> token_validator::check(
    std::span<const service::mint_handle> some) {
  ways_.clear();
  for (const auto& x : some) ways_.push_back(draw_code(*x));
  return ways_;
}

token_validator::next token_validator::draw_code(service::mint_exchange& x) {
  if (!has_line(x)) return next::reply;
  x.error = codes_.draw(x, std::move(x.request), *clients_, setup_.clock.now());
  return x.error ? next::reply : next::put;
}

// For token_validator_batches.cpp.
template token_validator::next token_validator::decide(service::token_exchange&, outcome);
template token_validator::next token_validator::decide(service::query_exchange&, outcome);
template token_validator::next token_validator::decide(service::token_exchange&,
                                                       const oauth::result<oauth::client_facts>&);
template token_validator::next token_validator::decide(service::query_exchange&,
                                                       const oauth::result<oauth::client_facts>&);
template token_validator::next token_validator::refuse(service::token_exchange&,
                                                       const oauth::denial&);
template token_validator::next token_validator::refuse(service::query_exchange&,
                                                       const oauth::denial&);
template token_validator::next token_validator::decide(service::authorization_exchange&, outcome);
template token_validator::next token_validator::decide(service::authorization_exchange&,
                                                       const oauth::result<oauth::client_facts>&);
template token_validator::next token_validator::refuse(service::authorization_exchange&,
                                                       const oauth::denial&);

}  // namespace mintage::actors
