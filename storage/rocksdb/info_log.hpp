/// @file
/// RocksDB's messages, in the file LOG of the database.
#pragma once

#include <rocksdb/env.h>

#include <filesystem>
#include <memory>

#include "oauth/types.hpp"

namespace mintage::storage {

/// Writes messages of level WARN and above. A message that cannot be written is dropped: RocksDB's
/// own logger writes on after a failure, and then an assertion of Debian's build ends the process.
/// The former file is kept as LOG.old. A file takes 1 MiB at most.
/// @param clock outlives the log.
/// @returns null when the file cannot be created.
[[nodiscard]] std::shared_ptr<rocksdb::Logger> make_info_log(const std::filesystem::path& database,
                                                             const oauth::clock& clock);

}  // namespace mintage::storage
