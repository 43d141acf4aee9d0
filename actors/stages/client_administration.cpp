#include "actors/stages/client_administration.hpp"

#include <algorithm>
#include <utility>

#include "oauth/client/authentication.hpp"
#include "oauth/client/profile_rules.hpp"
#include "oauth/client/sealed_secret.hpp"

namespace mintage::actors {
namespace {

/// Sources that registrations are counted for: 8 octets each.
constexpr auto registration_cells = std::size_t{4096};
constexpr auto no_such_client = "no such client";

bool needs_text(const oauth::client& c) noexcept {
  return row_of(oauth::auth_methods, c.method).needs_secret_text;
}

/// What the operator is told of a secret that is stored without a slow hash.
std::vector<std::string> warnings_of(const oauth::client& c,
                                     const std::optional<crypto::secret_string>& chosen) {
  auto out = chosen ? oauth::secret_warnings(*chosen) : std::vector<std::string>{};
  if (needs_text(c))
    out.emplace_back(
        "client_secret is stored encrypted and not hashed, because client_secret_jwt needs its "
        "text: prefer private_key_jwt");
  return out;
}

/// The job of hashing a chosen secret. It takes over the call.
hash_request hash_first(service::admin_handle& x, oauth::client who,
                        const crypto::secret_string& chosen,
                        std::optional<std::int64_t> expires_at) {
  auto job = std::make_shared<hash_job>();
  job->who = std::move(who);
  job->secret = chosen;  // a copy: the call's own is read again after the job
  job->stored.how = oauth::stored_secret::kind::argon2id;
  job->stored.expires = oauth::secret_expiry(expires_at);
  job->asked = std::move(x);
  return job;
}

}  // namespace

client_administration::client_administration(const registry_setup& setup)
    : setup_{setup},
      secret_keys_{setup.secret_keys},
      algorithms_{setup.algorithms},
      pepper_{setup.pepper},
      source_key_{random_.take<32>()},
      registrations_{setup.rules.registration.per_source_per_hour, oauth::seconds{3600},
                     registration_cells} {
  auto all = setup.records.changes(0);
  seen_ = all.at;
  for (auto& c : all.clients) c.profile = c.own_profile;  // the registry raises it
  clients_ = std::make_shared<const oauth::client_registry>(
      std::move(all.clients), std::move(all.resources), setup.rules.profile);
  registration_tokens_ = std::move(all.registration_tokens);
  count_registered();
  secret_keys_.update();  // the ring may have changed since the setup was made
  find_outdated();
}

void client_administration::refresh() {
  try {
    take(setup_.records.changes(seen_));
  } catch (const storage::storage_error&) {  // the next call tries again
  }
}

void client_administration::take(storage::catalog_changes changes) {
  seen_ = changes.at;
  keys_changed_ = keys_changed_ || changes.keys;
  for (auto& c : changes.clients) {
    c.profile = c.own_profile;
    if (oauth::has_outdated_secret(c, secret_keys_)) outdated_.push_back(c.id);
    clients_ = clients_->with(std::move(c));
  }
  for (const auto& id : changes.erased_clients) clients_ = clients_->without(id);
  for (auto& r : changes.resources) clients_ = clients_->with_resource(std::move(r));
  for (const auto& identifier : changes.erased_resources)
    clients_ = clients_->without_resource(identifier);
  for (auto& t : changes.registration_tokens) put(std::move(t));
  for (const auto& id : changes.erased_registration_tokens)
    std::erase_if(registration_tokens_, [&](const auto& t) { return t.id == id; });
  count_registered();
  note_progress();
}

void client_administration::publish(const oauth::key_ring& keys) {
  algorithms_ = active_algorithms(keys);
}

template <class Judge>
auto client_administration::judge_until_stored(service::admin_exchange& x, Judge judge) {
  constexpr auto most_rounds = 3;
  for (auto round = 1;; ++round) {
    has_moved_ = false;
    auto result = judge();
    if (!has_moved_ || round == most_rounds) return result;
    refresh();
    x.error.reset();
  }
}

hash_request client_administration::handle(service::admin_handle& x) {
  auto& asked = *x;  // `judge` takes the handle only when it writes nothing
  return judge_until_stored(asked, [&] { return judge(x); });
}

hash_request client_administration::judge(service::admin_handle& x) {
  const auto& call = x->call;
  if (judge_registration(*x)) return nullptr;
  if (const auto* c = std::get_if<oauth::create_client>(&call)) return create(x, c->metadata);
  if (const auto* a = std::get_if<oauth::add_secret>(&call)) return add_secret(x, *a);
  if (const auto* e = std::get_if<oauth::end_secret>(&call)) {
    end_secret(*x, *e);
  } else if (const auto* p = std::get_if<oauth::patch_client>(&call)) {
    patch(*x, *p);
  } else if (const auto* r = std::get_if<oauth::remove_client>(&call)) {
    remove(*x, r->id);
  } else if (const auto* s = std::get_if<oauth::show_client>(&call)) {
    if (const auto* found = find(*x, s->id)) x->answer = *found;
  } else if (const auto* put = std::get_if<oauth::put_resource>(&call)) {
    put_resource(*x, put->registered);
  } else if (const auto* gone = std::get_if<oauth::remove_resource>(&call)) {
    remove_resource(*x, gone->identifier);
  } else if (const auto* cut = std::get_if<oauth::cut_off>(&call)) {
    cut_off(*x, *cut);
  } else if (std::holds_alternative<oauth::list_resources>(call)) {
    x->answer = oauth::resource_list{clients_};
  } else {
    x->answer = oauth::client_list{clients_};
  }
  return nullptr;
}

hash_request client_administration::create(service::admin_handle& x,
                                           const oauth::client_metadata& m) {
  auto made = oauth::make_client(m, setup_.clock.now(), random_);
  if (!made) {
    x->error = std::move(made.error());
    return nullptr;
  }
  if (clients_->find(made->id) != nullptr) {
    refuse(*x, oauth::errc::conflict, "client_id is taken");
    return nullptr;
  }
  // `aud` never equals a client_id (ATK-02).
  if (clients_->find_resource(made->id) != nullptr) {
    refuse(*x, oauth::errc::conflict, "client_id is the identifier of a resource");
    return nullptr;
  }
  if (!holds_profile(*x, *made) || !can_serve(*x, *made, {})) return nullptr;
  if (m.client_secret_hash) {
    made->secrets.push_back(
        oauth::foreign_secret(*m.client_secret_hash, m.client_secret_expires_at));
    keep_new(*x, {std::move(*made), {}});
    return nullptr;
  }
  if (m.client_secret && !needs_text(*made))
    return hash_first(x, std::move(*made), *m.client_secret, m.client_secret_expires_at);
  auto shown = crypto::secret_string{};
  auto warnings = std::vector<std::string>{};
  if (oauth::proof_of(made->method) == oauth::client_proof::secret) {
    if (!m.client_secret) shown = oauth::make_client_secret(random_, made->method);
    made->secrets.push_back(
        stored(*made, m.client_secret ? *m.client_secret : shown, m.client_secret_expires_at));
    warnings = warnings_of(*made, m.client_secret);
  }
  keep_new(*x, {std::move(*made), std::move(shown), std::move(warnings)});
  return nullptr;
}

hash_request client_administration::add_secret(service::admin_handle& x,
                                               const oauth::add_secret& call) {
  const auto* before = find(*x, call.id);
  if (before == nullptr) return nullptr;
  const auto& wanted = call.secret;
  if (auto bad = oauth::check_secret(*before, wanted, setup_.clock.now())) {
    x->error = std::move(*bad);
    return nullptr;
  }
  if (wanted.client_secret && !needs_text(*before))
    return hash_first(x, *before, *wanted.client_secret, wanted.client_secret_expires_at);
  if (wanted.client_secret_hash) {
    keep_added(*x, *before,
               oauth::foreign_secret(*wanted.client_secret_hash, wanted.client_secret_expires_at),
               {}, {});
    return nullptr;
  }
  auto shown = crypto::secret_string{};
  if (!wanted.client_secret) shown = oauth::make_client_secret(random_, before->method);
  auto added = stored(*before, wanted.client_secret ? *wanted.client_secret : shown,
                      wanted.client_secret_expires_at);
  keep_added(*x, *before, std::move(added), std::move(shown),
             warnings_of(*before, wanted.client_secret));
  return nullptr;
}

void client_administration::store_hashed(const hash_job& job) {
  auto& x = *job.asked;
  judge_until_stored(x, [&] {
    judge_hashed(job, x);
    return true;
  });
}

void client_administration::judge_hashed(const hash_job& job, service::admin_exchange& x) {
  const auto* found = clients_->find(job.who.id);
  if (std::holds_alternative<oauth::create_client>(x.call)) {
    if (found != nullptr) return refuse(x, oauth::errc::conflict, "client_id is taken");
    auto made = job.who;
    made.secrets.push_back(job.stored);
    return keep_new(x, {std::move(made), {}, oauth::secret_warnings(job.secret)});
  }
  // The client was removed while the secret was hashed, and may have been made again.
  if (found == nullptr || found->incarnation != job.who.incarnation)
    return refuse(x, oauth::errc::not_found, no_such_client);
  keep_added(x, *found, job.stored, {}, oauth::secret_warnings(job.secret));
}

void client_administration::end_secret(service::admin_exchange& x, const oauth::end_secret& call) {
  const auto* before = find(x, call.id);
  if (before == nullptr) return;
  auto after = oauth::without_secret(*before, call.number, setup_.clock.now());
  if (!after)
    x.error = std::move(after.error());
  else if (keep(x, *after))
    x.answer = oauth::removed{};
}

void client_administration::patch(service::admin_exchange& x, const oauth::patch_client& call) {
  const auto* before = find(x, call.id);
  if (before == nullptr) return;
  auto after = oauth::change_client(*before, call.metadata);
  if (!after) {
    x.error = std::move(after.error());
    return;
  }
  if (holds_profile(x, *after) && can_serve(x, *after, before->lives) && keep(x, *after))
    x.answer = std::move(*after);
}

void client_administration::remove(service::admin_exchange& x, const std::string& id) {
  if (find(x, id) == nullptr) return;
  if (!is_stored(x, [&] { seen_ = setup_.records.erase_client(id, seen_); })) return;
  clients_ = clients_->without(id);
  count_registered();
  x.answer = oauth::removed{};
}

void client_administration::keep_proven(const oauth::proven_secret& proven) {
  const auto* before = clients_->find(proven.client_id);
  if (before == nullptr) return;
  auto after = oauth::with_proven(*before, proven);
  if (!after) return;
  try {
    seen_ = setup_.records.put_client(*after, seen_);
  } catch (const storage::storage_error&) {
    return;
  }
  clients_ = clients_->with(std::move(*after));
}

void client_administration::put_resource(service::admin_exchange& x, const oauth::resource& r) {
  if (auto bad = oauth::check_resource(*clients_, r, setup_.rules)) {
    x.error = std::move(*bad);
    return;
  }
  if (r.as.format == oauth::token_format::jwt && !has_key_of(x, r.as.alg, "alg")) return;
  auto stored = r;
  if (const auto* before = clients_->find_resource(r.as.identifier))
    stored.newer_fields = before->newer_fields;
  if (!is_stored(x, [&] { seen_ = setup_.records.put_resource(stored, seen_); })) return;
  clients_ = clients_->with_resource(stored);
  x.answer = std::move(stored);
}

void client_administration::remove_resource(service::admin_exchange& x,
                                            const std::string& identifier) {
  if (clients_->find_resource(identifier) == nullptr)
    return refuse(x, oauth::errc::not_found, "no such resource");
  if (!is_stored(x, [&] { seen_ = setup_.records.erase_resource(identifier, seen_); })) return;
  clients_ = clients_->without_resource(identifier);
  x.answer = oauth::removed{};
}

// Nothing is published: every code store looks up cutoffs itself (RFT-11, NEG-118).
void client_administration::cut_off(service::admin_exchange& x, const oauth::cut_off& call) {
  const auto now = setup_.clock.now();
  const auto key = oauth::cutoff_key(call.kind, call.name, hash_);
  const auto life = [&] {
    const auto lives = counting_lives(setup_.lives, setup_.rules);
    return oauth::cutoff_life(oauth::with_lives(setup_.rules, lives));
  };
  const auto write = [&] {
    const auto at_first = life();
    setup_.cutoffs.put(key, now, now + at_first);
    // Another node that began to use a longer life either finds the cutoff or is found here.
    if (setup_.lives != nullptr) setup_.lives->look();
    if (const auto longer = life(); longer > at_first) setup_.cutoffs.put(key, now, now + longer);
  };
  if (is_stored(x, write)) x.answer = oauth::removed{};
}

const oauth::client* client_administration::find(service::admin_exchange& x,
                                                 const std::string& id) const {
  const auto* found = clients_->find(id);
  if (found == nullptr) refuse(x, oauth::errc::not_found, no_such_client);
  return found;
}

oauth::stored_secret client_administration::stored(const oauth::client& owner,
                                                   const crypto::secret_string& text,
                                                   std::optional<std::int64_t> expires_at) {
  if (needs_text(owner)) {
    if (secret_keys_.update()) find_outdated();
    return oauth::seal_secret(owner, text, expires_at, secret_keys_.newest());
  }
  auto out = oauth::stored_secret{};
  out.hash = crypto::as_chars(oauth::pepper_secret(pepper_, text.reveal()));
  out.expires = oauth::secret_expiry(expires_at);
  return out;
}

void client_administration::keep_new(service::admin_exchange& x, oauth::created_client done) {
  if (keep(x, done.made)) x.answer = std::move(done);
}

void client_administration::keep_added(service::admin_exchange& x, const oauth::client& before,
                                       oauth::stored_secret added, crypto::secret_string shown,
                                       std::vector<std::string> warnings) {
  auto after = oauth::with_secret(before, std::move(added), setup_.clock.now());
  if (!after)
    x.error = std::move(after.error());
  else if (keep(x, *after))
    x.answer = oauth::added_secret{std::move(*after), std::move(shown), std::move(warnings)};
}

bool client_administration::can_serve(service::admin_exchange& x, const oauth::client& c,
                                      const oauth::token_lives& before) const {
  if (c.lives != before) {
    if (auto bad = oauth::check_lives(c.lives, setup_.rules)) {
      x.error = std::move(*bad);
      return false;
    }
  }
  return has_key_of(x, c.id_token_alg, "id_token_signed_response_alg") &&
         (!c.userinfo_alg || has_key_of(x, *c.userinfo_alg, "userinfo_signed_response_alg")) &&
         (!c.response_alg || has_key_of(x, *c.response_alg, "authorization_signed_response_alg"));
}

bool client_administration::holds_profile(service::admin_exchange& x, oauth::client& c) const {
  c.profile = oauth::stricter(c.own_profile, setup_.rules.profile);
  auto bad = oauth::check_profile(c);
  if (!bad) return true;
  x.error = std::move(*bad);
  return false;
}

bool client_administration::has_key_of(service::admin_exchange& x, crypto::jws_alg alg,
                                       std::string_view member) const {
  if (std::find(algorithms_.begin(), algorithms_.end(), alg) != algorithms_.end()) return true;
  refuse(x, oauth::errc::invalid_request,
         std::string{member} + " must be an algorithm that this server has a key for");
  return false;
}

bool client_administration::keep(service::admin_exchange& x, const oauth::client& c) {
  if (!is_stored(x, [&] { seen_ = setup_.records.put_client(c, seen_); })) return false;
  clients_ = clients_->with(c);
  count_registered();
  return true;
}

}  // namespace mintage::actors
