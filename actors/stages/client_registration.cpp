// Clients that register themselves: the part of the registry that answers the public listener, and
// the initial access tokens. (DCR-*)
#include <algorithm>
#include <utility>

#include "actors/stages/client_administration.hpp"
#include "oauth/client/authentication.hpp"
#include "oauth/client/sealed_secret.hpp"
#include "oauth/client/secrets.hpp"

namespace mintage::actors {
namespace {

/// Removals in one go: each is a write to the disk.
constexpr auto most_forgotten = std::size_t{64};

}  // namespace

bool client_administration::judge_registration(service::admin_exchange& x) {
  const auto& call = x.call;
  if (const auto* r = std::get_if<oauth::register_client_call>(&call)) {
    register_one(x, *r);
  } else if (const auto* u = std::get_if<oauth::update_registered_call>(&call)) {
    update(x, *u);
  } else if (const auto* d = std::get_if<oauth::remove_registered>(&call)) {
    remove(x, *d);
  } else if (const auto* s = std::get_if<oauth::show_registered>(&call)) {
    if (const auto* found = find_own(x, s->id, s->token))
      x.answer = oauth::registered_client{.made = *found, .secret = {}, .token = s->token};
  } else if (const auto* a = std::get_if<oauth::add_registration_token>(&call)) {
    add_token(x, *a);
  } else if (const auto* e = std::get_if<oauth::remove_registration_token>(&call)) {
    remove_token(x, e->id);
  } else if (std::holds_alternative<oauth::list_registration_tokens>(call)) {
    x.answer = oauth::registration_token_list{registration_tokens_};
  } else {
    return false;
  }
  return true;
}

void client_administration::register_one(service::admin_exchange& x,
                                         const oauth::register_client_call& call) {
  const auto& rules = setup_.rules.registration;
  auto* const with = find_token(call.token);
  const auto is_open = rules.mode == oauth::registration_mode::open && call.token.empty();
  if (with == nullptr && !is_open)
    return refuse(x, oauth::errc::invalid_token,
                  call.token.empty() ? "an initial access token is needed"
                                     : "the initial access token is not valid");
  if (is_open && !is_within_limit(x)) return;
  if (clients_->registered_size() >= rules.max_clients ||
      (is_open && clients_->open_size() >= rules.max_open_clients()))
    return refuse(x, oauth::errc::slow_down, "this server takes no more registrations now");
  auto made =
      oauth::register_client(call.request, is_open ? oauth::open_template(rules) : with->allows,
                             setup_.clock.now(), random_);
  if (!made) {
    x.error = std::move(made.error());
    return;
  }
  if (!holds_profile(x, *made) || !can_serve(x, *made, {})) {
    x.error->code = oauth::errc::invalid_client_metadata;
    return;
  }
  auto done = oauth::registered_client{.made = std::move(*made),
                                       .secret = {},
                                       .token = oauth::make_management_token(random_),
                                       .is_new = true};
  done.made.registered =
      oauth::registration{.token = oauth::pepper_secret(pepper_, done.token.reveal()),
                          .initial_token = is_open ? std::string{} : with->id,
                          .last_used = {}};
  if (oauth::proof_of(done.made.method) == oauth::client_proof::secret) {
    done.secret = oauth::make_client_secret(random_, done.made.method);
    done.made.secrets.push_back(stored(done.made, done.secret, std::nullopt));
  }
  // Counted first: a token must not register more clients than it may, whatever fails.
  if (with != nullptr && with->limit != 0) {
    auto counted = *with;
    ++counted.used;
    if (!keep(x, std::move(counted))) return;
  }
  if (!keep_registered(x, done.made)) return;
  if (setup_.meters != nullptr) setup_.meters->registrations.add();
  x.answer = std::move(done);
}

void client_administration::update(service::admin_exchange& x,
                                   const oauth::update_registered_call& call) {
  const auto* const before = find_own(x, call.id, call.token);
  if (before == nullptr) return;
  if (before->registered->is_open() && !is_within_limit(x)) return;
  const auto& sent = call.request.metadata.client_secret;
  if (sent && !has_secret(*before, *sent))
    return refuse(x, oauth::errc::invalid_client_metadata,
                  "client_secret must be that of the client");
  auto after = oauth::update_registered(*before, call.request, allowed_to(*before));
  if (!after) {
    x.error = std::move(after.error());
    return;
  }
  if (!holds_profile(x, *after) || !can_serve(x, *after, before->lives)) {
    x.error->code = oauth::errc::invalid_client_metadata;
    return;
  }
  auto token = call.token;
  if (setup_.rules.registration.rotate_tokens) {
    token = oauth::make_management_token(random_);
    after->registered->token = oauth::pepper_secret(pepper_, token.reveal());
  }
  if (!keep(x, *after)) return;
  x.answer = oauth::registered_client{.made = std::move(*after),
                                      .secret = sent.value_or(crypto::secret_string{}),
                                      .token = std::move(token)};
}

void client_administration::remove(service::admin_exchange& x,
                                   const oauth::remove_registered& call) {
  if (find_own(x, call.id, call.token) != nullptr) remove(x, call.id);
}

void client_administration::add_token(service::admin_exchange& x,
                                      const oauth::add_registration_token& call) {
  const auto now = setup_.clock.now();
  if (registration_tokens_.size() >= oauth::most_registration_tokens) {
    // One that has expired registers nobody any more.
    const auto over = std::ranges::find_if(
        registration_tokens_, [now](const auto& t) { return t.expires && *t.expires <= now; });
    if (over == registration_tokens_.end())
      return refuse(x, oauth::errc::conflict, "there are 1000 initial access tokens: remove some");
    const auto id = over->id;
    remove_token(x, id);
    if (x.error) return;
    x.answer.reset();
  }
  auto made = oauth::make_registration_token(call.wanted, now, random_);
  if (!made) {
    x.error = std::move(made.error());
    return;
  }
  auto text = oauth::make_initial_token(random_);
  made->hash = oauth::pepper_secret(pepper_, text.reveal());
  if (!keep(x, *made)) return;
  x.answer = oauth::added_registration_token{std::move(*made), std::move(text)};
}

void client_administration::remove_token(service::admin_exchange& x, const std::string& id) {
  const auto is_it = [&](const auto& t) { return t.id == id; };
  if (std::ranges::none_of(registration_tokens_, is_it))
    return refuse(x, oauth::errc::not_found, "no such initial access token");
  if (!is_stored(x, [&] { seen_ = setup_.records.erase_registration_token(id, seen_); })) return;
  std::erase_if(registration_tokens_, is_it);
  x.answer = oauth::removed{};
}

/// The client that a registration access token belongs to. A client that is gone, and one that did
/// not register itself, are refused like a wrong token (RFC 7592 §2.1).
const oauth::client* client_administration::find_own(service::admin_exchange& x,
                                                     const std::string& id,
                                                     const crypto::secret_string& token) {
  const auto presented = oauth::pepper_secret(pepper_, token.reveal());
  const auto* const found = clients_->find(id);
  const auto is_own = found != nullptr && found->registered && !token.empty() &&
                      crypto::constant_time_equal(presented, found->registered->token);
  if (!is_own) {
    refuse(x, oauth::errc::invalid_token, "the registration access token is not valid");
    return nullptr;
  }
  if (found->status != oauth::client_status::active) {
    refuse(x, oauth::errc::access_denied, "the operator has suspended this client");
    return nullptr;
  }
  return found;
}

bool client_administration::is_within_limit(service::admin_exchange& x) {
  registrations_.set_most(setup_.rules.registration.per_source_per_hour);  // a reload changes it
  const auto from = oauth::failure_key(source_key_, {}, x.source.value_or(crypto::bytes<16>{}));
  if (!registrations_.note(from, setup_.clock.now())) return true;
  refuse(x, oauth::errc::slow_down, "too many registrations from this network; try again later");
  return false;
}

bool client_administration::has_secret(const oauth::client& c, const crypto::secret_string& text) {
  const auto mac = oauth::pepper_secret(pepper_, text.reveal());
  auto matched = false;
  for (const auto& s : c.secrets) {
    if (s.how == oauth::secret_kind::hmac) {
      matched |= crypto::constant_time_equal(crypto::as_chars(mac), s.hash);
    } else if (s.how == oauth::secret_kind::sealed) {
      const auto known = oauth::unseal_secret(c, s, secret_keys_);
      matched |= known && crypto::constant_time_equal(known->reveal(), text.reveal());
    }
  }
  return matched;
}

oauth::registration_token* client_administration::find_token(const crypto::secret_string& text) {
  if (text.empty()) return nullptr;
  const auto presented = oauth::pepper_secret(pepper_, text.reveal());
  for (auto& t : registration_tokens_) {
    if (crypto::constant_time_equal(presented, t.hash))
      return t.is_live(setup_.clock.now()) ? &t : nullptr;
  }
  return nullptr;
}

oauth::registration_template client_administration::allowed_to(const oauth::client& c) const {
  const auto& about = *c.registered;
  if (about.is_open()) return oauth::open_template(setup_.rules.registration);
  for (const auto& t : registration_tokens_)
    if (t.id == about.initial_token) return t.allows;
  return oauth::template_of(c);
}

/// Stores a client whose token is counted already, so that the call must not be judged again.
bool client_administration::keep_registered(service::admin_exchange& x, const oauth::client& made) {
  constexpr auto most_rounds = 3;
  for (auto round = 1;; ++round) {
    if (keep(x, made)) return true;
    if (!std::exchange(has_moved_, false) || round == most_rounds) return false;
    refresh();
    x.error.reset();
  }
}

bool client_administration::keep(service::admin_exchange& x, oauth::registration_token t) {
  if (!is_stored(x, [&] { seen_ = setup_.records.put_registration_token(t, seen_); })) return false;
  put(std::move(t));
  return true;
}

void client_administration::put(oauth::registration_token t) {
  const auto place = std::ranges::find(registration_tokens_, t.id, &oauth::registration_token::id);
  if (place == registration_tokens_.end())
    registration_tokens_.push_back(std::move(t));
  else
    *place = std::move(t);
}

void client_administration::count_registered() {
  if (setup_.meters != nullptr) setup_.meters->registered.set(clients_->registered_size());
}

void client_administration::note_use(std::string_view client_id) {
  const auto now = setup_.clock.now();
  constexpr auto most_rounds = 3;
  for (auto round = 1; round <= most_rounds; ++round) {
    const auto* const before = clients_->find(client_id);
    if (before == nullptr || !oauth::is_use_due(*before, now)) return;
    auto after = *before;  // of the same version: what is cached of the client stays true
    after.registered->last_used = now;
    try {
      seen_ = setup_.records.put_client(after, seen_);
      clients_ = clients_->with(std::move(after));
      return;
    } catch (const storage::catalog_moved&) {
      refresh();
    } catch (const storage::storage_error&) {
      return;  // its next token tells again
    }
  }
}

bool client_administration::forget_unused() {
  // A clock that has jumped ahead must not end every registration.
  if (!setup_.clock.is_confirmed()) return false;
  const auto now = setup_.clock.now();
  auto over = std::vector<oauth::client>{};
  clients_->for_each([&](const oauth::client& c) {
    if (over.size() < most_forgotten && oauth::is_forgotten(c, setup_.rules.registration, now))
      over.push_back(c);
  });
  for (const auto& c : over) {
    try {
      seen_ = setup_.records.erase_client(c.id, seen_);
    } catch (const storage::storage_error&) {
      return false;  // another node does the same, or the disk is full: later
    }
    clients_ = clients_->without(c.id);
    if (setup_.meters != nullptr) setup_.meters->forgotten.add();
    if (setup_.journal != nullptr) setup_.journal->client_forgotten(c);
  }
  count_registered();
  return over.size() == most_forgotten;
}

}  // namespace mintage::actors
