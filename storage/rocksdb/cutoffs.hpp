/// @file
/// The cutoffs of subjects and sessions in RocksDB.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string_view>

#include "storage/engine.hpp"
#include "storage/rocksdb/committer.hpp"
#include "storage/rocksdb/database.hpp"

namespace mintage::storage {

/// As of `cutoff_table::put`.
struct stored_cutoff {
  instant before{};
  instant forget{};
};
/// @returns nothing for octets that are no cutoff.
[[nodiscard]] std::optional<stored_cutoff> read_cutoff(std::string_view octets);

class rocksdb_cutoffs final : public cutoff_table {
 public:
  /// Reads whether there are any cutoffs. @param db,commits outlive the table. @throws
  /// storage_error
  rocksdb_cutoffs(const rocksdb_database& db, committer& commits);

  bool has_any() const noexcept override { return has_any_.load(std::memory_order_acquire); }
  std::optional<instant> find(const crypto::digest& key) override;
  void put(const crypto::digest& key, instant before, instant forget) override;

 private:
  /// @pre the caller holds `use()`.
  [[nodiscard]] std::optional<stored_cutoff> load(const crypto::digest& key) const;

  const rocksdb_database& db_;
  committer& commits_;
  /// Held by writers from read to write, so that what they read stays valid.
  std::mutex writing_;
  std::atomic<bool> has_any_;
};

}  // namespace mintage::storage
