/// @file
/// Refresh tokens: decisions about their use, and rotation of their families. (PROTOCOL.md §4,
/// RFT-*)
#pragma once

#include <vector>

#include "actors/stages/opaque_tokens.hpp"
#include "actors/stages/shard_context.hpp"

namespace mintage::actors {

/// Not thread-safe.
class family_rotation {
 public:
  /// @param shared, next outlive this object.
  family_rotation(shard_context& shared, opaque_tokens& next) : shard_{shared}, next_{next} {}

  /// Reads families, decides, rotates, in one commit for all writes.
  void refresh(std::vector<service::token_handle> some);

 private:
  struct refresh_round;
  void weigh(service::token_handle x, const storage::read_result& found, refresh_round& to);
  void weigh(service::token_handle x, const oauth::grant& family, const joined_cutoffs& joined,
             refresh_round& to);
  void conclude(refresh_round round);
  void settle(service::token_handle x, const storage::rotate_result& found, refresh_round& to);

  shard_context& shard_;
  opaque_tokens& next_;
};

}  // namespace mintage::actors
