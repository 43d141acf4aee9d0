/// @file
/// The scenarios that `./dev bench` measures, one after the other on one server.
#pragma once

#include "bench/harness/scenario.hpp"

namespace mintage::bench {

/// Closed loops for both kinds of client, both algorithms and every grant that the server
/// announces; then, from the rate of the first, an open loop at half of it and a ramp.
/// @param s must let clients be made and codes be minted. @param base what all have in common.
[[nodiscard]] std::vector<outcome> run_suite(const target_server& s, const method& how,
                                             const scenario& base, const objective& goal,
                                             progress_line& line);

}  // namespace mintage::bench
