/// @file
/// The commit thread: writes the batches of all shards with one fsync.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "storage/rocksdb_database.hpp"

namespace mintage::storage {

/// Thread-safe. While one fsync runs, the batches that arrive meanwhile gather for the next.
/// When a write has failed, its thread tries again by itself until one succeeds, because a server
/// that says it is not ready gets no requests that would try.
class committer {
 public:
  /// @param db outlives it.
  explicit committer(rocksdb_database& db);
  /// Settles what was submitted.
  ~committer();
  committer(const committer&) = delete;
  committer& operator=(const committer&) = delete;

  /// @param settled told on the commit thread whether the batch is durable. What it throws is
  ///        dropped.
  void submit(std::shared_ptr<rocksdb::WriteBatch> batch, std::function<void(bool)> settled);
  /// Writes on the thread of the caller, who holds `rocksdb_database::use()`.
  /// @returns whether the batch is durable.
  [[nodiscard]] bool write_now(rocksdb::WriteBatch& batch, bool sync);
  /// Waits until everything that was submitted before is settled.
  void settle();

 private:
  struct job {
    std::shared_ptr<rocksdb::WriteBatch> batch;
    std::function<void(bool)> settled;
  };
  void run();
  bool commit(std::vector<job>& jobs);

  rocksdb_database& db_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable progress_;
  std::vector<job> queue_;
  std::uint64_t submitted_ = 0;
  std::uint64_t settled_ = 0;
  bool stopping_ = false;
  rocksdb::WriteBatch merged_;
  std::thread thread_;
};

}  // namespace mintage::storage
