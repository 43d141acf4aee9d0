/// @file
/// The commits of one shard: the open one, and those that are not on the disk yet.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "storage/engine.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/operation_batch.hpp"
#include "storage/rocksdb/record_locks.hpp"

namespace mintage::storage {

/// A write locks its records and joins the open commit. Operations that need these records wait
/// until that commit has settled and its locks are released.
///
/// `write` runs on the thread of the caller. os: the commit is settled then, and operations wait
/// only for others of their own batch. sync: the commit thread reports through the owner when the
/// commit is on the disk.
///
/// Not thread-safe: all calls are made on the thread of the shard's owner.
class shard_commits {
 public:
  /// Operations that become durable together.
  struct commit {
    rocksdb::WriteBatch writes;
    std::vector<batch_item> members;
    std::vector<record_name> locked;
    bool durable = false;  ///< undefined before the commit has settled
  };
  using commit_ptr = std::shared_ptr<commit>;
  /// Called on the owner's thread, without `use()`, when the commit thread has settled that commit.
  using settled_handler = std::function<void(const commit_ptr&)>;

  /// @param c outlives this object.
  /// @param o,idle as of `make_rocksdb_shard`.
  /// @param settled not called after this object is destroyed, nor when `level` is os.
  shard_commits(committer& c, durability level, owner o, owner idle, settled_handler settled);
  /// Commits in flight still settle; their handlers are not called.
  ~shard_commits();
  shard_commits(const shard_commits&) = delete;
  shard_commits& operator=(const shard_commits&) = delete;

  /// Called before any other use of a record. If a commit has locked it, the operation is queued,
  /// and `release` returns it later. @returns whether it waits.
  [[nodiscard]] bool wait(const record_name& name, batch_item t) { return locks_.wait(name, t); }
  /// Locks the record for the open commit. @pre the record is not locked.
  void lock(const record_name& name) {
    locks_.lock(name);
    open().locked.push_back(name);
  }
  /// The batch of the open commit. @pre every record written is locked.
  [[nodiscard]] rocksdb::WriteBatch& writes() { return open().writes; }
  /// The operation succeeds or fails with the open commit.
  void join(batch_item t) { open().members.push_back(t); }

  /// Writes the open commit, if there is one. The caller holds `rocksdb_database::use()`.
  /// @param is_covered a later commit makes it durable (insert_op::is_covered), so that it is
  ///        settled as soon as it is written.
  /// @returns the commit if it is settled now; null if there was none, or if the commit thread will
  ///          settle it.
  [[nodiscard]] commit_ptr write(bool is_covered);
  /// Releases the locks of a settled commit and clears it.
  /// @returns the operations that waited for them, in the order of their arrival, to be tried
  ///          again.
  [[nodiscard]] std::vector<batch_item> release(const commit_ptr& c);

 private:
  commit& open() {
    if (!open_) {
      open_ = spare_ ? std::exchange(spare_, nullptr) : std::make_shared<commit>();
    }
    return *open_;
  }
  void settle_when_durable(commit_ptr c);
  void hurry_when_idle();

  committer& committer_;
  const durability level_;
  const std::shared_ptr<const owner> owner_;
  const owner idle_;  ///< empty: fsyncs begin at once
  const settled_handler settled_;
  bool hurry_due_ = false;
  const std::shared_ptr<shard_commits*> self_;

  record_locks locks_;
  commit_ptr open_;
  commit_ptr spare_;  ///< reused for its memory
};

}  // namespace mintage::storage
