#include "storage/rocksdb/database.hpp"

#include "storage/rocksdb/thread_sanitizer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace mintage::storage {
namespace {

/// The directory holds hashes, sealed keys and what is known of people: it is the owner's alone.
void make_directory(const std::filesystem::path& path) {
  auto error = std::error_code{};
  if (std::filesystem::create_directories(path, error)) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    throw storage_error{"the database directory " + path.string() +
                        " cannot be made: " + error.message() + "."};
  }
}

std::string no_space(const std::filesystem::path& path) {
  return "the database at " + path.string() + " cannot be opened: no space is left on its device.";
}

/// RocksDB tells a lock, a missing right and a full disk apart in its text only.
std::string explain(const rocksdb::Status& status, const std::filesystem::path& path) {
  auto text = status.ToString();
  auto says = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  auto subject = "the database at " + path.string();
  if (says("lock hold by current process") || says("While lock file")) {
    return subject + " is in use by another process.";
  }
  if (says("Permission denied") || says("Read-only file system")) {
    return subject + " cannot be opened: the rights to its files are missing.";
  }
  if (status.IsNoSpace() || says("No space left")) {
    return no_space(path);
  }
  if (status.IsCorruption()) {
    return subject + " is damaged: " + text + ".";
  }
  return subject + " cannot be opened: " + text + ".";
}

}  // namespace

rocksdb_database::rocksdb_database(const rocksdb_options& o, const oauth::clock& clock)
    : options_{o}, clock_{clock} {
  make_directory(options_.path);
  // Without space, an opening fails in the middle, and the engine's assertions end the process.
  if (const auto error = probe_device(); error == ENOSPC || error == EDQUOT) {
    throw storage_error{no_space(options_.path)};
  }
  auto status = open();
  if (!status.ok()) {
    throw storage_error{explain(status, options_.path)};
  }
}

rocksdb_database::~rocksdb_database() {
  close();
}

rocksdb::Status rocksdb_database::open() {
  auto quiet = uninstrumented_call{};
  auto handles = std::vector<rocksdb::ColumnFamilyHandle*>{};
  rocksdb::DB* db = nullptr;
  auto status = rocksdb::DB::Open(database_options(options_), options_.path.string(),
                                  column_family_descriptors(options_, clock_), &handles, &db);
  if (status.ok()) {
    db_.reset(db);
    std::copy_n(handles.begin(), column_families_count, columns_.begin());
    ++opening_;
    trusted_.store(true, std::memory_order_relaxed);
  }
  return status;
}

void rocksdb_database::close() noexcept {
  if (db_ == nullptr) {
    return;
  }
  auto quiet = uninstrumented_call{};
  for (auto* f : columns_) {
    db_->DestroyColumnFamilyHandle(f).PermitUncheckedError();
  }
  columns_ = {};
  db_->Close().PermitUncheckedError();
  db_.reset();
}

rocksdb::Status rocksdb_database::get(rocksdb::ColumnFamilyHandle* f, std::string_view key,
                                      rocksdb::PinnableSlice& out) const {
  if (db_ == nullptr || !trusted_.load(std::memory_order_relaxed)) {
    return rocksdb::Status::IOError("closed");
  }
  auto quiet = uninstrumented_call{};
  return db_->Get(rocksdb::ReadOptions{}, f, rocksdb::Slice{key.data(), key.size()}, &out);
}

std::unique_ptr<rocksdb::Iterator> rocksdb_database::scan(column_family f) const {
  if (db_ == nullptr) {
    throw error("cannot be read");
  }
  auto quiet = uninstrumented_call{};
  auto how = rocksdb::ReadOptions{};
  how.fill_cache = false;
  how.readahead_size = std::size_t{2} << 20;
  return std::unique_ptr<rocksdb::Iterator>{db_->NewIterator(how, (*this)[f])};
}

bool rocksdb_database::write(rocksdb::WriteBatch& batch, bool sync) {
  if (!writable()) {
    return false;
  }
  auto quiet = uninstrumented_call{};
  auto how = rocksdb::WriteOptions{};
  how.sync = sync;
  auto done = db_->Write(how, &batch).ok();
  if (!done) {
    writable_.store(false, std::memory_order_relaxed);
  }
  return done;
}

bool rocksdb_database::sync() {
  if (!writable()) {
    return false;
  }
  auto quiet = uninstrumented_call{};
  const auto done = db_->SyncWAL().ok();
  if (!done) {
    trusted_.store(false, std::memory_order_relaxed);
    writable_.store(false, std::memory_order_relaxed);
  }
  return done;
}

void rocksdb_database::mend() {
  if (probe_device() != 0) {
    return;  // until then, at least reads go on
  }
  auto lock = std::unique_lock{reopening_};
  close();
  if (!open().ok()) {
    return;
  }
  auto quiet = uninstrumented_call{};
  auto batch = rocksdb::WriteBatch{};
  auto how = rocksdb::WriteOptions{};
  how.sync = true;
  if (batch.Put((*this)[column_family::unnamed], "probe", "").ok() &&
      db_->Write(how, &batch).ok()) {
    writable_.store(true, std::memory_order_relaxed);
  }
}

int rocksdb_database::probe_device() const {
  // Opening writes the records of the log to files, and needs some room for itself.
  constexpr auto blocks = 64;
  const auto block = std::vector<char>(std::size_t{1} << 16);
  const auto path = options_.path / "probe.tmp";
  const auto file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    return errno;
  }
  auto error = 0;
  for (auto i = 0; i < blocks && error == 0; ++i) {
    const auto written = ::write(file, block.data(), block.size());
    if (written != static_cast<ssize_t>(block.size())) {
      error = written < 0 ? errno : ENOSPC;
    }
  }
  if (::close(file) != 0 && error == 0) {
    error = errno;
  }
  ::unlink(path.c_str());
  return error;
}

storage_error rocksdb_database::error(std::string_view what) const {
  return storage_error{"the database at " + options_.path.string() + " " + std::string{what} + "."};
}

}  // namespace mintage::storage
