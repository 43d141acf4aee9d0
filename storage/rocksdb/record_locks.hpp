/// @file
/// The records of one shard that have a write in flight, and the operations that wait for them.
#pragma once

#include <cassert>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/rocksdb/operation_batch.hpp"
#include "storage/shard_store.hpp"

namespace mintage::storage {

/// Identifies a record of one shard.
struct record_name {
  table kind = table::codes;
  record_key key;
  friend bool operator==(const record_name&, const record_name&) = default;
};

class record_locks {
 public:
  /// Queues the operation if the record is locked; `release` returns it.
  /// @returns whether it waits.
  [[nodiscard]] bool wait(const record_name& name, batch_item t) {
    auto found = waiting_.empty() ? waiting_.end() : waiting_.find(name);
    if (found == waiting_.end()) {
      return false;
    }
    found->second.push_back(t);
    return true;
  }
  /// @pre the record is not locked.
  void lock(const record_name& name) {
    if (spare_.empty()) {
      auto fresh = waiting_.try_emplace(name).second;
      assert(fresh);
      static_cast<void>(fresh);
      return;
    }
    spare_.back().key() = name;
    auto done = waiting_.insert(std::move(spare_.back()));
    assert(done.inserted);
    static_cast<void>(done);
    spare_.pop_back();
  }
  /// Unlocks the record and appends the operations that waited for it, in the order of their
  /// arrival.
  void release(const record_name& name, std::vector<batch_item>& woken) {
    auto found = waiting_.find(name);
    woken.insert(woken.end(), found->second.begin(), found->second.end());
    found->second.clear();
    spare_.push_back(waiting_.extract(found));
  }

 private:
  /// Uses octets after the slot, which are those of a hash, or random.
  struct name_hash {
    std::size_t operator()(const record_name& n) const noexcept {
      auto hash = std::size_t{0};
      const auto octets = n.key.view();
      if (octets.size() >= 2 + sizeof hash) {
        std::memcpy(&hash, octets.data() + 2, sizeof hash);
      }
      return hash;
    }
  };
  using locks = std::unordered_map<record_name, std::vector<batch_item>, name_hash>;
  locks waiting_;
  /// Nodes of released locks, reused for their memory: as many as were ever held at once.
  std::vector<locks::node_type> spare_;
};

}  // namespace mintage::storage
