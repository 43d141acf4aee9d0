/// @file
/// Checks that a database can be opened without the silent loss of acknowledged writes.
#pragma once

#include <rocksdb/env.h>

#include "storage/rocksdb/log_check.hpp"
#include "storage/rocksdb/options.hpp"

namespace mintage::storage {

/// Locks the database against other processes, and against a second opening by this one.
class database_lock {
 public:
  explicit database_lock(const std::filesystem::path& database);
  ~database_lock();
  database_lock(const database_lock&) = delete;
  database_lock& operator=(const database_lock&) = delete;
  /// Whether it is held.
  [[nodiscard]] const rocksdb::Status& status() const noexcept { return status_; }

 private:
  rocksdb::FileLock* lock_ = nullptr;
  rocksdb::Status status_;
};

/// Whether RocksDB's text of a failure says that somebody has the lock.
[[nodiscard]] bool explains_lock(std::string_view text) noexcept;

/// The checks of `check_logs`. Where the logs do not show everything up to `acknowledged`, the
/// database is opened read-only to see whether its tables have the rest.
/// @pre no process has the database open.
[[nodiscard]] log_findings check_database(const rocksdb_options& o, const oauth::clock& clock,
                                          std::uint64_t acknowledged);

/// Reads all table files of a database that RocksDB refused to open. RocksDB's own error may name
/// another file than the damaged one.
/// @returns what is wrong with which file; empty when all are whole.
[[nodiscard]] std::string find_damaged_tables(const std::filesystem::path& database);

}  // namespace mintage::storage
