/// @file
/// Finds the clients of a session in its shard. (LGO-05)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actors/stages/shard_context.hpp"

namespace mintage::actors {

/// A call that has ended a session, on its way to the session's shard and back.
struct session_search {
  service::admin_handle asked;
  std::string sid;
  /// The index records that there may be, all of one slot, and the client of each.
  std::vector<storage::record_key> keys;
  std::vector<std::string> clients;
  /// Set by the shard, for each key.
  std::vector<storage::read_result> found;
};

/// Not thread-safe.
class session_index {
 public:
  /// @param shared outlives this object.
  explicit session_index(shard_context& shared) : shard_{shared} {}

  /// Reads the records of each search, which then leaves through `shard_exits::session_found`.
  /// @pre the keys are of this shard.
  void find(std::vector<session_search_handle> some);

 private:
  shard_context& shard_;
};

}  // namespace mintage::actors
