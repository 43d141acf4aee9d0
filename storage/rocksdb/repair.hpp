/// @file
/// Opens a damaged database without what cannot be read, and says what is lost.
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
  /// Where the damaged files are kept.
  std::vector<std::filesystem::path> kept;
  /// As of `engine`: what was minted until then is void.
  instant void_before{};
  /// What is left, for the operator to check.
  std::vector<oauth::client> clients;
  std::vector<key_record> keys;
};

/// A log is read past its damaged records: a removal or revocation behind them holds. A table file
/// or MANIFEST that is damaged is replaced by what RocksDB's own repair makes of the other files.
/// Then the epoch is raised.
/// @pre no process has the database open
/// @throws storage_error when the database cannot be opened even so.
[[nodiscard]] repair_report repair_rocksdb(const rocksdb_options& o, const oauth::clock& clock);

}  // namespace mintage::storage
