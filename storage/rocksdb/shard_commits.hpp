/// @file
/// The commits of one shard: the one that is being gathered, and those on their way to the disk.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "storage/engine.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/key_claims.hpp"
#include "storage/rocksdb/operation_batch.hpp"

namespace mintage::storage {

/// An operation that writes claims its records and joins the commit that is being gathered; others
/// that need those records wait until that commit has settled and its claims are released.
///
/// Commits are written here and now. os: that settles them; an operation waits only for others of
/// its own batch. sync: the commit thread says, through the owner, when they are on the disk.
///
/// Not thread-safe: all calls are made on the side of the shard's owner.
class shard_commits {
 public:
  /// Operations that become durable together.
  struct commit {
    rocksdb::WriteBatch writes;
    std::vector<batch_item> members;
    std::vector<record_name> claimed;
    bool durable = false;  ///< says nothing before it has settled
  };
  using commit_ptr = std::shared_ptr<commit>;
  /// Called on the owner's side, with no `use()` held: the commit thread has settled that commit.
  using settled_handler = std::function<void(const commit_ptr&)>;

  /// @param c outlives it.
  /// @param o,idle as of `make_rocksdb_shard`.
  /// @param settled not called once the shard is gone, nor when `level` is os.
  shard_commits(committer& c, durability level, owner o, owner idle, settled_handler settled);
  /// Commits in flight still settle, untold.
  ~shard_commits();
  shard_commits(const shard_commits&) = delete;
  shard_commits& operator=(const shard_commits&) = delete;

  /// Asked before anything else is done with a record: if a commit holds a claim on it, the
  /// operation will be among those that `release` returns. @returns whether it waits.
  [[nodiscard]] bool wait(const record_name& name, batch_item t) { return claims_.wait(name, t); }
  /// Claims the record for the gathered commit. @pre not claimed
  void claim(const record_name& name) {
    claims_.claim(name);
    gathered().claimed.push_back(name);
  }
  /// Of the gathered commit. @pre what is written to is claimed
  [[nodiscard]] rocksdb::WriteBatch& writes() { return gathered().writes; }
  /// The operation shares the fate of the gathered commit.
  void join(batch_item t) { gathered().members.push_back(t); }

  /// Writes the gathered commit, if there is one. The caller holds `rocksdb_database::use()`.
  /// @returns the commit when that has settled it; null when nothing is gathered, or when the
  ///          commit thread will settle it.
  [[nodiscard]] commit_ptr write();
  /// Ends the claims of a settled commit, of which nothing is left then.
  /// @returns who waited for them, in the order in which they came: to be judged again.
  [[nodiscard]] std::vector<batch_item> release(const commit_ptr& c);

 private:
  commit& gathered() {
    if (!gathered_) {
      gathered_ = spare_ ? std::exchange(spare_, nullptr) : std::make_shared<commit>();
    }
    return *gathered_;
  }
  void settle_when_durable(commit_ptr c);
  void hurry_when_idle();

  committer& committer_;
  const durability level_;
  const std::shared_ptr<const owner> owner_;
  const owner idle_;  ///< empty: at once
  const settled_handler settled_;
  bool hurry_due_ = false;
  const std::shared_ptr<shard_commits*> self_;

  key_claims claims_;
  commit_ptr gathered_;
  commit_ptr spare_;  ///< kept for its memory
};

}  // namespace mintage::storage
