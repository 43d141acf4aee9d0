/// @file
/// One shard in RocksDB.
#pragma once

#include <cstddef>
#include <memory>

#include "storage/engine.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/database.hpp"

namespace mintage::storage {

/// Limits of the live codes that a shard keeps in memory to avoid lookups.
struct shard_memory {
  std::size_t codes = 0;
  /// Of their values.
  std::size_t octets = 0;
};

/// @param db,commits outlive the shard.
/// @param o,idle as of `engine::open_shard`. They are called for commits when `level` is sync,
///        never when it is os.
[[nodiscard]] std::unique_ptr<shard_store> make_rocksdb_shard(const rocksdb_database& db,
                                                              committer& commits, durability level,
                                                              unsigned max_failures,
                                                              const shard_memory& memory, owner o,
                                                              owner idle);

}  // namespace mintage::storage
