/// @file
/// Opens a damaged database without what cannot be read, and reports what is lost.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "storage/engine.hpp"
#include "storage/rocksdb/log_check.hpp"
#include "storage/rocksdb/options.hpp"

namespace mintage::storage {

struct repair_report {
  /// Empty: the database has everything that was acknowledged, and nothing was changed.
  std::vector<damage> damages;
  /// The copies of the damaged files.
  std::vector<std::filesystem::path> kept;
  /// The epoch of `engine`: what was minted until then is void.
  instant void_before{};
  /// What remains, for the operator to check.
  std::vector<oauth::client> clients;
  std::vector<key_record> keys;
};

/// Logs are read past their damaged records, so that later removals and revocations hold. A damaged
/// table file or MANIFEST is replaced by the result of RocksDB's own repair of the other files.
/// Then the epoch is raised.
/// @pre no process has the database open.
/// @throws storage_error when the database cannot be opened even so.
[[nodiscard]] repair_report repair_rocksdb(const rocksdb_options& o, const oauth::clock& clock);

}  // namespace mintage::storage
