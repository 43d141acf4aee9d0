/// @file
/// A session with the primary of a shard for an operator's command.
#pragma once

#include <string>

#include "storage/postgres/session.hpp"

namespace mintage::storage::postgres {

/// Dials all hosts of a shard, once each, and takes the primary with the highest
/// timeline. Nothing is assumed about its tables.
/// @throws storage_error
[[nodiscard]] session dial_primary(const std::string& conninfo, std::size_t shard);

}  // namespace mintage::storage::postgres
