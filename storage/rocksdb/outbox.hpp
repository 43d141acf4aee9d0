/// @file
/// The outbox in RocksDB: its entries are notes, and all of them are in memory too.
#pragma once

#include <mutex>

#include "storage/outbox_queue.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/database.hpp"

namespace mintage::storage {

class rocksdb_outbox final : public outbox {
 public:
  /// Reads the entries. What the last process had claimed is due at once. @param db,commits outlive
  /// the outbox. @throws storage_error
  rocksdb_outbox(const rocksdb_database& db, committer& commits);

  std::vector<outbox_id> add(const std::vector<outbox_entry>& entries) override;
  std::vector<outbox_entry> claim(std::size_t most, std::span<const outbox_receiver> passed_over,
                                  instant now, instant until) override;
  void settle(const std::vector<outbox_outcome>& outcomes) override;
  std::size_t size() override;

 private:
  void put(rocksdb::WriteBatch& batch, const outbox_entry& e) const;
  void write(rocksdb::WriteBatch& batch, bool sync);

  const rocksdb_database& db_;
  committer& commits_;
  std::mutex mutex_;  // guards the queue, and is held during writes
  outbox_queue queue_;
};

}  // namespace mintage::storage
