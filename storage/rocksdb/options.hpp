/// @file
/// Configuration of RocksDB: [storage.rocksdb].
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "oauth/options.hpp"

namespace mintage::storage {

/// sync: an acknowledged write survives the loss of power (group commit with fsync).
/// os: it survives the end of the process, not of the machine.
enum class durability : std::uint8_t { sync, os };

/// Table files that the database keeps open at most.
inline constexpr std::size_t most_open_tables = 512;

struct rocksdb_options {
  /// [storage.rocksdb] path; created on first start.
  std::filesystem::path path = "mintage.db";
  durability level = durability::sync;
  /// Size at which the write buffer of codes is flushed, MiB: 1..4096.
  std::size_t memtable_mb = 64;
};

/// @returns every broken limit as key and sentence; empty when all hold.
[[nodiscard]] std::vector<oauth::config_error> check(const rocksdb_options& o);

}  // namespace mintage::storage
