/// @file
/// A RocksDB database that is read and left as it is: no file of it is written.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <cstdint>
#include <memory>

#include "storage/rocksdb/column_families.hpp"

namespace mintage::storage {

/// One thread. A column family that the database does not have, because it is of an older version,
/// reads as empty.
class read_only_database {
 public:
  /// @pre no process writes to it.
  /// @param log takes RocksDB's messages; null drops them.
  read_only_database(const rocksdb_options& o, const oauth::clock& clock,
                     std::shared_ptr<rocksdb::Logger> log = {});
  ~read_only_database();
  read_only_database(const read_only_database&) = delete;
  read_only_database& operator=(const read_only_database&) = delete;

  /// Whether it is open; nothing else may be called otherwise.
  [[nodiscard]] const rocksdb::Status& status() const noexcept { return status_; }
  /// The sequence number of the last write.
  [[nodiscard]] std::uint64_t last_sequence() const;
  /// Calls `visit(key, octets)` for every record. @returns whether all could be read.
  template <class Family, class Visit>
  rocksdb::Status for_each(Family f, Visit visit) const {
    const auto at = scan(column_index(f));
    if (at == nullptr) return rocksdb::Status::OK();
    for (at->SeekToFirst(); at->Valid(); at->Next())
      visit(std::string_view{at->key().data(), at->key().size()},
            std::string_view{at->value().data(), at->value().size()});
    return at->status();
  }

 private:
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> scan(std::size_t column) const;

  std::unique_ptr<rocksdb::DB> db_;
  /// Null for column families that are not there.
  std::array<rocksdb::ColumnFamilyHandle*, column_families_count> columns_{};
  rocksdb::Status status_;
};

}  // namespace mintage::storage
