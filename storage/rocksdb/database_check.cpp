#include "storage/rocksdb/database_check.hpp"

#include <rocksdb/sst_file_reader.h>

#include <system_error>

#include "storage/rocksdb/info_log.hpp"
#include "storage/rocksdb/read_only.hpp"
#include "storage/rocksdb/thread_sanitizer.hpp"

namespace mintage::storage {
namespace {

/// Sets `last` to the sequence number of the last write that the database has.
rocksdb::Status read_last_sequence(const rocksdb_options& o, const oauth::clock& clock,
                                   std::uint64_t& last) {
  const auto db = read_only_database{o, clock, make_info_log(o.path, clock)};
  if (db.status().ok()) last = db.last_sequence();
  return db.status();
}

}  // namespace

database_lock::database_lock(const std::filesystem::path& database)
    : status_{rocksdb::Env::Default()->LockFile((database / "LOCK").string(), &lock_)} {}

database_lock::~database_lock() {
  if (lock_ != nullptr) rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError();
}

bool explains_lock(std::string_view text) noexcept {
  return text.find("lock hold by current process") != std::string_view::npos ||
         text.find("While lock file") != std::string_view::npos;
}

log_findings check_database(const rocksdb_options& o, const oauth::clock& clock,
                            std::uint64_t acknowledged) {
  auto found = log_findings{};
  try {
    found = check_logs(o.path, acknowledged);
  } catch (const std::system_error& e) {
    throw storage_error{"the database at " + o.path.string() + " cannot be opened: " + e.what() +
                        "."};
  }
  if (!found.damages.empty() || found.torn || found.last_sequence >= acknowledged) return found;
  auto last = std::uint64_t{0};
  const auto status = read_last_sequence(o, clock, last);
  if (status.ok() && last >= acknowledged) return found;
  auto d =
      damage{{}, 0, "writes that were acknowledged are missing", last + 1, acknowledged, {}, {}};
  if (found.unread) {
    d.file = found.unread->file;
    d.offset = found.unread->offset;
    d.what = found.unread->what;
  } else if (const auto logs = log_files(o.path); !logs.empty()) {
    auto error = std::error_code{};
    d.file = logs.back();
    d.offset = std::filesystem::file_size(d.file, error);
    d.what = "the log ends too early";
  }
  if (!status.ok()) {
    d.first = 0;
    d.what += "; " + status.ToString();
  }
  found.damages.push_back(std::move(d));
  return found;
}

std::string find_damaged_tables(const std::filesystem::path& database) {
  auto quiet = uninstrumented_call{};
  auto text = std::string{};
  auto error = std::error_code{};
  for (const auto& entry : std::filesystem::directory_iterator{database, error}) {
    if (entry.path().extension() != ".sst") continue;
    auto reader = rocksdb::SstFileReader{rocksdb::Options{}};
    auto status = reader.Open(entry.path().string());
    if (status.ok()) status = reader.VerifyChecksum();
    if (!status.ok()) text += "; " + entry.path().filename().string() + ": " + status.ToString();
  }
  return text;
}

}  // namespace mintage::storage
