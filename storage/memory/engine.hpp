/// @file
/// The engine that keeps everything in memory: the oracle of the tests, and `engine = "memory"`.
#pragma once

#include <memory>

#include "storage/engine.hpp"

namespace mintage::storage {

/// @param max_failures COD-05: failed redemptions after which a code dies.
[[nodiscard]] std::unique_ptr<engine> open_memory_engine(unsigned max_failures);

}  // namespace mintage::storage
