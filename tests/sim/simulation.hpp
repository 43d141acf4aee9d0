/// @file
/// One seeded run: clients, faults and time, in an order determined by the seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/simulated_store.hpp"

namespace mintage::sim {

struct run_result {
  /// Empty when all rules held (redemption_model).
  std::vector<std::string> violations;
  /// A hash of the order of events and the answers: the same for the same seed.
  std::uint64_t trace = 0;
  std::size_t steps = 0;
  std::size_t successes = 0;
  std::size_t refreshed = 0;
  std::size_t used_assertions = 0;  ///< refused because they were used before
  std::size_t accepted = 0;         ///< authorization requests
  std::size_t answered_before = 0;  ///< refused because another answer was first
  std::size_t retried = 0;          ///< codes that succeeded only after the faults had ended
};

/// @param told the lie of the store, to test the model.
[[nodiscard]] run_result simulate(std::uint64_t seed, lie told = lie::none);

}  // namespace mintage::sim
