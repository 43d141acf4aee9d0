/// @file
/// What an operator does with the databases of a cluster: mintage db.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/engine.hpp"
#include "storage/postgres/options.hpp"

namespace mintage::storage {

/// Receives what was done, one sentence at a time.
using postgres_progress = std::function<void(std::string_view sentence)>;

/// Creates the tables of every shard, and one cluster of all.
/// @param tombstone as of oauth::options::code_tombstone.
/// @throws storage_error when a shard cannot be reached or has a schema mintage already; shards
///         that were done before keep what was created.
void create_postgres_schema(const postgres_options& o, std::chrono::seconds tombstone,
                            const postgres_progress& tell);

/// Leads every shard to the schema of this program, while nodes serve.
/// @throws storage_error
void migrate_postgres_schema(const postgres_options& o, const postgres_progress& tell);

/// After the databases were restored from backups: drops live codes, raises the epoch, and erases
/// the initial access tokens that may be used up.
/// @param keep_families the restored databases hold every commit that was acknowledged: only live
///        codes are dropped, and the epoch stays.
/// @throws storage_error
void note_postgres_restored(const postgres_options& o, instant now, bool keep_families,
                            const postgres_progress& tell);

/// One result of `check_postgres`.
struct postgres_finding {
  enum class kind : std::uint8_t { fine, unsafe, broken };
  kind what = kind::fine;
  /// Without a full stop; names the shard.
  std::string sentence;
};
/// Looks for everything that is unsafe. Never throws for a database that is broken.
/// @param now of the node's own clock.
[[nodiscard]] std::vector<postgres_finding> check_postgres(const postgres_options& o, instant now);

}  // namespace mintage::storage
