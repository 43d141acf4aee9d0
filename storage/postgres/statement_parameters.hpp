/// @file
/// What each statement is sent for its operations.
#pragma once

#include <span>

#include "storage/postgres/array_parameters.hpp"
#include "storage/postgres/judgement.hpp"

namespace mintage::storage::postgres {

/// Writes the parameters of one execution. @pre `some` is not empty, and sorted by key
void encode(statement s, std::span<const operation_ptr> some, const shard_facts& facts,
            array_parameters& out);

}  // namespace mintage::storage::postgres
