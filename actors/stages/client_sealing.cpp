// The part of client_administration that seals secrets anew when the seal key was rotated.
#include "actors/stages/client_administration.hpp"
#include "oauth/client/sealed_secret.hpp"

namespace mintage::actors {

void client_administration::note_progress() const {
  if (setup_.progress != nullptr)
    setup_.progress->note(sealed_records::secrets, secret_keys_.changes(), outdated_.size());
}

void client_administration::find_outdated() {
  outdated_.clear();
  if (secret_keys_.all().size() > 1)
    clients_->for_each([&](const oauth::client& c) {
      if (oauth::has_outdated_secret(c, secret_keys_)) outdated_.push_back(c.id);
    });
  note_progress();
}

void client_administration::seal_anew() {
  constexpr auto most_clients = 64;
  if (secret_keys_.update()) find_outdated();
  for (auto done = 0; done < most_clients && !outdated_.empty(); ++done) {
    if (seal_anew(outdated_.back())) break;
    outdated_.pop_back();
  }
  note_progress();
}

bool client_administration::seal_anew(const std::string& client_id) {
  const auto* const before = clients_->find(client_id);
  // Another node may have done it already.
  if (before == nullptr || !oauth::has_outdated_secret(*before, secret_keys_)) return false;
  auto after = *before;  // of the same version: what is cached of the client stays true
  oauth::seal_anew(after, secret_keys_);
  try {
    seen_ = setup_.records.put_client(after, seen_);
  } catch (const storage::catalog_moved&) {
    refresh();
    return true;
  } catch (const storage::storage_error&) {
    return true;
  }
  clients_ = clients_->with(std::move(after));
  return false;
}

}  // namespace mintage::actors
