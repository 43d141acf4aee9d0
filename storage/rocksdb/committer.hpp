/// @file
/// The commit thread: one fsync for the writes of all shards.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/rocksdb/database.hpp"
#include "storage/rocksdb/meters.hpp"

namespace mintage::storage {

/// Makes commits durable, on a thread of its own. Commits that are written while one fsync runs
/// share the next. After a failed write the thread retries by itself until one succeeds, because a
/// server that is not ready gets no requests that would retry. Thread-safe.
class committer {
 public:
  /// @param db outlives the committer.
  explicit committer(rocksdb_database& db);
  /// Settles what was submitted before.
  ~committer();
  committer(const committer&) = delete;
  committer& operator=(const committer&) = delete;

  /// Writes on the caller's thread. The caller holds `rocksdb_database::use()`.
  /// @returns whether the batch is written, with `sync` on the disk.
  [[nodiscard]] bool write(rocksdb::WriteBatch& batch, bool sync);
  /// Registers the caller's write for the next fsync, which begins with `hurry`. The caller still
  /// holds the `use()` under which it wrote.
  /// @param settled called on the commit thread with whether the write is on the disk. Its
  ///        exceptions are dropped.
  void when_durable(std::function<void(bool)> settled);
  /// Begins an fsync for what was registered before, unless one is about to begin.
  void hurry();
  /// Waits until everything that was registered before is settled.
  void settle();
  [[nodiscard]] const metrics::meter_group& meters() const noexcept { return meters_; }

 private:
  struct job {
    std::uint64_t opening = 0;  ///< of the database when the write was made
    std::function<void(bool)> settled;
  };
  void run();
  bool sync();

  rocksdb_database& db_;
  commit_meters meters_{db_};
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable progress_;
  std::vector<job> queue_;
  bool hurried_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t settled_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mintage::storage
