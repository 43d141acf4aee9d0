#include "storage/rocksdb/backup.hpp"

#include <system_error>

#include "storage/rocksdb/backup_list.hpp"
#include "storage/rocksdb/durable_files.hpp"

namespace mintage::storage {
namespace {

namespace fs = std::filesystem;

constexpr auto staged_name = "backup.tmp";

/// Renames a directory. @returns false when the two are on different file systems.
bool move(const fs::path& from, const fs::path& to) {
  auto error = std::error_code{};
  fs::rename(from, to, error);
  if (error == std::errc::cross_device_link) return false;
  if (error) throw std::system_error{error, to.string()};
  return true;
}

}  // namespace

rocksdb_backups::rocksdb_backups(const rocksdb_database& db, const oauth::clock& clock)
    : db_{db}, clock_{clock}, staged_{db.path() / staged_name} {
  remove_staged();
}

backup_report rocksdb_backups::back_up(const fs::path& to, const std::stop_token& stop) {
  try {
    check_place(to);
    make_directories(to.parent_path());
    if (!make_private_directory(to))
      throw wrong_place{to.string() + " exists already: a backup is made in a new directory"};
  } catch (const std::system_error& e) {
    throw wrong_place{std::string{"the backup cannot be made: "} + e.what()};
  }
  const auto made = clock_.now();
  try {
    fill(to, stop);
    const auto list = list_files(database_of(to), made);
    const auto unnamed = to / "BACKUP.tmp";
    write_durably(unnamed, render(list));
    fs::rename(unnamed, list_of(to));
    sync_directory(to);
    sync_directory(to.parent_path());
    return {.directory = to, .made = made, .files = list.files.size(), .octets = list.octets()};
  } catch (const std::exception& e) {
    remove_staged();
    auto error = std::error_code{};
    fs::remove_all(to, error);
    throw storage_error{"the backup " + to.string() + " was not made: " + e.what()};
  }
}

void rocksdb_backups::check_place(const fs::path& to) const {
  if (!to.is_absolute() || !to.has_relative_path() || to.native().find('\0') != std::string::npos)
    throw wrong_place{"the directory of a backup must be an absolute path"};
  if (is_within(to, db_.path()))
    throw wrong_place{to.string() + " is inside the database, where no backup may be"};
}

void rocksdb_backups::fill(const fs::path& to, const std::stop_token& stop) {
  remove_staged();
  db_.copy_to(staged_);
  fs::permissions(staged_, fs::perms::owner_all);
  sync_files(staged_);
  if (move(staged_, database_of(to))) return;
  copy_durably(staged_, database_of(to), stop);
  remove_staged();
}

void rocksdb_backups::remove_staged() const noexcept {
  auto error = std::error_code{};
  fs::remove_all(staged_, error);
  // RocksDB gives a checkpoint its name when it is whole.
  fs::remove_all(fs::path{staged_} += ".tmp", error);
}

}  // namespace mintage::storage
