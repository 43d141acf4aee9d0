/// @file
/// Reads a whole database for another engine.
#pragma once

#include "storage/content.hpp"
#include "storage/rocksdb/options.hpp"

namespace mintage::storage {

/// Gives everything that is live to `to`: the catalog first.
/// @pre no process has the database open.
/// @throws storage_error when it cannot be opened, is damaged, or holds a record that cannot be
///         read.
content_counts export_rocksdb(const rocksdb_options& o, const oauth::clock& clock,
                              content_sink& to);

}  // namespace mintage::storage
