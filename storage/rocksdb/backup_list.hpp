/// @file
/// The file BACKUP: what a backup consists of. It is written last, so a backup without it was not
/// finished.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "oauth/types.hpp"

namespace mintage::storage {

using oauth::instant;

struct backup_list {
  instant made{};
  /// The files of the database, with their sizes in octets.
  std::map<std::string, std::uint64_t> files;

  [[nodiscard]] std::uint64_t octets() const;
};

/// The database of a backup, and its list.
[[nodiscard]] std::filesystem::path database_of(const std::filesystem::path& backup);
[[nodiscard]] std::filesystem::path list_of(const std::filesystem::path& backup);

/// Lists the files of a directory.
/// @throws std::system_error
[[nodiscard]] backup_list list_files(const std::filesystem::path& database, instant made);

/// Lines of text, the last of which is a checksum of the others.
[[nodiscard]] std::string render(const backup_list& list);
/// @returns nothing for another text.
[[nodiscard]] std::optional<backup_list> parse_backup_list(std::string_view text);
/// Reads the list of a backup.
/// @returns nothing when there is none, or when it cannot be read.
[[nodiscard]] std::optional<backup_list> read_backup_list(const std::filesystem::path& backup);

}  // namespace mintage::storage
