/// @file
/// A code store's records in PostgreSQL.
#pragma once

#include <memory>
#include <vector>

#include "storage/engine.hpp"
#include "storage/postgres/loop.hpp"

namespace mintage::storage::postgres {

/// The loops of an engine, by shard of the database.
using loops = std::vector<std::unique_ptr<loop>>;

/// @param to outlive the store. An operation goes to the loop that owns its slot.
/// @param o runs completions on the thread of the store.
[[nodiscard]] std::unique_ptr<shard_store> make_shard(const loops& to, owner o);

}  // namespace mintage::storage::postgres
