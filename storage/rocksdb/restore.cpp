#include "storage/rocksdb/restore.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "storage/rocksdb/backup_list.hpp"
#include "storage/rocksdb/catalog.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/database.hpp"
#include "storage/rocksdb/durable_files.hpp"

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

/// Gives a folder and its files to the owner of the folder around it. @pre root
void give_to_owner_of(const fs::path& around, const fs::path& folder) {
  struct stat about {};
  if (::stat(around.c_str(), &about) != 0)
    throw std::system_error{errno, std::generic_category(), around.string()};
  const auto give = [&](const fs::path& path) {
    if (::lchown(path.c_str(), about.st_uid, about.st_gid) != 0)
      throw std::system_error{errno, std::generic_category(), path.string()};
  };
  for (const auto& entry : fs::recursive_directory_iterator{folder}) give(entry.path());
  give(folder);
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
    fs::create_directories(place.parent_path());
    fs::remove_all(beside.path);
    copy_durably(database_of(backup), beside.path);
    auto report = void_restored(beside, clock);
    if (::geteuid() == 0) give_to_owner_of(place.parent_path(), beside.path);
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
