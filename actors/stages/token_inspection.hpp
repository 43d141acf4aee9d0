/// @file
/// Questions about tokens, and revocations. (INT-*, REV-*, UIN-*)
#pragma once

#include <memory>
#include <vector>

#include "actors/stages/shard_context.hpp"

namespace mintage::actors {

/// Not thread-safe.
class token_inspection {
 public:
  /// @param shared outlives this object.
  explicit token_inspection(shard_context& shared) : shard_{shared} {}

  /// Reads the records of tokens, then answers or revokes. @pre the shard has a snapshot of the
  /// clients.
  void query(std::vector<service::query_handle> some);

 private:
  struct inquiry;
  using inquiries = std::shared_ptr<std::vector<inquiry>>;
  void read_families(const inquiries& some);
  void answer(const inquiries& some);
  struct revocations;
  void revoke(inquiry q, revocations& to);
  void carry_out(revocations some);

  shard_context& shard_;
};

}  // namespace mintage::actors
