/// @file
/// The scenarios of `./dev bench`, run one after the other on one server.
#pragma once

#include "bench/harness/scenario.hpp"

namespace mintage::bench {

/// Closed loops for both kinds of client, both algorithms and every grant that the server
/// announces. Then, from the rate of the first, an open loop at half of it and a ramp.
/// @param s allows creating clients and minting codes. @param base what all scenarios share.
[[nodiscard]] std::vector<outcome> run_suite(const target_server& s, const method& how,
                                             const scenario& base, const objective& goal,
                                             progress_line& line);

}  // namespace mintage::bench
