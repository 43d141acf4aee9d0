/// @file
/// Opens the engine that the operator chose: the one place that knows them all.
#pragma once

#include <memory>

#include "storage/engine.hpp"
#include "storage/engines/options.hpp"

namespace mintage::storage {

/// @param max_failures COD-05: failed redemptions after which a code dies.
/// @param clock lets expired records be dropped when files are rewritten anyway; outlives the
///        engine.
/// @throws storage_error
[[nodiscard]] std::unique_ptr<engine> open_engine(const options& o, unsigned max_failures,
                                                  const oauth::clock& clock);

}  // namespace mintage::storage
