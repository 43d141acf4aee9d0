/// @file
/// What every shard holds a copy of: the cutoffs of subjects and sessions, which are joined to the
/// records that are read, and the epoch.
#pragma once

#include <memory>
#include <vector>

#include "storage/engine.hpp"
#include "storage/postgres/desk.hpp"

namespace mintage::storage::postgres {

class postgres_cutoffs final : public cutoff_table {
 public:
  /// @param shards outlive the table.
  explicit postgres_cutoffs(const std::vector<std::unique_ptr<connector>>& shards);

  /// Results carry the cutoffs: nobody needs to look for them.
  bool has_any() const noexcept override { return false; }
  std::optional<instant> find(const crypto::digest&) override { return std::nullopt; }
  /// Writes every shard; when one fails, others may have it, and the call may be repeated.
  void put(const crypto::digest& key, instant before, instant forget) override;
  /// As of `engine`; written like a cutoff.
  void raise_void_before(instant t);

 private:
  std::vector<std::unique_ptr<desk>> desks_;
};

}  // namespace mintage::storage::postgres
