/// @file
/// Checks whether a backup is whole, and tells what it holds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/content.hpp"

namespace mintage::storage {

struct backup_contents {
  /// What is wrong, as sentences without a full stop. Empty: the backup is whole, and the rest of
  /// this is complete.
  std::vector<std::string> faults;
  instant made{};
  std::size_t files = 0;
  std::uint64_t octets = 0;
  moved_catalog catalog;
  /// Live records; codes are counted with the others.
  content_counts counts;
  /// Logouts that clients are still to be told of.
  std::size_t logouts = 0;
};

/// Compares the files with the list of the backup, verifies the checksums of all files of the
/// database, and reads every record. Writes nothing.
/// @param clock tells which records are live.
[[nodiscard]] backup_contents check_backup(const std::filesystem::path& backup,
                                           const oauth::clock& clock);

}  // namespace mintage::storage
