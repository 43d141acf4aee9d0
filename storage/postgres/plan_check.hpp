/// @file
/// Whether the planner executes the statements of shards as they are meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/postgres/session.hpp"

namespace mintage::storage::postgres {

/// Explains a statement with a generic plan.
/// @returns why the plan is wrong: it reads a whole table, or hashes or merges one; empty = it is
///          right.
[[nodiscard]] std::string fault_of_plan(session& s, std::string_view name, std::string_view text,
                                        steady_time deadline);

/// The faults of all statements of shards, by name.
[[nodiscard]] std::vector<std::string> faults_of_plans(session& s, steady_time deadline);

}  // namespace mintage::storage::postgres
