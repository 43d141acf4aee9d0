#include "actors/stages/authorization_validation.hpp"

#include <algorithm>
#include <utility>

#include "actors/stages/bound_browser.hpp"
#include "actors/stages/token_validator.hpp"
#include "oauth/authorization/id_token_hint.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/json_writer.hpp"

namespace mintage::actors {

using oauth::authorization_parameter;
using oauth::authorization_purpose;
using oauth::handle_use;
using service::authorization_exchange;

struct authorization_validation::waiting_request {
  authorization_exchange* x = nullptr;
  std::size_t index = 0;
  const oauth::client* c = nullptr;
  std::optional<oauth::request_object> object{};
  /// What the candidates are of.
  oauth::key_set_ptr keys{};
  oauth::key_candidates candidates{};
  /// Read from the claims of the object, which must be verified before they are believed.
  oauth::authorization_parameters claimed{};
  std::optional<oauth::unverified_jwt> hint{};

  [[nodiscard]] const oauth::authorization_parameters& sent() const noexcept {
    return object ? claimed : x->request.sent;
  }
};

namespace {

/// The parameter that carries the handle to the login page.
std::string_view parameter_of(const std::string& login_url) {
  return login_url.find('?') != std::string::npos ? "&request=" : "?request=";
}

}  // namespace

authorization_validation::authorization_validation(const validator_setup& setup,
                                                   code_drawing& codes)
    : setup_{setup},
      codes_{codes},
      cookie_{setup.rules.issuer},
      seal_{setup.url_keys},
      sources_{setup.keys.process} {}

authorization_validation::~authorization_validation() = default;

oauth::authorization_terms authorization_validation::terms() const noexcept {
  return {.login_life = setup_.rules.request_ttl,
          .pushed_life = setup_.rules.pushed_ttl,
          .needs_pushed = setup_.rules.require_pushed_requests};
}

std::optional<service::next_stage> authorization_validation::begin(authorization_exchange& x,
                                                                   std::size_t index,
                                                                   oauth::instant now) {
  const auto is_new = !x.was_sought && !x.keys_awaited;
  if (is_new && is_too_many(x, setup_.authorization_limits, now)) return next::reply;
  const auto client = oauth::find_client(x.request.sent, *clients_);
  if (!client) return refuse(x, client.error(), now);
  const auto form = oauth::form_of(x.request.sent, **client);
  if (!form) return refuse(x, form.error(), now);
  if (*form == oauth::request_form::pushed) return open_pushed(x, now);
  return read(x, index, **client, *form, now);
}

std::optional<service::next_stage> authorization_validation::push(authorization_exchange& x,
                                                                  std::size_t index,
                                                                  oauth::instant now) {
  if (!x.keys_awaited && is_too_many(x, setup_.authorization_limits, now)) return next::reply;
  const auto& c = *clients_->find(x.client.id);  // it was authenticated against this snapshot
  const auto form = oauth::form_of(x.request.sent, c);
  if (!form) return refuse(x, form.error(), now);
  return read(x, index, c, *form, now);
}

std::optional<service::next_stage> authorization_validation::read(authorization_exchange& x,
                                                                  std::size_t index,
                                                                  const oauth::client& c,
                                                                  oauth::request_form form,
                                                                  oauth::instant now) {
  const auto is_object = form == oauth::request_form::object;
  if (!is_object && !x.request.sent.has(authorization_parameter::id_token_hint))
    return check(x, x.request.sent, c, false, {}, now);
  auto w = std::make_unique<waiting_request>(waiting_request{&x, index, &c});
  if (is_object)
    if (const auto early = find_object_keys(*w, now)) return early;
  if (w->sent().has(authorization_parameter::id_token_hint)) {
    auto hint =
        oauth::read_id_token_hint(*keys_, w->sent()[authorization_parameter::id_token_hint]);
    if (!hint) return refuse(x, {hint.error(), oauth::target_of(w->sent(), c)}, now);
    w->hint = std::move(*hint);
  }
  waiting_.push_back(std::move(w));
  return std::nullopt;
}

/// Reads the request object, and finds the keys that may have signed it.
/// @returns nothing when its signature can be verified; else the next stage.
std::optional<service::next_stage> authorization_validation::find_object_keys(waiting_request& w,
                                                                              oauth::instant now) {
  auto& x = *w.x;
  const auto& c = *w.c;
  const auto refuse_object = [&](const oauth::denial& why) {
    return refuse(x, {why, oauth::target_of(x.request.sent, c)}, now);
  };
  auto object = oauth::read_request_object(x.request.sent[authorization_parameter::request]);
  if (!object) return refuse_object(object.error());
  w.object = std::move(*object);
  w.keys = c.keys;
  if (!c.jwks_uri.empty()) {
    const auto* const known = remote_keys_->find(c.jwks_uri, now);
    w.keys = known == nullptr ? nullptr : known->keys;
    const auto lacks_kid = w.keys && oauth::needs_newer_keys(*w.object, *w.keys);
    if ((known == nullptr || lacks_kid) && !x.keys_awaited) {
      x.wanted_keys = oauth::keys_wanted_of(c, lacks_kid);
      x.replay_ids.clear();  // it comes again
      return next::fetch;
    }
    if (!w.keys) return refuse_object(oauth::no_request_object_keys());
  }
  const auto candidates = oauth::find_keys(*w.object, c, w.keys.get());
  if (!candidates) return refuse_object(candidates.error());
  w.candidates = *candidates;
  w.claimed.collect(w.object->claims);
  return std::nullopt;
}

void authorization_validation::conclude(crypto::jws_verifier& verifier,
                                        std::vector<crypto::jws_check>& checks, oauth::instant now,
                                        const listener& tell) {
  if (waiting_.empty()) return;
  checks.clear();
  for (const auto& w : waiting_) {
    if (w->object)
      for (const auto* key : w->candidates)
        checks.push_back({key, w->object->jwt.signed_text, w->object->jwt.signature});
    if (w->hint) checks.push_back({w->hint->key, w->hint->signed_text, w->hint->signature});
  }
  verifier.verify(checks);
  auto at = checks.begin();
  for (const auto& w : std::exchange(waiting_, {})) {
    auto is_object_signed = false;
    if (w->object)
      for (auto left = w->candidates.size(); left != 0; --left) is_object_signed |= at++->is_valid;
    const auto is_hint_signed = w->hint && at++->is_valid;
    tell(*w->x, w->index, conclude(*w, is_object_signed, is_hint_signed, now));
  }
}

service::next_stage authorization_validation::conclude(waiting_request& w, bool is_object_signed,
                                                       bool is_hint_signed, oauth::instant now) {
  const auto& c = *w.c;
  if (w.object) {
    auto sound = oauth::result<void>{};
    if (!is_object_signed)
      sound = oauth::refusal{oauth::wrong_request_object_signature()};
    else
      sound = oauth::check_claims(*w.object, c, setup_.rules, now);
    if (!sound) return refuse(*w.x, {sound.error(), oauth::target_of(w.x->request.sent, c)}, now);
  }
  auto hinted = oauth::hinted_login{};
  if (w.hint) {
    auto login = is_hint_signed ? oauth::read_hinted_login(*w.hint, c.id, setup_.rules)
                                : oauth::refusal{oauth::wrong_hint_signature()};
    if (!login) return refuse(*w.x, {login.error(), oauth::target_of(w.sent(), c)}, now);
    hinted = std::move(*login);
  }
  return check(*w.x, w.sent(), c, w.object.has_value(), hinted.sub, now);
}

service::next_stage authorization_validation::check(authorization_exchange& x,
                                                    const oauth::authorization_parameters& sent,
                                                    const oauth::client& c, bool is_signed,
                                                    std::string_view hint_sub, oauth::instant now) {
  const auto is_pushed = x.purpose == authorization_purpose::push;
  auto checked = oauth::check_authorization(sent, c, *clients_, {is_pushed, is_signed},
                                            setup_.rules, terms(), now, random_);
  if (!checked) return refuse(x, checked.error(), now);
  if (oauth::is_signed(checked->mode) && !has_key_of(c.signs_responses_with())) {
    return refuse(
        x,
        {{oauth::errc::invalid_request, "this server has no key for signed answers to the client",
          "no key for signed answers to the client (JRM-01)"},
         {}},
        now);
  }
  checked->hint_sub = hint_sub;
  return is_pushed ? keep_pushed(x, *checked, now) : hand_off(x, *checked, now);
}

/// PAR-01. A proof of the request binds its code as `dpop_jkt` does (FP2-06).
service::next_stage authorization_validation::keep_pushed(authorization_exchange& x,
                                                          oauth::authorization_request& checked,
                                                          oauth::instant now) {
  if (x.bound_to.jkt) {
    if (checked.dpop_jkt && *checked.dpop_jkt != *x.bound_to.jkt) {
      x.denied =
          oauth::denial{oauth::errc::invalid_request, "dpop_jkt is not the key of the DPoP proof",
                        "dpop_jkt differs from the key of the proof"};
      return next::reply;
    }
    checked.dpop_jkt = x.bound_to.jkt;
  }
  auto made = oauth::make_handle(checked, handle_use::pushed, seal_, now, random_, hash_);
  auto json = oauth::json_writer{x.body};
  json.string("request_uri", oauth::request_uri_prefix, made.text);
  json.integer("expires_in", setup_.rules.pushed_ttl.count());
  json.end();
  return keep_or_reply(x, std::move(made.record), !x.client.is_public, now);
}

service::next_stage authorization_validation::open_pushed(authorization_exchange& x,
                                                          oauth::instant now) {
  auto text = x.request.sent[authorization_parameter::request_uri];
  text.remove_prefix(oauth::request_uri_prefix.size());
  const auto opened = open(x, text, handle_use::pushed, now);
  if (!opened) {
    if (x.record) return next::find;
    return refuse(x, {oauth::unknown_pushed_request(), {}}, now);
  }
  if (const auto client = oauth::recheck(opened->get(), *clients_); !client)
    return refuse(x, client.error(), now);
  if (const auto own = oauth::check_pusher(opened->get(), x.request.sent); !own)
    return refuse(x, own.error(), now);
  return hand_off(x, opened->get(), now);
}

service::next_stage authorization_validation::hand_off(authorization_exchange& x,
                                                       const oauth::authorization_request& checked,
                                                       oauth::instant now) {
  const auto request =
      oauth::for_login(checked, bind_browser(x, cookie_, random_).binding(hash_), terms(), now);
  auto made = oauth::make_handle(request, handle_use::login, seal_, now, random_, hash_);
  auto& location = x.to_browser.location;
  const auto& login_url = setup_.rules.login_url;
  const auto parameter = parameter_of(login_url);
  location.reserve(login_url.size() + parameter.size() + made.text.size());
  location.append(login_url).append(parameter).append(made.text);
  const auto* const c = clients_->find(checked.client_id);
  const auto is_proven = checked.how.is_pushed && c != nullptr && !c->is_public();
  return keep_or_reply(x, std::move(made.record), is_proven, now);
}

service::next_stage authorization_validation::keep_or_reply(
    authorization_exchange& x, std::optional<oauth::handle_record>&& record, bool is_proven,
    oauth::instant now) {
  if (record && !is_proven && is_too_many(x, setup_.stored_limits, now)) {
    x.to_browser = {};
    x.body.clear();
    return next::reply;
  }
  x.record = std::move(record);
  return x.record ? next::keep : next::reply;
}

bool authorization_validation::is_too_many(authorization_exchange& x, oauth::failure_limits* limits,
                                           oauth::instant now) {
  const auto is_proven = x.purpose == authorization_purpose::push && !x.client.is_public;
  if (limits == nullptr || !limits->is_on() || !x.source || is_proven) return false;
  if (!limits->note(oauth::failure_key(sources_, {}, *x.source), now)) return false;
  x.denied = oauth::too_many_requests();
  return true;
}

bool authorization_validation::has_key_of(crypto::jws_alg alg) const noexcept {
  return std::ranges::any_of(keys_->keys, [alg](const auto& k) {
    return k.state == oauth::key_state::active && k.key.alg() == alg;
  });
}

/// AUZ-02: by a redirect once client and redirect URI are known to be good; JSON for a client that
/// pushes.
service::next_stage authorization_validation::refuse(authorization_exchange& x,
                                                     const oauth::authorization_refusal& why,
                                                     oauth::instant now) {
  x.denied = why.why;
  if (!why.to || x.purpose == authorization_purpose::push) return next::reply;
  const auto& to = *why.to;
  if (is_signed(to.mode) && !has_key_of(to.alg)) return next::reply;  // a page tells it
  const auto r = oauth::authorization_response::failure(oauth::to_string(why.why.code),
                                                        why.why.description, to, setup_.rules);
  if (!is_signed(to.mode)) {
    oauth::send_to_client(x.to_browser, to.redirect_uri, is_form(to.mode), r);
    return next::reply;
  }
  x.to_sign = std::make_unique<oauth::unsigned_response>(
      oauth::unsigned_response{.claims = oauth::response_claims(r, to, setup_.rules, now),
                               .alg = to.alg,
                               .redirect_uri = std::string{to.redirect_uri},
                               .is_form = is_form(to.mode),
                               .browser = {}});
  return next::sign;
}

}  // namespace mintage::actors
