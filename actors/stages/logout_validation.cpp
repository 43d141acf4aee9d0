#include "actors/stages/logout_validation.hpp"

#include <utility>

#include "actors/stages/bound_browser.hpp"
#include "actors/stages/token_validator.hpp"
#include "oauth/authorization/id_token_hint.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::actors {

using service::authorization_exchange;

logout_validation::logout_validation(const validator_setup& setup)
    : setup_{setup}, cookie_{setup.rules.issuer}, seal_{setup.url_keys} {}

std::optional<service::next_stage> logout_validation::begin(authorization_exchange& x,
                                                            std::size_t index, oauth::instant now) {
  if (x.logout.id_token_hint.empty()) return hand_off(x, std::nullopt, now);
  auto hint = oauth::read_id_token_hint(*keys_, x.logout.id_token_hint);
  if (!hint) {
    const auto outdated =
        oauth::read_outdated_hint(*keys_, x.logout.id_token_hint, x.logout.client_id, setup_.rules);
    if (outdated) return hand_off(x, outdated, now);
    x.denied = hint.error();
    return next::reply;
  }
  waiting_.push_back({&x, index, std::move(*hint)});
  return std::nullopt;
}

void logout_validation::conclude(crypto::jws_verifier& verifier,
                                 std::vector<crypto::jws_check>& checks, oauth::instant now,
                                 const listener& tell) {
  if (waiting_.empty()) return;
  checks.clear();
  for (const auto& w : waiting_)
    checks.push_back({w.hint.key, w.hint.signed_text, w.hint.signature});
  verifier.verify(checks);
  auto check = checks.begin();
  for (const auto& w : std::exchange(waiting_, {})) {
    auto& x = *w.x;
    const auto hint = check++->is_valid
                          ? oauth::read_logout_hint(w.hint, x.logout.client_id, setup_.rules)
                          : oauth::refusal{oauth::wrong_hint_signature()};
    if (hint) {
      tell(x, w.index, hand_off(x, *hint, now));
    } else {
      x.denied = hint.error();
      tell(x, w.index, next::reply);
    }
  }
}

service::next_stage logout_validation::hand_off(authorization_exchange& x,
                                                const std::optional<oauth::logout_hint>& hint,
                                                oauth::instant now) {
  auto request = oauth::check_logout(x.logout, hint, *clients_, now, setup_.rules, hash_);
  if (!request) {
    x.denied = request.error();
    return next::reply;
  }
  request->browser = bind_browser(x, cookie_, random_).binding(hash_);
  x.to_browser.location =
      oauth::logout_page_url(oauth::make_logout_handle(*request, seal_, now), setup_.rules);
  return next::reply;
}

std::optional<logout_validation::found_request> logout_validation::find(authorization_exchange& x,
                                                                        oauth::instant now) {
  auto request = oauth::open_logout_handle(x.handle, seal_, now);
  if (!request) {
    x.denied = oauth::denial{oauth::errc::unknown_request,
                             "there is no such logout request, or it has expired",
                             "unknown logout request"};
    return std::nullopt;
  }
  x.client_id = request->client_id;
  const auto* const client = oauth::client_of(*request, *clients_);
  const auto redirect_uri = oauth::redirect_uri_of(*request, client, hash_);
  return found_request{std::move(*request), client, redirect_uri};
}

service::next_stage logout_validation::show(authorization_exchange& x, oauth::instant now) {
  if (const auto found = find(x, now))
    x.body = oauth::describe(found->request, found->client, found->redirect_uri);
  return next::reply;
}

/// A client that was changed or removed meanwhile gets no browser.
service::next_stage logout_validation::accept(authorization_exchange& x, oauth::instant now) {
  const auto found = find(x, now);
  if (!found) return next::reply;
  if (found->redirect_uri.empty()) {
    x.body = "{}";
    return next::reply;
  }
  auto answer = oauth::authorization_response{};
  answer.state = found->request.state;
  x.body = oauth::redirect_by_continuation({.browser = found->request.browser,
                                            .expires = now + oauth::error_continuation_life,
                                            .redirect_uri = found->redirect_uri,
                                            .is_form = false,
                                            .answer = answer},
                                           setup_.rules, seal_, now);
  return next::reply;
}

service::next_stage logout_validation::deny(authorization_exchange& x, oauth::instant now) {
  if (find(x, now)) x.body = "{}";
  return next::reply;
}

}  // namespace mintage::actors
