/// @file
/// Authorization requests that are too long for their handles: stored, and read again.
/// (AUZ-01, PAR-03)
#pragma once

#include <vector>

#include "actors/stages/shard_context.hpp"

namespace mintage::actors {

/// Not thread-safe.
class authorization_records {
 public:
  /// @param shared outlives this object.
  explicit authorization_records(shard_context& shared) : shard_{shared} {}

  /// Stores the `record` of each, in one commit. Those whose record is durable leave through
  /// `shard_exits::authorizations_recorded`, without it; the others return unanswered (503).
  void keep(std::vector<service::authorization_handle> some);
  /// Sets `record->sealed` of each to what is stored; to nothing when nothing is, or when it has
  /// expired. All leave through `shard_exits::authorizations_found`, except those that the store
  /// cannot tell of: they return unanswered.
  void find(std::vector<service::authorization_handle> some);

 private:
  shard_context& shard_;
};

}  // namespace mintage::actors
