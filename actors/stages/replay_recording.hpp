/// @file
/// Replay ids are recorded, each once, before their exchanges go on. (CAU-07, DPO-08, NEG-205)
#pragma once

#include <vector>

#include "actors/stages/shard_context.hpp"

namespace mintage::actors {

/// Not thread-safe.
class replay_recording {
 public:
  /// @param shared outlives this object.
  explicit replay_recording(shard_context& shared) : shard_{shared} {}

  /// Inserts the first replay id of each, in one commit. Whose id is new leaves through
  /// `shard_exits::recorded`, without that id. The others are denied: as their id says when it is
  /// known, else 503.
  /// @pre each has a replay id, of this shard.
  void record(std::vector<service::token_handle> some);
  void record(std::vector<service::query_handle> some);
  void record(std::vector<service::authorization_handle> some);

 private:
  template <class Handle>
  void insert(std::vector<Handle> some);
  template <class Handle>
  void insert_alike(std::vector<Handle> some, bool are_covered);
  template <class Handle>
  void settle(std::vector<Handle> some, const std::vector<storage::verdict>& found);
  void pass_on(std::vector<service::token_handle> some) { shard_.to.recorded(std::move(some)); }
  void pass_on(std::vector<service::query_handle> some) {
    shard_.to.queries_recorded(std::move(some));
  }
  void reply(std::vector<service::token_handle> some) { shard_.to.token_replies(std::move(some)); }
  void reply(std::vector<service::query_handle> some) { shard_.to.query_replies(std::move(some)); }
  void pass_on(std::vector<service::authorization_handle> some) {
    shard_.to.authorizations_recorded(std::move(some));
  }
  void reply(std::vector<service::authorization_handle> some) {
    shard_.to.authorization_replies(std::move(some));
  }

  shard_context& shard_;
};

}  // namespace mintage::actors
