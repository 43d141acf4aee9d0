/// @file
/// The keys of one shard that have a write in flight, and the operations that wait for them.
#pragma once

#include <cassert>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/operation_batch.hpp"
#include "storage/shard_store.hpp"

namespace mintage::storage {

/// A record of one shard.
struct record_name {
  table kind = table::codes;
  record_key key;
  friend bool operator==(const record_name&, const record_name&) = default;
};

class key_claims {
 public:
  /// If a write of that record is in flight, the operation is told once it has settled.
  /// @returns whether it waits.
  [[nodiscard]] bool wait(const record_name& name, ticket t) {
    auto found = waiting_.empty() ? waiting_.end() : waiting_.find(name);
    if (found == waiting_.end()) {
      return false;
    }
    found->second.push_back(t);
    return true;
  }
  /// @pre not claimed
  void claim(const record_name& name) {
    auto fresh = waiting_.try_emplace(name).second;
    assert(fresh);
    static_cast<void>(fresh);
  }
  /// Ends the claim; appends who waited, in the order in which they came.
  void release(const record_name& name, std::vector<ticket>& woken) {
    auto found = waiting_.find(name);
    woken.insert(woken.end(), found->second.begin(), found->second.end());
    waiting_.erase(found);
  }

 private:
  struct name_hash {
    std::size_t operator()(const record_name& n) const noexcept {
      return std::hash<std::string_view>{}(n.key.view());
    }
  };
  std::unordered_map<record_name, std::vector<ticket>, name_hash> waiting_;
};

}  // namespace mintage::storage
