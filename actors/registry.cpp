#include "actors/registry.hpp"

#include <algorithm>
#include <utility>

#include "actors/send_replies.hpp"
#include "oauth/client_auth.hpp"

namespace mintage::actors {
namespace {

void refuse(oauth::admin_exchange& x, oauth::errc code, std::string description) {
  x.error = oauth::admin_error{code, std::move(description)};
}

constexpr auto no_such_client = "no such client";

/// The job of hashing a chosen secret; it takes the call along.
hash_ticket hash_first(oauth::admin_handle& x, oauth::client who,
                       const crypto::secret_string& chosen,
                       std::optional<std::int64_t> expires_at) {
  auto job = std::make_shared<hash_job>();
  job->who = std::move(who);
  job->secret = chosen;  // the call keeps its own: it is read again when the job is done
  job->stored.how = oauth::stored_secret::kind::argon2id;
  job->stored.expires = oauth::secret_expiry(expires_at);
  job->asked = std::move(x);
  return job;
}

}  // namespace

client_book::client_book(const registry_setup& setup)
    : setup_{setup},
      clients_{std::make_shared<const oauth::client_registry>(setup.records.load_clients())},
      pepper_{setup.pepper} {}

hash_ticket client_book::handle(oauth::admin_handle& x) {
  const auto& call = x->call;
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
  } else {
    x->answer = oauth::client_list{clients_};
  }
  return nullptr;
}

hash_ticket client_book::create(oauth::admin_handle& x, const oauth::client_metadata& m) {
  auto made = oauth::make_client(m, setup_.clock.now(), random_);
  if (!made) {
    x->error = std::move(made.error());
    return nullptr;
  }
  if (clients_->find(made->id) != nullptr) {
    refuse(*x, oauth::errc::conflict, "client_id is taken");
    return nullptr;
  }
  if (!has_key_for(*x, *made)) return nullptr;
  if (m.client_secret)
    return hash_first(x, std::move(*made), *m.client_secret, m.client_secret_expires_at);
  auto secret = crypto::secret_string{};
  if (!made->is_public()) {
    secret = oauth::make_client_secret(random_);
    made->secrets.push_back(hashed(secret, m.client_secret_expires_at));
  }
  keep_new(*x, std::move(*made), std::move(secret));
  return nullptr;
}

hash_ticket client_book::add_secret(oauth::admin_handle& x, const oauth::add_secret& call) {
  const auto* before = find(*x, call.id);
  if (before == nullptr) return nullptr;
  const auto& wanted = call.secret;
  if (auto bad = oauth::check_secret(*before, wanted, setup_.clock.now())) {
    x->error = std::move(*bad);
    return nullptr;
  }
  if (wanted.client_secret)
    return hash_first(x, *before, *wanted.client_secret, wanted.client_secret_expires_at);
  auto secret = oauth::make_client_secret(random_);
  auto stored = hashed(secret, wanted.client_secret_expires_at);  // before the secret moves on
  keep_added(*x, *before, std::move(stored), std::move(secret));
  return nullptr;
}

void client_book::store_hashed(hash_job& job) {
  auto& x = *job.asked;
  const auto* found = clients_->find(job.who.id);
  if (std::holds_alternative<oauth::create_client>(x.call)) {
    if (found != nullptr) return refuse(x, oauth::errc::conflict, "client_id is taken");
    job.who.secrets.push_back(std::move(job.stored));
    return keep_new(x, std::move(job.who), {});
  }
  // Removed while the secret was hashed, and perhaps made anew by somebody else.
  if (found == nullptr || found->incarnation != job.who.incarnation)
    return refuse(x, oauth::errc::not_found, no_such_client);
  keep_added(x, *found, std::move(job.stored), {});
}

void client_book::end_secret(oauth::admin_exchange& x, const oauth::end_secret& call) {
  const auto* before = find(x, call.id);
  if (before == nullptr) return;
  auto after = oauth::without_secret(*before, call.number, setup_.clock.now());
  if (!after)
    x.error = std::move(after.error());
  else if (keep(x, *after))
    x.answer = oauth::removed{};
}

void client_book::patch(oauth::admin_exchange& x, const oauth::patch_client& call) {
  const auto* before = find(x, call.id);
  if (before == nullptr) return;
  auto after = oauth::change_client(*before, call.metadata);
  if (!after) {
    x.error = std::move(after.error());
    return;
  }
  if (has_key_for(x, *after) && keep(x, *after)) x.answer = std::move(*after);
}

void client_book::remove(oauth::admin_exchange& x, const std::string& id) {
  if (find(x, id) == nullptr) return;
  try {
    setup_.records.erase_client(id);
  } catch (const storage::storage_error&) {
    return refuse(x, oauth::errc::temporarily_unavailable, "the change could not be stored");
  }
  clients_ = clients_->without(id);
  x.answer = oauth::removed{};
}

const oauth::client* client_book::find(oauth::admin_exchange& x, const std::string& id) const {
  const auto* found = clients_->find(id);
  if (found == nullptr) refuse(x, oauth::errc::not_found, no_such_client);
  return found;
}

oauth::stored_secret client_book::hashed(const crypto::secret_string& generated,
                                         std::optional<std::int64_t> expires_at) {
  auto out = oauth::stored_secret{};
  out.hash = crypto::as_chars(oauth::pepper_secret(pepper_, generated.reveal()));
  out.expires = oauth::secret_expiry(expires_at);
  return out;
}

void client_book::keep_new(oauth::admin_exchange& x, oauth::client made,
                           crypto::secret_string shown) {
  if (keep(x, made)) x.answer = oauth::created_client{std::move(made), std::move(shown)};
}

void client_book::keep_added(oauth::admin_exchange& x, const oauth::client& before,
                             oauth::stored_secret added, crypto::secret_string shown) {
  auto after = oauth::with_secret(before, std::move(added), setup_.clock.now());
  if (!after)
    x.error = std::move(after.error());
  else if (keep(x, *after))
    x.answer = oauth::added_secret{std::move(*after), std::move(shown)};
}

bool client_book::has_key_for(oauth::admin_exchange& x, const oauth::client& c) const {
  if (std::find(setup_.algorithms.begin(), setup_.algorithms.end(), c.id_token_alg) !=
      setup_.algorithms.end())
    return true;
  refuse(x, oauth::errc::invalid_request,
         "id_token_signed_response_alg must be an algorithm that this server has a key for");
  return false;
}

bool client_book::keep(oauth::admin_exchange& x, const oauth::client& c) {
  try {
    setup_.records.put_client(c);
  } catch (const storage::storage_error&) {
    refuse(x, oauth::errc::temporarily_unavailable, "the change could not be stored");
    return false;
  }
  clients_ = clients_->with(c);
  return true;
}

namespace {

using pointer = registry_actor::stateful_pointer<registry_state>;

// Before the answers: whoever sees one finds the change in every validator.
void publish(pointer self) {
  for (const auto& v : self->state.to->validators)
    self->send(v, publish_atom_v, self->state.work->clients());
}

/// Publishes if the calls changed something, then answers those that are done.
void conclude(pointer self, const oauth::registry_snapshot& before,
              std::vector<oauth::admin_handle> done) {
  if (self->state.work->clients() != before) publish(self);
  send_replies(self, *self->state.to, std::move(done));
}

void handle_all(pointer self, const admin_batch& b) {
  auto& s = self->state;
  const auto before = s.work->clients();
  auto done = std::vector<oauth::admin_handle>{};
  for (auto& x : b.take()) {
    if (auto job = s.work->handle(x))
      self->send(s.to->hashers.front(), hash_atom_v, job);
    else
      done.push_back(std::move(x));
  }
  conclude(self, before, std::move(done));
}

void store_hashed(pointer self, hash_job& job) {
  const auto before = self->state.work->clients();
  self->state.work->store_hashed(job);
  auto done = std::vector<oauth::admin_handle>{};
  done.push_back(std::move(job.asked));
  conclude(self, before, std::move(done));
}

}  // namespace

registry_actor::behavior_type registry(pointer self, const registry_setup* setup) {
  self->state.work.emplace(*setup);
  return {
      [self](admin_atom, const admin_batch& b) {
        if (self->state.to)
          handle_all(self, b);
        else
          self->state.early.push_back(b);
      },
      [self](hash_atom, const hash_ticket& job) {
        if (self->state.to)
          store_hashed(self, *job);
        else
          self->state.early_hashed.push_back(job);
      },
      [self](routes_atom, const routes_ptr& to) {
        self->state.to = to;
        publish(self);  // a replaced validator has no snapshot yet
        for (const auto& b : std::exchange(self->state.early, {})) handle_all(self, b);
        for (const auto& job : std::exchange(self->state.early_hashed, {}))
          store_hashed(self, *job);
      },
  };
}

}  // namespace mintage::actors
