/// @file
/// One shard in RocksDB.
#pragma once

#include <memory>

#include "storage/committer.hpp"
#include "storage/engine.hpp"
#include "storage/rocksdb_database.hpp"

namespace mintage::storage {

/// @param db,commits outlive the shard.
/// @param o told of commits when `level` is sync; never called when it is os.
[[nodiscard]] std::unique_ptr<shard_store> make_rocksdb_shard(const rocksdb_database& db,
                                                              committer& commits, durability level,
                                                              unsigned max_failures, owner o);

}  // namespace mintage::storage
