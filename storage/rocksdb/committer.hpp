/// @file
/// The commit thread: one fsync for what all shards have written.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/rocksdb/database.hpp"

namespace mintage::storage {

/// Thread-safe. Commits that are written while one fsync runs share the next.
/// After a failed write, the thread retries by itself until one succeeds: a server that is not
/// ready gets no requests that would.
class committer {
 public:
  /// @param db outlives it.
  explicit committer(rocksdb_database& db);
  /// Settles what was submitted.
  ~committer();
  committer(const committer&) = delete;
  committer& operator=(const committer&) = delete;

  /// Writes on the thread of the caller, who holds `rocksdb_database::use()`.
  /// @returns whether the batch is written, with `sync` on the disk.
  [[nodiscard]] bool write(rocksdb::WriteBatch& batch, bool sync);
  /// The caller has written and still holds the same `use()`. The next fsync begins with `hurry`.
  /// @param settled told on the commit thread whether what was written is on the disk. What it
  ///        throws is dropped.
  void when_durable(std::function<void(bool)> settled);
  /// Begins an fsync for what was asked before, unless one will do so anyway.
  void hurry();
  /// Waits until everything that was asked before is settled.
  void settle();

 private:
  struct job {
    std::uint64_t opening = 0;  ///< of the database that was written to
    std::function<void(bool)> settled;
  };
  void run();

  rocksdb_database& db_;
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
