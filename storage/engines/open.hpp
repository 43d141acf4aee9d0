/// @file
/// Opens the engine that the configuration names. No other file knows all engines.
#pragma once

#include <memory>
#include <optional>

#include "storage/engine.hpp"
#include "storage/engines/options.hpp"
#include "storage/postgres/node.hpp"

namespace mintage::storage {

/// @param max_failures failed redemptions after which a code is revoked (COD-05).
/// @param clock tells which records are expired when files are rewritten; outlives the engine.
/// @param node of the process, for PostgreSQL.
/// @throws storage_error
[[nodiscard]] std::unique_ptr<engine> open_engine(const options& o, unsigned max_failures,
                                                  const oauth::clock& clock,
                                                  std::optional<postgres_node> node = {});

/// Whether another process has the database open, where one alone may have it.
[[nodiscard]] bool is_in_use(const options& o);

}  // namespace mintage::storage
