#include "storage/rocksdb/restore.hpp"

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

void check_place(const fs::path& place) {
  if (!fs::exists(place) || (fs::is_directory(place) && fs::is_empty(place))) return;
  throw storage_error{"there is a database at " + place.string() +
                      " already: stop the server and move that folder away first"};
}

/// What was minted after `clock.now()` would stay valid, consumed or not (NEG-212).
void check_clock(const fs::path& backup, const oauth::clock& clock) {
  const auto list = read_backup_list(backup);
  if (!list) throw storage_error{list_of(backup).string() + " cannot be read"};
  if (clock.now() < list->made)
    throw storage_error{"the clock of this machine is before " + to_text(list->made) +
                        ", when the backup was made: set it right"};
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
  auto beside = o;
  beside.path = fs::path{place} += ".restoring";
  try {
    check_place(place);
    check_clock(backup, clock);
    fs::create_directories(place.parent_path());
    fs::remove_all(beside.path);
    copy_durably(database_of(backup), beside.path);
    auto report = void_restored(beside, clock);
    sync_files(beside.path);
    fs::rename(beside.path, place);
    sync_directory(place.parent_path());
    return report;
  } catch (const std::exception& e) {
    auto error = std::error_code{};
    fs::remove_all(beside.path, error);
    throw storage_error{std::string{"nothing was restored: "} + e.what()};
  }
}

}  // namespace mintage::storage
