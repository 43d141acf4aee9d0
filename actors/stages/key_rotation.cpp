#include "actors/stages/key_rotation.hpp"

#include <algorithm>
#include <utility>

#include "crypto/seal.hpp"

namespace mintage::actors {
namespace {

/// Associated data of a sealed key: its kind and id.
std::string seal_context(const std::string& kid) {
  return "key/" + kid;
}

storage::key_record seal(const oauth::ring_key& k, const crypto::digest& seal_key) {
  const auto der = k.key.private_der();
  return {.kid = k.key.kid(),
          .alg = k.key.alg(),
          .state = k.state,
          .created = k.created,
          .activate = k.activate,
          .retire = k.retire,
          .remove = k.remove,
          .sealed = crypto::seal(seal_key, seal_context(k.key.kid()), der.reveal()),
          .newer_fields = k.newer_fields};
}

struct opened_key {
  oauth::ring_key key;
  bool is_outdated;
};

opened_key unseal(const storage::key_record& r, const crypto::subkeys& seal_keys) {
  const auto der = crypto::unseal_with_any(seal_keys, seal_context(r.kid), r.sealed);
  auto key = der ? crypto::signing_key::load(r.alg, der->plain.reveal()) : std::nullopt;
  if (!key) throw key_error{"signing key " + r.kid + " does not open with this seal key"};
  return {{std::move(*key), r.state, r.created, r.activate, r.retire, r.remove, r.newer_fields},
          der->is_outdated};
}

/// Compares the keys in any order.
bool are_equal(const oauth::key_ring& a, const oauth::key_ring& b) {
  return a.keys.size() == b.keys.size() &&
         std::all_of(a.keys.begin(), a.keys.end(), [&](const oauth::ring_key& k) {
           const auto* other = b.find(k.key.kid());
           return other != nullptr && oauth::is_unchanged(k, *other);
         });
}

}  // namespace

oauth::key_rules key_rotation::schedule() const {
  return {.algorithms = setup_.algorithms,
          .rotation_period = setup_.rules.key_rotation_period,
          .overlap = counting_lives(setup_.lives, setup_.rules).key_overlap};
}

key_rotation::key_rotation(const key_keeper_setup& setup)
    : setup_{setup}, seal_keys_{setup.seal_keys} {
  load();
  repeat_until_stored([this] {
    keep(oauth::advance(*ring_, schedule(), setup_.clock.now(), crypto::signing_key::generate));
  });
}

template <class Work>
void key_rotation::repeat_until_stored(Work work) {
  constexpr auto most_rounds = 3;
  for (auto round = 1;; ++round) {
    try {
      return work();
    } catch (const storage::catalog_moved&) {
      if (round == most_rounds) throw;
      load();
    }
  }
}

void key_rotation::load() {
  if (setup_.follow_ring) setup_.follow_ring();
  seal_keys_.update();
  auto ring = oauth::key_ring{};
  auto outdated = std::vector<std::string>{};
  const auto stored = setup_.records.load_keys();
  for (const auto& r : stored.keys) {
    auto opened = unseal(r, seal_keys_);
    if (opened.is_outdated) outdated.push_back(r.kid);
    ring.keys.push_back(std::move(opened.key));
  }
  outdated_ = std::move(outdated);
  note_progress();
  seen_ = stored.at;
  oauth::arrange(ring);
  if (ring_ == nullptr || !are_equal(*ring_, ring))
    ring_ = std::make_shared<const oauth::key_ring>(std::move(ring));
  is_unsure_ = false;
}

// A node that retires former roots changes no key, and no message tells the others.
void key_rotation::follow_ring() {
  constexpr auto interval = oauth::seconds{10};
  const auto now = setup_.clock.now();
  if (!setup_.follow_ring || (followed_ && *followed_ <= now && now < *followed_ + interval))
    return;
  followed_ = now;
  try {
    setup_.follow_ring();
  } catch (const storage::storage_error&) {  // the next time, then
  }
}

bool key_rotation::tick() {
  follow_ring();
  const auto before = ring_;
  if (setup_.lives != nullptr) setup_.lives->tick();
  try {
    if (is_unsure_) load();
    repeat_until_stored([this] {
      keep(oauth::advance(*ring_, schedule(), setup_.clock.now(), crypto::signing_key::generate));
    });
    seal_anew();
  } catch (const storage::storage_error&) {
    is_unsure_ = true;
  }
  return ring_ != before;
}

void key_rotation::seal_anew() {
  if (seal_keys_.update()) load();  // tells which keys the newest root does not open
  repeat_until_stored([this] {
    auto put = std::vector<storage::key_record>{};
    for (const auto& k : ring_->keys)
      if (std::find(outdated_.begin(), outdated_.end(), k.key.kid()) != outdated_.end())
        put.push_back(seal(k, seal_keys_.newest()));
    if (!put.empty()) seen_ = setup_.records.change_keys(put, {}, seen_);
    outdated_.clear();
  });
  note_progress();
}

void key_rotation::note_progress() const {
  if (setup_.progress != nullptr)
    setup_.progress->note(sealed_records::keys, seal_keys_.changes(), outdated_.size());
}

bool key_rotation::refresh() {
  const auto before = ring_;
  try {
    load();
  } catch (const storage::storage_error&) {
    is_unsure_ = true;
  }
  return ring_ != before;
}

template <class Change>
void key_rotation::change(service::admin_exchange& x, Change how) {
  try {
    if (is_unsure_) load();
    repeat_until_stored([&] {
      auto after = how(setup_.clock.now());
      if (!after)
        x.error = std::move(after.error());
      else
        keep(std::move(*after));
    });
  } catch (const storage::storage_error&) {
    is_unsure_ = true;
    x.error =
        oauth::admin_error{oauth::errc::temporarily_unavailable, "the change could not be stored"};
  }
}

void key_rotation::handle(service::admin_exchange& x) {
  const auto& make = crypto::signing_key::generate;
  if (const auto* call = std::get_if<oauth::rotate_keys>(&x.call)) {
    change(x,
           [&](oauth::instant now) { return oauth::rotate(*ring_, *call, schedule(), now, make); });
    if (!x.error) x.answer = oauth::key_list{ring_};
  } else if (const auto* gone = std::get_if<oauth::remove_key>(&x.call)) {
    change(x, [&](oauth::instant now) {
      return oauth::remove(*ring_, gone->kid, schedule(), now, make);
    });
    if (!x.error) x.answer = oauth::removed{};
  } else {
    x.answer = oauth::key_list{ring_};
  }
}

/// Makes the new ring the current one, after it is durable.
void key_rotation::keep(oauth::key_ring after) {
  if (are_equal(*ring_, after)) return;
  store(after);
  tell(after);
  ring_ = std::make_shared<const oauth::key_ring>(std::move(after));
}

void key_rotation::store(const oauth::key_ring& after) {
  auto put = std::vector<storage::key_record>{};
  for (const auto& k : after.keys) {
    const auto* former = ring_->find(k.key.kid());
    if (former == nullptr || !oauth::is_unchanged(*former, k))
      put.push_back(seal(k, seal_keys_.newest()));
  }
  auto erased = std::vector<std::string>{};
  for (const auto& k : ring_->keys)
    if (after.find(k.key.kid()) == nullptr) erased.push_back(k.key.kid());
  seen_ = setup_.records.change_keys(put, erased, seen_);
}

void key_rotation::tell(const oauth::key_ring& after) const {
  for (const auto& k : ring_->keys)
    if (after.find(k.key.kid()) == nullptr) setup_.journal.key_changed(k.key, "removed");
  for (const auto& k : after.keys) {
    const auto* former = ring_->find(k.key.kid());
    if (former == nullptr || former->state != k.state)
      setup_.journal.key_changed(k.key, to_string(k.state));
  }
}

}  // namespace mintage::actors
