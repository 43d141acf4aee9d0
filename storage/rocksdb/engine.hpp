/// @file
/// The engine on embedded RocksDB.
#pragma once

#include <memory>

#include "storage/engine.hpp"
#include "storage/rocksdb/options.hpp"

namespace mintage::storage {

/// @param max_failures failed redemptions after which a code is revoked (COD-05).
/// @param clock tells which records are expired when files are rewritten; outlives the engine.
/// @throws storage_error
[[nodiscard]] std::unique_ptr<engine> open_rocksdb_engine(const rocksdb_options& o,
                                                          unsigned max_failures,
                                                          const oauth::clock& clock);

/// Whether another process has the database open. False when there is none.
[[nodiscard]] bool is_rocksdb_in_use(const rocksdb_options& o);

}  // namespace mintage::storage
