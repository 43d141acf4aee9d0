#include "storage/rocksdb/catalog.hpp"

#include "storage/codec.hpp"
#include "storage/rocksdb/note_names.hpp"

namespace mintage::storage {
namespace {

rocksdb::Slice to_slice(std::string_view s) noexcept {
  return {s.data(), s.size()};
}

/// Reads all records of a column family whose keys begin with `prefix`. A record that cannot be
/// decoded is an error, not skipped: a server without one of its clients or keys would seem to
/// work.
template <class Record>
std::vector<Record> load_all(const rocksdb_database& db, column_family f,
                             std::optional<Record> (*decode)(std::string_view),
                             std::string_view prefix = {}) {
  auto all = std::vector<Record>{};
  auto in_use = db.use();
  auto at = db.scan(f);
  for (at->Seek(to_slice(prefix)); at->Valid(); at->Next()) {
    if (!std::string_view{at->key().data(), at->key().size()}.starts_with(prefix)) break;
    auto one = decode({at->value().data(), at->value().size()});
    if (!one) {
      throw db.error("holds a record that cannot be read");
    }
    all.push_back(std::move(*one));
  }
  if (!at->status().ok()) {
    throw db.error("cannot be read: " + at->status().ToString());
  }
  return all;
}

std::string token_key(std::string_view id) {
  return std::string{registration_token_prefix}.append(id);
}

/// The one revision of a catalog that no other process changes.
constexpr auto only_revision = revision{1};

}  // namespace

catalog_changes rocksdb_catalog::changes(revision after) {
  auto all = catalog_changes{.at = only_revision};
  if (after != 0) return all;
  all.clients = load_all<oauth::client>(db_, column_family::clients, decode_client);
  all.resources = load_all<oauth::resource>(db_, column_family::resources, decode_resource);
  all.registration_tokens = load_all<oauth::registration_token>(
      db_, column_family::notes, decode_registration_token, registration_token_prefix);
  return all;
}

revision rocksdb_catalog::put_client(const oauth::client& c, revision seen) {
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  static_cast<void>(batch.Put(db_[column_family::clients], c.id, encode(c)));
  write(batch);
  return seen;
}

revision rocksdb_catalog::erase_client(std::string_view id, revision seen) {
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  static_cast<void>(batch.Delete(db_[column_family::clients], to_slice(id)));
  write(batch);
  return seen;
}

stored_keys rocksdb_catalog::load_keys() {
  return {only_revision, load_all<key_record>(db_, column_family::keys, decode_key)};
}

revision rocksdb_catalog::change_keys(const std::vector<key_record>& put,
                                      const std::vector<std::string>& erased, revision seen) {
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  for (const auto& k : put) {
    static_cast<void>(batch.Put(db_[column_family::keys], k.kid, encode(k)));
  }
  for (const auto& kid : erased) {
    static_cast<void>(batch.Delete(db_[column_family::keys], kid));
  }
  write(batch);
  return seen;
}

revision rocksdb_catalog::put_resource(const oauth::resource& r, revision seen) {
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  static_cast<void>(batch.Put(db_[column_family::resources], r.as.identifier, encode(r)));
  write(batch);
  return seen;
}

revision rocksdb_catalog::erase_resource(std::string_view identifier, revision seen) {
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  static_cast<void>(batch.Delete(db_[column_family::resources], to_slice(identifier)));
  write(batch);
  return seen;
}

revision rocksdb_catalog::put_registration_token(const oauth::registration_token& t,
                                                 revision seen) {
  put_note(token_key(t.id), encode(t));
  return seen;
}

revision rocksdb_catalog::erase_registration_token(std::string_view id, revision seen) {
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  static_cast<void>(batch.Delete(db_[column_family::notes], token_key(id)));
  write(batch);
  return seen;
}

std::string rocksdb_catalog::load_note(std::string_view name) {
  auto in_use = db_.use();
  auto value = rocksdb::PinnableSlice{};
  auto status = db_.get(db_[column_family::notes], name, value);
  if (!status.ok() && !status.IsNotFound()) {
    throw db_.error("cannot be read: " + status.ToString());
  }
  return status.ok() ? value.ToString() : std::string{};
}

void rocksdb_catalog::put_note(std::string_view name, std::string_view value) {
  auto in_use = db_.use();
  auto batch = rocksdb::WriteBatch{};
  static_cast<void>(batch.Put(db_[column_family::notes], to_slice(name), to_slice(value)));
  write(batch);
}

bool rocksdb_catalog::replace_note(std::string_view name, std::string_view before,
                                   std::string_view value) {
  const auto guard = std::scoped_lock{replacing_};
  if (load_note(name) != before) return false;
  put_note(name, value);
  return true;
}

void rocksdb_catalog::write(rocksdb::WriteBatch& batch) {
  if (!commits_.write(batch, true)) {
    throw db_.error("cannot be written");
  }
}

}  // namespace mintage::storage
