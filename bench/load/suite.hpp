/// @file
/// The scenarios that `./dev bench` measures, one after the other on one server.
#pragma once

#include "bench/load/scenario.hpp"

namespace mintage::bench {

/// Closed loop for both kinds of client and both algorithms; then, from the rate that was found, an
/// open loop at half of it and a ramp.
/// @param s must let clients be made and codes be minted.
[[nodiscard]] std::vector<outcome> run_suite(const subject& s, const method& how,
                                             std::size_t connections, const objective& goal,
                                             progress_line& line);

}  // namespace mintage::bench
