#include "storage/rocksdb/outbox.hpp"

#include <string>
#include <utility>

#include "storage/codec.hpp"
#include "storage/rocksdb/note_names.hpp"

namespace mintage::storage {
namespace {

constexpr auto prefix = outbox_prefix;

std::string name_of(const outbox_id& id) {
  return std::string{prefix}.append(crypto::as_chars(id));
}

}  // namespace

rocksdb_outbox::rocksdb_outbox(const rocksdb_database& db, committer& commits)
    : db_{db}, commits_{commits} {
  auto in_use = db_.use();
  const auto at = db_.scan(column_family::notes);
  for (at->Seek({prefix.data(), prefix.size()}); at->Valid(); at->Next()) {
    if (!std::string_view{at->key().data(), at->key().size()}.starts_with(prefix)) break;
    auto e = decode_outbox_entry({at->value().data(), at->value().size()});
    if (!e) throw db_.error("holds a record that cannot be read");
    e->due = {};  // nobody else has claimed it
    queue_.put(std::move(*e));
  }
  if (!at->status().ok()) throw db_.error("cannot be read: " + at->status().ToString());
}

std::vector<outbox_id> rocksdb_outbox::add(const std::vector<outbox_entry>& entries) {
  const auto guard = std::scoped_lock{mutex_};
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  auto refused = std::vector<outbox_id>{};
  for (const auto& e : entries) {
    if (!queue_.has_room(receiver_of(e.id))) {
      refused.push_back(e.id);
      continue;
    }
    put(batch, e);
    queue_.put(e);
  }
  try {
    write(batch, true);
  } catch (const storage_error&) {
    for (const auto& e : entries) static_cast<void>(queue_.settle({e.id, std::nullopt}));
    throw;
  }
  return refused;
}

// Whether it is on the disk does not matter: a claim that is lost is another try.
std::vector<outbox_entry> rocksdb_outbox::claim(std::size_t most,
                                                std::span<const outbox_receiver> passed_over,
                                                instant now, instant until) {
  const auto guard = std::scoped_lock{mutex_};
  auto claimed = queue_.claim(most, passed_over, now, until);
  if (claimed.empty()) return claimed;
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  for (const auto& e : claimed) put(batch, e);
  write(batch, false);
  return claimed;
}

void rocksdb_outbox::settle(const std::vector<outbox_outcome>& outcomes) {
  const auto guard = std::scoped_lock{mutex_};
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  for (const auto& o : outcomes) {
    if (const auto* const left = queue_.settle(o))
      put(batch, *left);
    else
      static_cast<void>(batch.Delete(db_[column_family::notes], name_of(o.id)));
  }
  write(batch, false);
}

std::size_t rocksdb_outbox::size() {
  const auto guard = std::scoped_lock{mutex_};
  return queue_.size();
}

void rocksdb_outbox::put(rocksdb::WriteBatch& batch, const outbox_entry& e) const {
  static_cast<void>(batch.Put(db_[column_family::notes], name_of(e.id), encode(e)));
}

void rocksdb_outbox::write(rocksdb::WriteBatch& batch, bool sync) {
  if (!commits_.write(batch, sync)) throw db_.error("cannot be written");
}

}  // namespace mintage::storage
