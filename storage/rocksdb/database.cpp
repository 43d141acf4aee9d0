#include "storage/rocksdb/database.hpp"

#include "storage/rocksdb/database_check.hpp"
#include "storage/rocksdb/durable_files.hpp"
#include "storage/rocksdb/info_log.hpp"
#include "storage/rocksdb/note_names.hpp"
#include "storage/rocksdb/thread_sanitizer.hpp"

#include <fcntl.h>
#include <rocksdb/utilities/checkpoint.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <system_error>
#include <vector>

namespace mintage::storage {
namespace {

/// Makes the directory, readable by its owner only: it holds hashes, sealed keys and personal data.
void make_directory(std::filesystem::path path) {
  path = std::filesystem::absolute(path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  try {
    if (std::filesystem::is_directory(path)) return;
    make_directories(path.parent_path());
    if (make_private_directory(path)) sync_directory(path.parent_path());
  } catch (const std::system_error& e) {
    throw storage_error{"the database directory " + path.string() +
                        " cannot be made: " + e.code().message() + "."};
  }
}

std::string no_space(const std::filesystem::path& path) {
  return "the database at " + path.string() + " cannot be opened: no space is left on its device.";
}

/// RocksDB distinguishes a lock, a missing permission and a full disk in its text only.
std::string explain(const rocksdb::Status& status, const std::filesystem::path& path) {
  auto text = status.ToString();
  auto says = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  auto subject = "the database at " + path.string();
  if (explains_lock(text)) {
    return subject + " is in use by another process.";
  }
  if (says("Permission denied") || says("Read-only file system")) {
    return subject + " cannot be opened: the rights to its files are missing.";
  }
  if (status.IsNoSpace() || says("No space left")) {
    return no_space(path);
  }
  if (status.IsCorruption()) {
    return subject + " is damaged; see `mintage repair`: " + std::string{status.getState()} + ".";
  }
  return subject + " cannot be opened: " + text + ".";
}

}  // namespace

void check_restored(const std::filesystem::path& database) {
  if (!std::filesystem::exists(database / unfinished_restore)) return;
  throw storage_error{"the restore to " + database.string() +
                      " was not finished: run `mintage restore` again, or remove that folder and "
                      "move the former one to its place."};
}

rocksdb_database::rocksdb_database(const rocksdb_options& o, const oauth::clock& clock, opening how)
    : options_{o}, clock_{clock}, how_{how} {
  make_directory(options_.path);
  check_restored(options_.path);
  // Without space an opening fails in the middle, and assertions of the engine end the process.
  if (const auto error = probe_device(); error == ENOSPC || error == EDQUOT) {
    throw storage_error{no_space(options_.path)};
  }
  auto status = check_promise();
  if (status.ok()) {
    status = open();
    if (status.IsCorruption()) {
      status = rocksdb::Status::Corruption(status.getState() + find_damaged_tables(options_.path));
    }
  }
  if (!status.ok()) {
    throw storage_error{explain(status, options_.path)};
  }
  begin();
}

rocksdb_database::~rocksdb_database() {
  const auto is_whole = db_ != nullptr && writable() && db_->SyncWAL().ok();
  close();
  if (is_whole) acknowledged_.close();
}

rocksdb::Status rocksdb_database::check_promise() {
  const auto found = acknowledged_file::read(options_.path);
  if (how_ == opening::salvage) {
    is_lossy_ = true;
    return rocksdb::Status::OK();
  }
  switch (found.what) {
    case acknowledged_file::state::absent:
      break;  // a new database, or one of a version without an epoch
    case acknowledged_file::state::damaged:
      warning_ =
          acknowledged_file::path_in(options_.path).string() + " is damaged and was written anew";
      is_lossy_ = options_.level == durability::os;
      break;
    case acknowledged_file::state::read:
      if (!found.last.may_be_lost()) break;
      warning_ = "the machine stopped while durability was \"os\": acknowledged writes may be lost";
      is_lossy_ = true;
      return rocksdb::Status::OK();
  }
  return check(found.last.sequence);
}

rocksdb::Status rocksdb_database::check(std::uint64_t acknowledged) {
  // No other process may write meanwhile. RocksDB takes the same lock when it opens.
  const auto lock = database_lock{options_.path};
  if (!lock.status().ok()) return lock.status();
  const auto found = check_database(options_, clock_, acknowledged);
  auto text = std::string{};
  for (const auto& d : found.damages) text += (text.empty() ? "" : "; ") + to_string(d);
  if (!text.empty()) return rocksdb::Status::Corruption(text);
  if (found.torn) {
    if (openings_ == 0) warning_ = "the log lost its last record: " + to_string(*found.torn);
    is_lossy_ = true;
  }
  return rocksdb::Status::OK();
}

void rocksdb_database::begin() {
  auto octets = rocksdb::PinnableSlice{};
  const auto status = get((*this)[column_family::notes], epoch_note, octets);
  if (!status.ok() && !status.IsNotFound()) throw error("cannot be read: " + status.ToString());
  auto ms = std::int64_t{0};
  if (status.ok()) {
    const auto [end, bad] = std::from_chars(octets.data(), octets.data() + octets.size(), ms);
    if (bad != std::errc{} || end != octets.data() + octets.size()) {
      throw error("holds an epoch that cannot be read");
    }
  }
  void_before_.store(ms, std::memory_order_relaxed);
  if (is_lossy_ && !write_epoch(clock_.now()).ok()) throw error("cannot be written");
  is_lossy_ = false;
  acknowledged_.begin(options_.path, options_.level, db_->GetLatestSequenceNumber());
}

rocksdb::Status rocksdb_database::write_epoch(instant t) {
  auto quiet = uninstrumented_call{};
  const auto ms = std::max(t, void_before()).time_since_epoch().count();
  auto how = rocksdb::WriteOptions{};
  how.sync = true;
  auto batch = rocksdb::WriteBatch{};
  auto status = batch.Put((*this)[column_family::notes],
                          rocksdb::Slice{epoch_note.data(), epoch_note.size()}, std::to_string(ms));
  put_mark({acknowledged_.sequence(), clock_.now()}, batch);
  if (status.ok()) status = db_->Write(how, &batch);
  if (status.ok()) void_before_.store(ms, std::memory_order_relaxed);
  return status;
}

void rocksdb_database::raise_void_before(instant t) {
  auto in_use = use();
  if (!writable() || !write_epoch(t).ok()) throw error("cannot be written");
}

rocksdb::Status rocksdb_database::open() {
  auto quiet = uninstrumented_call{};
  auto handles = std::vector<rocksdb::ColumnFamilyHandle*>{};
  rocksdb::DB* db = nullptr;
  auto settings = database_options(options_);
  settings.info_log = make_info_log(options_.path, clock_);
  if (how_ == opening::salvage) {
    settings.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  }
  auto status = rocksdb::DB::Open(settings, options_.path.string(),
                                  column_family_descriptors(options_, clock_), &handles, &db);
  if (status.ok()) {
    db_.reset(db);
    std::copy_n(handles.begin(), column_families_count, columns_.begin());
    ++openings_;
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
  return scan((*this)[f]);
}

std::unique_ptr<rocksdb::Iterator> rocksdb_database::scan(table t) const {
  return scan((*this)[t]);
}

std::unique_ptr<rocksdb::Iterator> rocksdb_database::scan(rocksdb::ColumnFamilyHandle* f) const {
  if (db_ == nullptr) {
    throw error("cannot be read");
  }
  auto quiet = uninstrumented_call{};
  auto how = rocksdb::ReadOptions{};
  how.fill_cache = false;
  how.readahead_size = std::size_t{2} << 20;
  return std::unique_ptr<rocksdb::Iterator>{db_->NewIterator(how, f)};
}

bool rocksdb_database::write(rocksdb::WriteBatch& batch, bool sync) {
  if (!writable()) {
    return false;
  }
  auto quiet = uninstrumented_call{};
  auto how = rocksdb::WriteOptions{};
  how.sync = sync;
  put_mark({acknowledged_.sequence(), clock_.now()}, batch);
  // Writes by other threads are before or after this batch in the log. The batch's own last number
  // is at least this one, so a log that has the batch has everything up to this number.
  const auto last = db_->GetLatestSequenceNumber() + batch.Count();
  auto done = db_->Write(how, &batch).ok();
  if (!done) {
    writable_.store(false, std::memory_order_relaxed);
  } else if (sync || options_.level == durability::os) {
    acknowledged_.raise(last);
  }
  return done;
}

bool rocksdb_database::sync() {
  if (!writable()) {
    return false;
  }
  auto quiet = uninstrumented_call{};
  const auto last = db_->GetLatestSequenceNumber();
  const auto done = db_->SyncWAL().ok();
  if (done) {
    acknowledged_.raise(last);
  } else {
    trusted_.store(false, std::memory_order_relaxed);
    writable_.store(false, std::memory_order_relaxed);
  }
  return done;
}

void rocksdb_database::mend() {
  if (probe_device() != 0) {
    return;  // reads go on until then
  }
  auto lock = std::unique_lock{reopening_};
  close();
  if (!check(acknowledged_.sequence()).ok() || !open().ok()) {
    return;
  }
  auto quiet = uninstrumented_call{};
  auto batch = rocksdb::WriteBatch{};
  auto how = rocksdb::WriteOptions{};
  how.sync = true;
  put_mark({acknowledged_.sequence(), clock_.now()}, batch);
  if (batch.Put((*this)[column_family::unnamed], "probe", "").ok() &&
      db_->Write(how, &batch).ok() && (!is_lossy_ || write_epoch(clock_.now()).ok())) {
    is_lossy_ = false;
    writable_.store(true, std::memory_order_relaxed);
  }
}

void rocksdb_database::copy_to(const std::filesystem::path& directory) const {
  const auto lock = use();
  if (!writable() || probe_device() != 0) throw error("takes no writes now: nothing is copied");
  auto quiet = uninstrumented_call{};
  const auto promised = acknowledged_.sequence();
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(db_.get(), &made);
  const auto checkpoint = std::unique_ptr<rocksdb::Checkpoint>{made};
  // Without a flush: the copy replays the log, and the server writes no small tables for it.
  constexpr auto never = std::numeric_limits<std::uint64_t>::max();
  if (status.ok()) status = checkpoint->CreateCheckpoint(directory.string(), never);
  if (!status.ok()) throw error("cannot be copied: " + status.ToString());
  auto promise = acknowledged_file{};
  promise.begin(directory, durability::sync, promised);
  promise.close();
}

int rocksdb_database::probe_device() const {
  // Opening writes the records of the log to files and needs space for that.
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
