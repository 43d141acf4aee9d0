/// @file
/// An engine on PostgreSQL, which several nodes share.
#pragma once

#include <memory>

#include "storage/engine.hpp"
#include "storage/postgres/node.hpp"
#include "storage/postgres/options.hpp"

namespace mintage::storage {

/// Waits for a primary of the first shard. Other shards may come later.
/// @param max_failures failed redemptions after which a code is revoked (COD-05).
/// @throws storage_error
[[nodiscard]] std::unique_ptr<engine> open_postgres_engine(const postgres_options& o,
                                                           unsigned max_failures,
                                                           postgres_node node);

}  // namespace mintage::storage
