#include "storage/rocksdb/restore.hpp"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "storage/rocksdb/backup_list.hpp"
#include "storage/rocksdb/catalog.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/database.hpp"
#include "storage/rocksdb/durable_files.hpp"
#include "storage/rocksdb/log_check.hpp"

namespace mintage::storage {
namespace {

namespace fs = std::filesystem;

/// The folder of a database, absolute so that it has a parent.
fs::path place_of(const rocksdb_options& o) {
  auto path = fs::absolute(o.path).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

/// Whether a file is of a file system that has its root here, not of a database.
bool is_of_mount(const fs::path& file) {
  return file.filename() == "lost+found";
}

/// The place is empty, or has what a restore left that did not finish.
void check_place(const fs::path& place) {
  if (!fs::exists(place) || fs::exists(place / unfinished_restore)) return;
  const auto is_empty = [&] {
    const auto entries = fs::directory_iterator{place};
    return std::all_of(begin(entries), end(entries), [](const auto& e) { return is_of_mount(e); });
  };
  if (fs::is_directory(place) && is_empty()) return;
  throw storage_error{"there is a database at " + place.string() +
                      " already: stop the server and move that folder away first"};
}

/// Makes the folder, with the sign in it that its content is not a database.
/// @returns false when it is a folder that must stay: a file system is mounted there, or a link
///          leads to it.
bool make_place(const fs::path& place) {
  ::rmdir(place.c_str());  // made anew: another's may be unreadable for the server
  const auto is_new = make_private_directory(place);
  make_private_directory(place / unfinished_restore);
  auto ignored = std::error_code{};
  if (!is_new) fs::permissions(place, fs::perms::owner_all, ignored);
  return is_new;
}

/// Removes what a restore made that did not finish, except for the sign.
void clear(const fs::path& place) {
  for (const auto& entry : fs::directory_iterator{place}) {
    if (!is_of_mount(entry) && entry.path().filename() != unfinished_restore) fs::remove_all(entry);
  }
  for (const auto& entry : fs::directory_iterator{place / unfinished_restore})
    fs::remove_all(entry);
  sync_directory(place);
}

/// Moves the files of the copy to their place, and removes the sign when they are on the disk.
void finish(const fs::path& place, const fs::path& copy) {
  for (const auto& entry : fs::directory_iterator{copy})
    fs::rename(entry, place / entry.path().filename());
  sync_directory(place);
  sync_directory(copy);
  fs::remove_all(place / unfinished_restore);
  sync_directory(place);
}

/// What was minted after `clock.now()` would stay valid, consumed or not (NEG-212).
void check_clock(const fs::path& backup, const oauth::clock& clock) {
  const auto list = read_backup_list(backup);
  if (!list) throw storage_error{list_of(backup).string() + " cannot be read"};
  if (clock.now() < list->made)
    throw storage_error{"the clock of this machine is before " + to_text(list->made) +
                        ", when the backup was made: set it right"};
}

/// Leaves the place as it was before a restore that failed.
void undo(const fs::path& place, bool is_new) noexcept try {
  clear(place);
  fs::remove(place / unfinished_restore);
  sync_directory(place);
  if (is_new) fs::remove(place);
} catch (const std::exception&) {  // the sign is still there: it cannot be opened
}

}  // namespace

restore_report void_restored(const rocksdb_options& o, const oauth::clock& clock) {
  auto report = restore_report{};
  auto db = rocksdb_database{o, clock};
  auto commits = committer{db};
  auto records = rocksdb_catalog{db, commits};
  db.raise_void_before(clock.now());
  report.void_before = db.void_before();
  auto all = records.changes(0);
  for (auto& token : all.registration_tokens) {
    if (token.limit == 0) continue;
    records.erase_registration_token(token.id, all.at);
    report.erased.push_back(std::move(token));
  }
  report.clients = std::move(all.clients);
  report.keys = records.load_keys().keys;
  return report;
}

restore_report restore_rocksdb(const fs::path& backup, const rocksdb_options& o,
                               const oauth::clock& clock) {
  const auto place = place_of(o);
  auto within = o;
  within.path = database_of(place / unfinished_restore);
  auto is_new = false;
  auto is_begun = false;
  try {
    check_place(place);
    check_clock(backup, clock);
    make_directories(place.parent_path());
    is_new = make_place(place);
    is_begun = true;
    clear(place);
    sync_directory(place.parent_path());
    copy_durably(database_of(backup), within.path);
    auto report = void_restored(within, clock);
    sync_files(within.path);
    finish(place, within.path);
    return report;
  } catch (const std::exception& e) {
    if (is_begun) undo(place, is_new);
    throw storage_error{std::string{"nothing was restored: "} + e.what()};
  }
}

}  // namespace mintage::storage
