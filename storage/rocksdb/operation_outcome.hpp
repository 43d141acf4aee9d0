/// @file
/// Decides the operations of one shard against its records.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "storage/rocksdb/database.hpp"
#include "storage/rocksdb/live_codes.hpp"
#include "storage/rocksdb/operation_batch.hpp"
#include "storage/rocksdb/recent_consumptions.hpp"
#include "storage/rocksdb/shard_commits.hpp"
#include "storage/rocksdb/stored_record.hpp"
#include "storage/shard_store.hpp"

namespace mintage::storage {

/// Operations see only durable records. shard_store.hpp defines their results.
///
/// A write locks its records and appends to the open commit: `progress::written`. The caller then
/// joins that commit and waits for it. An operation whose records are locked writes nothing:
/// `progress::waits`. A failed read makes the result `verdict::unknown`.
///
/// An operation that is settled or written may have lost its value to the record. Not thread-safe;
/// the caller holds `rocksdb_database::use()`.
class operation_outcome {
 public:
  /// @param db,commits outlive this object.
  /// @param max_failures as of `open_engine`.
  operation_outcome(const rocksdb_database& db, shard_commits& commits, unsigned max_failures,
                    live_codes live)
      : db_{db}, commits_{commits}, max_failures_{max_failures}, live_{std::move(live)} {}

  [[nodiscard]] progress insert(insert_op& op, verdict& result, instant now, batch_item t);
  [[nodiscard]] progress read(const record_name& name, read_result& result, instant now,
                              batch_item t);
  [[nodiscard]] progress consume(consume_op& op, consume_result& result, instant now, batch_item t);
  [[nodiscard]] progress release(const release_op& op, verdict& result, instant now, batch_item t);
  [[nodiscard]] progress rotate(rotate_op& op, rotate_result& result, instant now, batch_item t);
  [[nodiscard]] progress revoke(const revoke_op& op, verdict& result, instant now, batch_item t);

  /// Removes the cached copy of a record whose commit failed. Called before its lock is released.
  void forget(const record_name& name);

 private:
  enum class lookup : std::uint8_t { found, absent, failed };
  /// Reads the record into `record_`.
  lookup find(const record_name& name);
  /// Locks the record and writes `record_` to it.
  void put(const record_name& name);
  progress count_failure(const record_name& name, instant now);

  const rocksdb_database& db_;
  shard_commits& commits_;
  const unsigned max_failures_;
  live_codes live_;
  recent_consumptions recent_;

  // Members that are reused, so that they keep their memory.
  rocksdb::PinnableSlice octets_;
  stored_record record_;
  stored_record released_;
  std::string written_;
};

}  // namespace mintage::storage
