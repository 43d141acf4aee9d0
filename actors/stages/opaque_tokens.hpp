/// @file
/// The last step before a signer: opaque access tokens are drawn and stored. (ATK-06)
#pragma once

#include <vector>

#include "actors/stages/shard_context.hpp"

namespace mintage::actors {

/// Not thread-safe.
class opaque_tokens {
 public:
  /// @param shared outlives this object.
  explicit opaque_tokens(shard_context& shared) : shard_{shared} {}

  /// Draws the opaque token of an exchange whose targets ask for one.
  void draw(service::token_exchange& x);
  /// Sends exchanges to a signer; those with an opaque token after it is stored, in one commit.
  void pass_on(std::vector<service::token_handle> some);
  /// Does both, for clients' own grants.
  void issue(std::vector<service::token_handle> some);

 private:
  void store(std::vector<service::token_handle> some);

  shard_context& shard_;
};

}  // namespace mintage::actors
