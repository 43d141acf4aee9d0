/// @file
/// Configuration of storage: [storage], with the options of every engine.
#pragma once

#include <cstdint>
#include <vector>

#include "oauth/options.hpp"
#include "storage/postgres/options.hpp"
#include "storage/rocksdb/options.hpp"

namespace mintage::storage {

enum class engine_kind : std::uint8_t { rocksdb, memory, postgres };

struct options {
  /// [storage] engine = "rocksdb" | "postgres" | "memory". The options of the other engines are
  /// ignored.
  engine_kind engine = engine_kind::rocksdb;
  rocksdb_options rocksdb{};
  postgres_options postgres{};
};

/// @returns every limit of the chosen engine that is broken, as key and sentence.
[[nodiscard]] std::vector<oauth::config_error> check(const options& o);

}  // namespace mintage::storage
