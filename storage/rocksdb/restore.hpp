/// @file
/// Puts a backup in the place of the database.
#pragma once

#include <filesystem>
#include <vector>

#include "storage/engine.hpp"
#include "storage/rocksdb/options.hpp"

namespace mintage::storage {

struct restore_report {
  /// The epoch of `engine`: what was minted until then is void.
  instant void_before{};
  /// What there is now, for the operator to check.
  std::vector<oauth::client> clients;
  std::vector<key_record> keys;
  /// Initial access tokens for a limited number of clients, which may have been used after the
  /// backup. They were erased.
  std::vector<oauth::registration_token> erased;
};

/// Raises the epoch of a database that was copied, to now: nothing that was consumed or revoked
/// after the copy is valid again (PROTOCOL.md §13, NEG-212). Erases the initial access tokens that
/// may be used up.
/// @pre no process has the database open.
/// @throws storage_error
restore_report void_restored(const rocksdb_options& o, const oauth::clock& clock);

/// Copies the database of a backup to `o.path`, as `void_restored` leaves it. The backup stays as
/// it is. The folder may be there already, so it may be where a file system is mounted.
/// @pre `check_backup` found no fault.
/// @throws storage_error when there is a database at `o.path`, or anything that is not of a restore
///         that was not finished, when the backup is inside of it, when another process restores to
///         it at the same time, when the clock is before the time of the backup, or when it cannot
///         be made. Nothing of it is there then. After a kill, no database can be opened there
///         until it was restored again: `unfinished_restore` is there until it is whole.
[[nodiscard]] restore_report restore_rocksdb(const std::filesystem::path& backup,
                                             const rocksdb_options& o, const oauth::clock& clock);

}  // namespace mintage::storage
