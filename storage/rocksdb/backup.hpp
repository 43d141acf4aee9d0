/// @file
/// Backups of an open RocksDB database.
#pragma once

#include "storage/backup.hpp"
#include "storage/rocksdb/database.hpp"

namespace mintage::storage {

/// A backup is a directory with the file BACKUP (backup_list.hpp) and the database in `db`. Files
/// that the database never changes are hard links, when both are on one file system.
class rocksdb_backups final : public backup_source {
 public:
  /// Removes what a process left that ended during a backup. @param db,clock outlive this.
  rocksdb_backups(const rocksdb_database& db, const oauth::clock& clock);

  backup_report back_up(const std::filesystem::path& to, const std::stop_token& stop) override;

 private:
  void check_place(const std::filesystem::path& to) const;
  void fill(const std::filesystem::path& to, const std::stop_token& stop);
  void remove_staged() const noexcept;

  const rocksdb_database& db_;
  const oauth::clock& clock_;
  /// Where a copy is made, in the database's directory: so the database is held for a moment only,
  /// also when the backup goes to another file system.
  std::filesystem::path staged_;
};

}  // namespace mintage::storage
