/// @file
/// Engines over PostgreSQL servers of loopback/.
#pragma once

#include <memory>
#include <string>

#include "storage/engine.hpp"

namespace mintage::test {

/// Creates the schema of the only shard, as `mintage db init` does.
void create_schema(const std::string& conninfo);

/// One more node of the cluster, with the default limits of [storage.postgres].
/// @param is_synchronous whether it refuses a primary without synchronous standbys.
/// @param clock outlives the engine; its offset from the database's is not looked at.
[[nodiscard]] std::unique_ptr<storage::engine> open_node(const std::string& conninfo,
                                                         bool is_synchronous,
                                                         const oauth::clock& clock);

}  // namespace mintage::test
