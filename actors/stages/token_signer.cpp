#include "actors/stages/token_signer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "oauth/grant/scope.hpp"
#include "oauth/request/response.hpp"
#include "oauth/token/claims.hpp"

namespace mintage::actors {

token_signer::token_signer(const signer_setup& setup, std::size_t index)
    : setup_{setup},
      meters_{setup.meters.at(index)},
      refresh_keys_{setup.roots, setup.rules.refresh_key_id},
      seal_{setup.url_keys} {}

void token_signer::publish(const oauth::key_snapshot& keys) {
  if (keys == keys_) return;  // told again because a member of some pool was replaced
  auto contexts = std::vector<context>{};
  for (const auto& k : keys->keys)
    if (k.state == oauth::key_state::active)
      contexts.push_back({guarded_signer{k.key, setup_.watch, meters_},
                          crypto::jose_header(k.key, "at+jwt"), crypto::jose_header(k.key, "JWT"),
                          crypto::jose_header(k.key, "token-introspection+jwt"),
                          crypto::jose_header(k.key, "")});
  contexts_ = std::move(contexts);
  keys_ = keys;
  for (const auto& c : contexts_) meters_.of(c.signer.key().alg()).announce();
}

token_signer::context* token_signer::context_for(crypto::jws_alg alg) noexcept {
  for (auto& c : contexts_)
    if (c.signer.key().alg() == alg) return &c;
  return nullptr;
}

token_signer::context* token_signer::context_or_first(crypto::jws_alg alg) noexcept {
  auto* found = context_for(alg);
  return found != nullptr || contexts_.empty() ? found : &contexts_.front();
}

void token_signer::begin_batch() {
  for (auto& c : contexts_) {
    c.is_withheld = false;
    c.signer.follow_distrust();
  }
}

void token_signer::choose_keys(const service::token_exchange& x, draft& access, draft& id) {
  access.with = id.with = nullptr;
  access.failed = id.failed = false;
  if (oauth::scope_has(x.out.scope_of(x.grant->who.scope), "openid")) {
    id.with = context_for(x.client.id_token_alg);
    id.failed = id.with == nullptr;
    if (id.failed) return;
  }
  // The algorithm of the targets, which agree (ATK-04); without targets, ES256 if there is such a
  // key.
  const auto& targets = x.out.targets_of(x.grant->who.targets);
  if (!x.out.opaque.empty()) return;
  access.with = context_or_first(targets.empty() ? crypto::jws_alg::es256 : targets.front().alg);
  access.failed = access.with == nullptr;
}

void token_signer::sign(std::span<const service::token_handle> some) {
  begin_batch();
  const auto now = setup_.clock.now();
  if (access_.size() < some.size()) {
    access_.resize(some.size());
    id_.resize(some.size());
  }
  const auto accesses = std::span{access_}.first(some.size());
  const auto ids = std::span{id_}.first(some.size());
  for (auto i = std::size_t{0}; i < some.size(); ++i) {
    choose_keys(*some[i], accesses[i], ids[i]);
    if (!ids[i].failed) write_access_claims(*some[i], accesses[i], now);
  }
  sign_drafts(accesses, &context::access_header);
  for (auto i = std::size_t{0}; i < some.size(); ++i) {
    if (accesses[i].failed) ids[i].with = nullptr;
    if (ids[i].with == nullptr) continue;
    ids[i].claims.clear();
    oauth::append_id_token_claims(ids[i].claims, *some[i]->grant, some[i]->out, accesses[i].token,
                                  some[i]->client.id_token_alg, now, setup_.rules);
  }
  sign_drafts(ids, &context::id_header);
  for (auto i = std::size_t{0}; i < some.size(); ++i)
    if (accesses[i].may_leave() && ids[i].may_leave()) write_answer(*some[i], accesses[i], ids[i]);
}

void token_signer::write_access_claims(const service::token_exchange& x, draft& access,
                                       oauth::instant now) {
  if (access.with == nullptr) {
    access.token = x.out.opaque.reveal();
    return;
  }
  access.claims.clear();
  oauth::append_access_token_claims(access.claims, *x.grant, x.out,
                                    oauth::make_jti(*x.grant, random_), now, setup_.rules);
}

void token_signer::write_answer(service::token_exchange& x, const draft& access, const draft& id) {
  const auto refresh_token = x.out.refresh_generation
                                 ? refresh_keys_.make(*x.grant, *x.out.refresh_generation)
                                 : std::string{};
  oauth::append_token_answer(x.body,
                             {.access_token = access.token,
                              .token_type = oauth::token_type_of(x.out.bound_to),
                              .expires_in = oauth::resolve(x.out.lives, setup_.rules).access,
                              .scope = x.out.scope_of(x.grant->who.scope),
                              .refresh_token = refresh_token,
                              .id_token = id.with == nullptr ? std::string_view{} : id.token});
}

void token_signer::sign_drafts(std::span<draft> drafts, std::string context::*header) {
  for (auto& c : contexts_) {
    work_.clear();
    for (auto& d : drafts) {
      if (d.with != &c) continue;
      d.token.clear();
      work_.push_back({&d.token, c.*header, d.claims});
    }
    if (sign_work(c)) continue;
    for (auto& d : drafts) d.failed |= d.with == &c;
  }
}

bool token_signer::sign_work(context& with) {
  if (work_.empty()) return true;
  const auto since = metrics::ticks();
  try {
    with.is_withheld |= !with.signer.append_compact(work_, random_);
  } catch (const signature_error&) {
    throw;  // this signer is of no use any more
  } catch (const std::exception&) {
    return false;
  }
  meters_.of(with.signer.key().alg()).add((metrics::ticks() - since) / work_.size(), work_.size());
  return true;
}

void token_signer::sign(std::span<const service::query_handle> some) {
  begin_batch();
  auto signed_with = std::vector<context*>(some.size());
  for (auto i = std::size_t{0}; i < some.size(); ++i)
    signed_with[i] = context_or_first(some[i]->alg);
  for (auto& c : contexts_) {
    work_.clear();
    for (auto i = std::size_t{0}; i < some.size(); ++i) {
      if (signed_with[i] != &c) continue;
      auto& x = *some[i];
      const auto is_introspection = x.request.purpose == oauth::query_purpose::introspect;
      work_.push_back({&x.body, is_introspection ? c.introspection_header : c.id_header, x.claims});
    }
    if (sign_work(c)) continue;
    std::ranges::replace(signed_with, &c, nullptr);
  }
  for (auto i = std::size_t{0}; i < some.size(); ++i)
    if (signed_with[i] != nullptr && !signed_with[i]->is_withheld)
      some[i]->is_jwt = some[i]->done = true;
    else
      some[i]->body.clear();
}

void token_signer::sign(std::span<const service::authorization_handle> some) {
  begin_batch();
  const auto now = setup_.clock.now();
  auto signed_with = std::vector<context*>(some.size());
  auto tokens = std::vector<std::string>(some.size());
  for (auto i = std::size_t{0}; i < some.size(); ++i)
    signed_with[i] = context_for(some[i]->to_sign->alg);
  for (auto& c : contexts_) {
    work_.clear();
    for (auto i = std::size_t{0}; i < some.size(); ++i)
      if (signed_with[i] == &c)
        work_.push_back({&tokens[i], c.response_header, some[i]->to_sign->claims});
    if (sign_work(c)) continue;
    std::ranges::replace(signed_with, &c, nullptr);
  }
  for (auto i = std::size_t{0}; i < some.size(); ++i) {
    const auto wanted = std::exchange(some[i]->to_sign, nullptr);
    if (signed_with[i] != nullptr && !signed_with[i]->is_withheld)
      write_answer(*some[i], *wanted, tokens[i], now);
  }
}

void token_signer::write_answer(service::authorization_exchange& x,
                                const oauth::unsigned_response& wanted, std::string_view jwt,
                                oauth::instant now) {
  const auto r = oauth::authorization_response::signed_as(jwt);
  if (wanted.browser) {
    x.body = oauth::redirect_by_continuation({.browser = *wanted.browser,
                                              .expires = wanted.expires,
                                              .redirect_uri = wanted.redirect_uri,
                                              .is_form = wanted.is_form,
                                              .answer = r},
                                             setup_.rules, seal_, now);
  } else {
    oauth::send_to_client(x.to_browser, wanted.redirect_uri, wanted.is_form, r);
  }
}

}  // namespace mintage::actors
