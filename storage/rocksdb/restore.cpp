#include "storage/rocksdb/restore.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

/// Within the sign: the whole copy, while its files are moved to the place of the database. On the
/// disk: DO NOT CHANGE.
constexpr auto moved_copy = std::string_view{"moving"};
/// It names the others, so it is moved last.
constexpr auto last_file = std::string_view{"CURRENT"};

/// Whether a restore that was not finished moved the file here.
bool is_moved(const fs::directory_entry& entry, const fs::path& place) {
  const auto copy = place / unfinished_restore / moved_copy;
  return entry.symlink_status().type() == fs::file_type::regular && fs::exists(copy) &&
         !fs::exists(copy / entry.path().filename());
}

/// The place is empty, or has only what a restore left that did not finish.
void check_place(const fs::path& place, const fs::path& backup) {
  if (!fs::exists(place)) return;
  if (is_within(backup, place))
    throw storage_error{"the backup " + backup.string() + " is inside " + place.string() +
                        ": move it to another place first"};
  const auto taken = storage_error{"there is a database at " + place.string() +
                                   " already: stop the server and move that folder away first"};
  if (!fs::is_directory(place)) throw taken;
  const auto is_unfinished = fs::exists(place / unfinished_restore);
  for (const auto& entry : fs::directory_iterator{place}) {
    if (is_of_mount(entry) || entry.path().filename() == unfinished_restore) continue;
    if (!is_unfinished) throw taken;
    if (!is_moved(entry, place))
      throw storage_error{entry.path().string() +
                          " is not of the restore that was not finished: move it away first"};
  }
}

/// The folder that says that no database is here, and the lock on it: one restore at a time.
class restore_sign {
 public:
  explicit restore_sign(const fs::path& place)
      : path_{place / unfinished_restore}, is_new_{make_private_directory(path_)} {
    file_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file_ < 0 || ::flock(file_, LOCK_EX | LOCK_NB) != 0 || !is_here()) refuse(errno);
  }
  ~restore_sign() { ::close(file_); }
  restore_sign(const restore_sign&) = delete;
  restore_sign& operator=(const restore_sign&) = delete;

  /// Removes it unless a former restore left it.
  void take_back() const noexcept {
    if (is_new_) ::rmdir(path_.c_str());
  }

 private:
  /// Whether no other restore was finished meanwhile.
  [[nodiscard]] bool is_here() const {
    struct stat held {
    }, there{};
    errno = EWOULDBLOCK;
    return ::fstat(file_, &held) == 0 && ::stat(path_.c_str(), &there) == 0 &&
           held.st_ino == there.st_ino && held.st_dev == there.st_dev;
  }
  [[noreturn]] void refuse(int error) const {
    if (file_ >= 0) ::close(file_);
    if (error == EWOULDBLOCK || error == ENOENT)
      throw storage_error{"another restore to " + path_.parent_path().string() + " is going on"};
    throw std::system_error{error, std::generic_category(), path_.string()};
  }

  fs::path path_;
  bool is_new_;
  int file_ = -1;
};

/// Makes the folder.
/// @returns false when it is a folder that must stay: it is the user's already, a file system is
///          mounted there, or a link leads to it.
bool make_place(const fs::path& place) {
  struct stat about {};
  // Another's may be unreadable for the server.
  if (::stat(place.c_str(), &about) == 0 && about.st_uid != ::geteuid()) ::rmdir(place.c_str());
  const auto is_new = make_private_directory(place);
  auto ignored = std::error_code{};
  if (!is_new) fs::permissions(place, fs::perms::owner_all, ignored);
  return is_new;
}

/// Removes what a restore made that did not finish, except for the sign.
void clear(const fs::path& place) {
  for (const auto& entry : fs::directory_iterator{place})
    if (is_moved(entry, place)) fs::remove(entry);
  sync_directory(place);
  for (const auto& entry : fs::directory_iterator{place / unfinished_restore})
    fs::remove_all(entry);
  sync_directory(place / unfinished_restore);
}

/// Moves the files of the copy to their place, and removes the sign when they are on the disk.
void finish(const fs::path& place, const fs::path& copy) {
  const auto sign = place / unfinished_restore;
  const auto from = sign / moved_copy;
  fs::rename(copy, from);
  sync_directory(sign);
  for (const auto& entry : fs::directory_iterator{from})
    if (entry.path().filename() != last_file) fs::rename(entry, place / entry.path().filename());
  sync_directory(place);
  fs::rename(from / last_file, place / last_file);
  sync_directory(place);
  sync_directory(from);
  // In one step, since files without `from` are taken for somebody else's.
  const auto former_sign = place / "restored";
  fs::rename(sign, former_sign);
  sync_directory(place);
  auto ignored = std::error_code{};
  fs::remove_all(former_sign, ignored);
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

/// Restores to a place that has the sign, of which this process has the lock.
restore_report fill(const fs::path& place, const fs::path& backup, const rocksdb_options& o,
                    const oauth::clock& clock) {
  auto within = o;
  within.path = database_of(place / unfinished_restore);
  clear(place);
  sync_directory(place.parent_path());
  copy_durably(database_of(backup), within.path);
  auto report = void_restored(within, clock);
  sync_files(within.path);
  finish(place, within.path);
  return report;
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
  try {
    check_place(place, backup);
    check_clock(backup, clock);
    make_directories(place.parent_path());
    const auto is_new = make_place(place);
    const auto sign = restore_sign{place};
    try {
      check_place(place, backup);  // nobody else changes it from now on
    } catch (const std::exception&) {
      sign.take_back();
      throw;
    }
    try {
      return fill(place, backup, o, clock);
    } catch (const std::exception&) {
      undo(place, is_new);
      throw;
    }
  } catch (const std::exception& e) {
    throw storage_error{std::string{"nothing was restored: "} + e.what()};
  }
}

}  // namespace mintage::storage
