/// @file
/// The open RocksDB database: get, write, and the recovery from failed writes.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string_view>

#include "storage/engine.hpp"
#include "storage/rocksdb/acknowledged.hpp"
#include "storage/rocksdb/column_families.hpp"

namespace mintage::storage {

/// A folder in that of a database while a backup is being restored there. The database cannot be
/// opened then. On the disk: DO NOT CHANGE.
constexpr auto unfinished_restore = std::string_view{"restoring"};
/// @throws storage_error when it is there.
void check_restored(const std::filesystem::path& database);

/// Thread-safe. Outlives every shard.
///
/// After a failed write of its log, RocksDB 7.8 keeps refusing that log even when told to resume
/// (facebook/rocksdb#11643), and Debian's build of it aborts. So the database is closed and opened
/// again. Callers hold `use()` to keep it open, once for a whole batch.
class rocksdb_database {
 public:
  /// strict: refuses a database that lacks acknowledged writes.
  /// salvage: opens what can be read, and voids what is older than now.
  enum class opening : std::uint8_t { strict, salvage };

  /// @param clock outlives the database. @throws storage_error
  rocksdb_database(const rocksdb_options& o, const oauth::clock& clock,
                   opening how = opening::strict);
  ~rocksdb_database();
  rocksdb_database(const rocksdb_database&) = delete;
  rocksdb_database& operator=(const rocksdb_database&) = delete;

  /// Keeps the database from being reopened. Required for every call except where noted, and for as
  /// long as a slice or iterator of the database lives. Not recursive.
  [[nodiscard]] std::shared_lock<std::shared_mutex> use() const {
    return std::shared_lock{reopening_};
  }

  [[nodiscard]] rocksdb::ColumnFamilyHandle* operator[](column_family f) const noexcept {
    return columns_[column_index(f)];
  }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* operator[](table t) const noexcept {
    return columns_[column_index(t)];
  }
  [[nodiscard]] rocksdb::Status get(rocksdb::ColumnFamilyHandle* f, std::string_view key,
                                    rocksdb::PinnableSlice& out) const;
  /// @throws storage_error when the database could not be opened again.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> scan(column_family f) const;
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> scan(table t) const;

  /// Writes all or nothing. After a failure `get` sees nothing of the batch, and no other write is
  /// tried until `mend` succeeds.
  /// @returns whether the batch is written, with `sync` on the disk.
  [[nodiscard]] bool write(rocksdb::WriteBatch& batch, bool sync);
  /// Puts all earlier writes on the disk. After a failure `get` fails as well until `mend`
  /// succeeds, because it would return what may be lost. Called on the thread of `mend`; needs no
  /// `use()`.
  [[nodiscard]] bool sync();
  /// Tries to take writes again: tests whether the device takes some octets, then reopens. Waits
  /// for all holders of `use()`; the caller must not hold it. One thread.
  void mend();
  /// Needs no `use()`.
  [[nodiscard]] bool writable() const noexcept { return writable_.load(std::memory_order_relaxed); }
  /// As of `engine`.
  [[nodiscard]] instant void_before() const noexcept {
    return instant{oauth::milliseconds{void_before_.load(std::memory_order_relaxed)}};
  }
  void raise_void_before(instant t);
  [[nodiscard]] const std::string& warning() const noexcept { return warning_; }

  /// Makes a second database of the same content, with the promise of what was acknowledged, in a
  /// directory that must not exist. On the same file system it consists of hard links.
  /// @throws storage_error
  void copy_to(const std::filesystem::path& directory) const;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return options_.path; }

  /// How often the database has been opened. On the thread of `mend`, or under `use()`.
  [[nodiscard]] std::uint64_t openings() const noexcept { return openings_; }
  /// Makes an error that names the path. Needs no `use()`.
  [[nodiscard]] storage_error error(std::string_view what) const;

 private:
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> scan(rocksdb::ColumnFamilyHandle* f) const;
  rocksdb::Status open();
  /// Before an opening: checks that everything up to `acknowledged` is there.
  rocksdb::Status check(std::uint64_t acknowledged);
  /// The same for the promise of the last process.
  rocksdb::Status check_promise();
  /// After the first opening: reads the epoch, raises it if writes were lost, and makes a new
  /// promise.
  void begin();
  rocksdb::Status write_epoch(instant t);
  void close() noexcept;
  /// Writes as much as an opening may need to a file of its own. @returns 0, or the system's error.
  [[nodiscard]] int probe_device() const;

  rocksdb_options options_;
  const oauth::clock& clock_;
  mutable std::shared_mutex reopening_;
  std::unique_ptr<rocksdb::DB> db_;
  /// Empty while the database cannot be opened again.
  std::array<rocksdb::ColumnFamilyHandle*, column_families_count> columns_{};
  std::uint64_t openings_ = 0;
  const opening how_;
  acknowledged_file acknowledged_;
  /// Acknowledged writes may be lost; the operator is told.
  bool is_lossy_ = false;
  std::string warning_;
  std::atomic<std::int64_t> void_before_ = 0;
  std::atomic<bool> writable_ = true;
  /// The content of the database is on the disk, or will be with the next `sync`.
  std::atomic<bool> trusted_ = true;
};

}  // namespace mintage::storage
