/// @file
/// How RocksDB is set up: the database and its column families.
#pragma once

#include <rocksdb/db.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "oauth/types.hpp"
#include "storage/rocksdb/options.hpp"
#include "storage/tables.hpp"

namespace mintage::storage {

/// Column families in the order of their creation, which gives them their numbers on the disk. DO
/// NOT CHANGE: append only. Rows of storage/tables.hpp that are not named here follow in their
/// order.
constexpr auto first_column_families =
    std::array<std::string_view, 9>{"default", "codes",         "grants",  "clients",  "keys",
                                    "notes",   "access_tokens", "cutoffs", "resources"};

/// The column families that are not tables of shards.
enum class column_family : std::uint8_t { unnamed, clients, keys, notes, cutoffs, resources };

constexpr auto column_family_names = [] {
  constexpr auto is_first = [](std::string_view name) {
    return std::find(first_column_families.begin(), first_column_families.end(), name) !=
           first_column_families.end();
  };
  constexpr auto more = static_cast<std::size_t>(std::count_if(
      tables.begin(), tables.end(), [&](const table_row& row) { return !is_first(row.name); }));
  auto names = std::array<std::string_view, first_column_families.size() + more>{};
  auto end = std::copy(first_column_families.begin(), first_column_families.end(), names.begin());
  for (const auto& row : tables) {
    if (!is_first(row.name)) *end++ = row.name;
  }
  return names;
}();
constexpr std::size_t column_families_count = column_family_names.size();

/// @returns the index in `column_family_names`.
[[nodiscard]] constexpr std::size_t column_index(std::string_view name) noexcept {
  return static_cast<std::size_t>(
      std::find(column_family_names.begin(), column_family_names.end(), name) -
      column_family_names.begin());
}
[[nodiscard]] constexpr std::size_t column_index(column_family f) noexcept {
  switch (f) {
    case column_family::unnamed:
      return column_index("default");
    case column_family::clients:
      return column_index("clients");
    case column_family::keys:
      return column_index("keys");
    case column_family::notes:
      return column_index("notes");
    case column_family::cutoffs:
      return column_index("cutoffs");
    case column_family::resources:
      break;
  }
  return column_index("resources");
}
/// From a table computed at compile time: this is called for every record.
[[nodiscard]] constexpr std::size_t column_index(table t) noexcept {
  constexpr auto indices = [] {
    auto all = std::array<std::size_t, tables_count>{};
    for (const auto& row : tables) all[index_of(row.id)] = column_index(row.name);
    return all;
  }();
  return indices[index_of(t)];
}

[[nodiscard]] rocksdb::DBOptions database_options(const rocksdb_options& o);
/// @param clock outlives the database. RocksDB drops records that are expired by it whenever it
///        writes a file; there is no scan and no clean-up job.
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> column_family_descriptors(
    const rocksdb_options& o, const oauth::clock& clock);

}  // namespace mintage::storage
