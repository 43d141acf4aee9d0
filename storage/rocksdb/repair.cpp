#include "storage/rocksdb/repair.hpp"

#include <rocksdb/db.h>

#include <system_error>

#include "storage/rocksdb/acknowledged.hpp"
#include "storage/rocksdb/catalog.hpp"
#include "storage/rocksdb/column_families.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/database.hpp"
#include "storage/rocksdb/database_check.hpp"
#include "storage/rocksdb/info_log.hpp"

namespace mintage::storage {
namespace {

namespace fs = std::filesystem;

/// Keeps the damaged logs under a second name (hard links): RocksDB deletes logs that it has read.
void keep_damaged(const rocksdb_options& o, repair_report& report) {
  const auto folder = o.path / "damaged";
  auto error = std::error_code{};
  fs::create_directories(folder, error);
  for (const auto& d : report.damages) {
    if (!fs::is_regular_file(d.file, error)) continue;
    const auto kept = folder / d.file.filename();
    fs::remove(kept, error);
    fs::create_hard_link(d.file, kept, error);
    if (error) fs::copy_file(d.file, kept, error);
    if (!error) report.kept.push_back(kept);
  }
}

rocksdb::DBOptions salvage_options(const rocksdb_options& o, const oauth::clock& clock) {
  auto how = database_options(o);
  how.info_log = make_info_log(o.path, clock);
  return how;
}

/// Reads every table file. @returns RocksDB's status for the first damaged one.
rocksdb::Status verify_tables(const rocksdb_options& o, const oauth::clock& clock) {
  auto handles = std::vector<rocksdb::ColumnFamilyHandle*>{};
  rocksdb::DB* db = nullptr;
  auto how = salvage_options(o, clock);
  how.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  auto status =
      rocksdb::DB::Open(how, o.path.string(), column_family_descriptors(o, clock), &handles, &db);
  if (!status.ok()) return status;
  status = db->VerifyChecksum();
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  db->Close().PermitUncheckedError();
  delete db;
  return status;
}

void rebuild(const rocksdb_options& o, const oauth::clock& clock, repair_report& report) {
  const auto status = rocksdb::RepairDB(o.path.string(), salvage_options(o, clock),
                                        column_family_descriptors(o, clock));
  if (!status.ok()) {
    throw storage_error{"the database at " + o.path.string() +
                        " cannot be repaired: " + status.ToString() + "."};
  }
  auto error = std::error_code{};
  for (const auto& entry : fs::directory_iterator{o.path / "lost", error}) {
    report.kept.push_back(entry.path());
  }
}

}  // namespace

repair_report repair_rocksdb(const rocksdb_options& o, const oauth::clock& clock) {
  check_restored(o.path);
  auto report = repair_report{};
  {
    const auto lock = database_lock{o.path};
    if (!lock.status().ok()) {
      throw storage_error{"the database at " + o.path.string() +
                          " cannot be repaired: " + lock.status().ToString() + "."};
    }
    const auto promised = acknowledged_file::read(o.path);
    auto found = check_database(o, clock, promised.last.sequence);
    report.damages = std::move(found.damages);
    if (found.torn) report.damages.push_back(*found.torn);
  }
  keep_damaged(o, report);
  const auto status = verify_tables(o, clock);
  if (!status.ok()) {
    if (report.damages.empty()) {
      report.damages.push_back(damage{{}, 0, status.ToString(), 0, 0, {}, {}});
    }
    rebuild(o, clock, report);
  }
  if (report.damages.empty()) return report;
  auto db = rocksdb_database{o, clock, rocksdb_database::opening::salvage};
  auto commits = committer{db};
  auto records = rocksdb_catalog{db, commits};
  report.void_before = db.void_before();
  report.clients = records.changes(0).clients;
  report.keys = records.load_keys().keys;
  return report;
}

}  // namespace mintage::storage
