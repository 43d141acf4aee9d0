/// @file
/// The engine that keeps all records in memory: the reference of the tests, and `engine =
/// "memory"`.
#pragma once

#include <memory>

#include "storage/engine.hpp"

namespace mintage::storage {

/// @param max_failures failed redemptions after which a code is revoked (COD-05).
[[nodiscard]] std::unique_ptr<engine> open_memory_engine(unsigned max_failures);

}  // namespace mintage::storage
