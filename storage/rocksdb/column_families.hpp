/// @file
/// How RocksDB is set up: the database and its column families.
#pragma once

#include <rocksdb/db.h>

#include <vector>

#include "oauth/types.hpp"
#include "storage/options.hpp"

namespace mintage::storage {

/// Column families, in the order in which they are made and opened: a new one is the last, so that
/// it has the same number in a database that was without it.
enum class column_family : std::uint8_t {
  unnamed,
  codes,
  grants,
  clients,
  keys,
  notes,
  access_tokens,
  cutoffs,
  resources
};
constexpr std::size_t column_families_count = 9;

[[nodiscard]] rocksdb::DBOptions database_options(const options& o);
/// @param clock outlives the database: expired records are dropped by it whenever RocksDB writes a
///        file: no scan, no janitor.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> column_family_descriptors(
    const options& o, const oauth::clock& clock);

}  // namespace mintage::storage
