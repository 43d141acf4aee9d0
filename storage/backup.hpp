/// @file
/// Backups of a database that is in use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "storage/engine.hpp"

namespace mintage::storage {

struct backup_report {
  std::filesystem::path directory;
  /// When it was begun: everything that was acknowledged by then is in it.
  instant made{};
  std::size_t files = 0;
  std::uint64_t octets = 0;
};

/// The caller's mistake: a directory that cannot hold a backup.
class wrong_place : public storage_error {
 public:
  using storage_error::storage_error;
};

/// Makes backups. One call at a time; shards are read and written meanwhile.
class backup_source {
 public:
  virtual ~backup_source() = default;
  /// Copies the database to a directory of its own. Returns when it is on the disk. A backup is
  /// whole when it holds the file BACKUP. When the call fails, it removes what it has made.
  /// @param to absolute; must not exist. Missing parents are made.
  /// @param stop ends the call soon, by an error.
  /// @throws wrong_place, storage_error
  virtual backup_report back_up(const std::filesystem::path& to, const std::stop_token& stop) = 0;
};

}  // namespace mintage::storage
