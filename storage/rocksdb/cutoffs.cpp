#include "storage/rocksdb/cutoffs.hpp"

#include <algorithm>

#include "records.pb.h"
#include "storage/rocksdb/stored_record.hpp"

namespace mintage::storage {
namespace {

/// Scans for a key. The estimated number of keys may be zero while deletions hide one.
bool holds_any(const rocksdb_database& db) {
  auto in_use = db.use();
  auto at = db.scan(column_family::cutoffs);
  at->SeekToFirst();
  if (!at->status().ok()) {
    throw db.error("cannot be read: " + at->status().ToString());
  }
  return at->Valid();
}

}  // namespace

rocksdb_cutoffs::rocksdb_cutoffs(const rocksdb_database& db, committer& commits)
    : db_{db}, commits_{commits}, has_any_{holds_any(db)} {}

std::optional<instant> rocksdb_cutoffs::find(const crypto::digest& key) {
  auto in_use = db_.use();
  auto found = load(key);
  return found ? std::optional{found->before} : std::nullopt;
}

void rocksdb_cutoffs::put(const crypto::digest& key, instant before, instant forget) {
  auto lock = std::lock_guard{writing_};
  auto in_use = db_.use();
  if (auto known = load(key)) {
    before = std::max(before, known->before);
    forget = std::max(forget, known->forget);
  }
  auto octets = std::string{};
  write_expiry(forget, octets);
  auto body = records::cutoff{};
  body.set_before(before.time_since_epoch().count());
  body.AppendToString(&octets);
  auto batch = rocksdb::WriteBatch{};
  const auto name = crypto::as_chars(key);
  static_cast<void>(batch.Put(db_[column_family::cutoffs], {name.data(), name.size()}, octets));
  has_any_.store(true, std::memory_order_release);  // before any reader can find it
  if (!commits_.write(batch, true)) {
    throw db_.error("cannot be written");
  }
}

std::optional<stored_cutoff> rocksdb_cutoffs::load(const crypto::digest& key) const {
  auto value = rocksdb::PinnableSlice{};
  auto status = db_.get(db_[column_family::cutoffs], crypto::as_chars(key), value);
  if (status.IsNotFound()) {
    return {};
  }
  if (!status.ok()) {
    throw db_.error("cannot be read: " + status.ToString());
  }
  const auto found = read_cutoff({value.data(), value.size()});
  if (!found) throw db_.error("holds a record that cannot be read");
  return found;
}

std::optional<stored_cutoff> read_cutoff(std::string_view octets) {
  const auto forget = stored_expiry(octets);
  auto body = records::cutoff{};
  if (!forget || !body.ParseFromArray(octets.data() + expiry_size,
                                      static_cast<int>(octets.size() - expiry_size))) {
    return std::nullopt;
  }
  return stored_cutoff{instant{oauth::milliseconds{body.before()}}, *forget};
}

}  // namespace mintage::storage
