/// @file
/// Fills an empty cluster with the content of another database.
#pragma once

#include <functional>

#include "storage/content.hpp"
#include "storage/postgres/administration.hpp"
#include "storage/postgres/options.hpp"

namespace mintage::storage {

/// Runs `source` with a sink that writes to the shards, in one transaction per shard, and counts
/// the rows before they are committed. Nothing is written when anything fails before the first
/// commit.
/// @param source fills the sink, and returns what it gave.
/// @returns what `source` returned.
/// @throws storage_error when a shard has no schema, or holds records already; when a count is not
///         that of `source`; when a commit fails, after which the databases must be made anew.
content_counts import_into_postgres(const postgres_options& o,
                                    const std::function<content_counts(content_sink&)>& source,
                                    const postgres_progress& tell);

}  // namespace mintage::storage
