// The second half of an authorization: what the login page asks and says, and the way back of the
// browser. (AUZ-01, MINT-01, MINT-02, JRM-01)
#include <algorithm>
#include <utility>

#include "actors/stages/authorization_validation.hpp"
#include "actors/stages/token_validator.hpp"
#include "oauth/authorization/description.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::actors {

using oauth::handle_use;
using service::authorization_exchange;

namespace {

/// Unknown, expired, altered, or of a client that is not what it was: all look alike.
oauth::denial unknown_request() noexcept {
  return {oauth::errc::unknown_request, "there is no such authorization request, or it has expired",
          "unknown authorization request"};
}

}  // namespace

std::optional<oauth::opened_request> authorization_validation::open(authorization_exchange& x,
                                                                    std::string_view text,
                                                                    handle_use use,
                                                                    oauth::instant now) {
  if (x.was_sought) {
    const auto record = std::exchange(x.record, std::nullopt);
    if (!record || record->sealed.empty()) return std::nullopt;
    return oauth::open_sealed(record->sealed, use, seal_, now);
  }
  if (const auto at = oauth::find_handle_record(text, hash_)) {
    x.record = oauth::handle_record{.key = *at, .sealed = {}, .expires = {}};
    return std::nullopt;
  }
  return oauth::open_handle(text, use, seal_, now);
}

std::optional<authorization_validation::found_request> authorization_validation::find(
    authorization_exchange& x, oauth::instant now) {
  auto opened = open(x, x.handle, handle_use::login, now);
  if (!opened && x.record) return std::nullopt;
  // A handle of the login page always names its browser.
  const auto client = opened && opened->get().browser
                          ? oauth::recheck(opened->get(), *clients_)
                          : oauth::authorization_result<const oauth::client*>{nullptr};
  if (!client || *client == nullptr) {
    x.denied = unknown_request();
    return std::nullopt;
  }
  return found_request{std::move(*opened), *client};
}

service::next_stage authorization_validation::show(authorization_exchange& x, oauth::instant now) {
  const auto found = find(x, now);
  if (!found) return stage_without_request(x);
  x.client_id = found->client->id;
  x.body = oauth::describe(found->request.get(), *found->client);
  return next::reply;
}

service::next_stage authorization_validation::accept(authorization_exchange& x,
                                                     oauth::instant now) {
  const auto found = find(x, now);
  if (!found) return stage_without_request(x);
  const auto& request = found->request.get();
  x.client_id = found->client->id;
  auto wanted = oauth::check_acceptance(request, *found->client, std::move(x.accepted),
                                        setup_.pairwise_key, now);
  if (!wanted) {
    x.error = std::move(wanted.error());
    return next::reply;
  }
  const auto once = oauth::replay_id_of(request, hash_);
  x.error = codes_.draw(x, std::move(*wanted), *clients_, now, once.where);
  if (x.error) return next::reply;
  const auto to = oauth::target_of(request, *found->client);
  answer(x, *found, to, oauth::authorization_response::success(x.text.reveal(), to, setup_.rules),
         x.code->expires, now);
  x.replay_ids.add(once);
  return next::put;
}

service::next_stage authorization_validation::deny(authorization_exchange& x, oauth::instant now) {
  const auto found = find(x, now);
  if (!found) return stage_without_request(x);
  x.client_id = found->client->id;
  x.error = oauth::check_denial(x.not_accepted);
  if (x.error) return next::reply;
  const auto once = oauth::replay_id_of(found->request.get(), hash_);
  const auto to = oauth::target_of(found->request.get(), *found->client);
  answer(x, *found, to,
         oauth::authorization_response::failure(x.not_accepted.error, x.not_accepted.description,
                                                to, setup_.rules),
         now + oauth::error_continuation_life, now);
  x.replay_ids.add(once);
  return x.to_sign ? next::sign : next::reply;
}

/// @param expires until when the browser must bring it back.
void authorization_validation::answer(authorization_exchange& x, const found_request& found,
                                      const oauth::response_target& to,
                                      const oauth::authorization_response& r,
                                      oauth::instant expires, oauth::instant now) {
  const auto& browser = *found.request.get().browser;
  if (!is_signed(to.mode)) {
    x.body = oauth::redirect_by_continuation({.browser = browser,
                                              .expires = expires,
                                              .redirect_uri = to.redirect_uri,
                                              .is_form = is_form(to.mode),
                                              .answer = r},
                                             setup_.rules, seal_, now);
    return;
  }
  x.to_sign = std::make_unique<oauth::unsigned_response>(
      oauth::unsigned_response{.claims = oauth::response_claims(r, to, setup_.rules, now),
                               .alg = to.alg,
                               .redirect_uri = std::string{to.redirect_uri},
                               .is_form = is_form(to.mode),
                               .browser = browser,
                               .expires = std::min(expires, now + oauth::signed_response_life)});
}

service::next_stage authorization_validation::proceed(authorization_exchange& x,
                                                      oauth::instant now) {
  const auto opened = oauth::open_continuation(x.handle, seal_, now);
  if (!opened) {
    x.denied = oauth::unknown_continuation();
    return next::reply;
  }
  const auto& c = opened->get();
  const auto is_same = [&](const std::optional<oauth::browser_id>& b) {
    return b && oauth::is_same_browser(b->binding(hash_), c.browser);
  };
  if (!is_same(x.browser) && !is_same(x.posting_browser)) {
    x.denied = oauth::continuation_of_another_browser();
    return next::reply;
  }
  oauth::send_to_client(x.to_browser, c.redirect_uri, c.is_form, c.answer);
  return next::reply;
}

}  // namespace mintage::actors
