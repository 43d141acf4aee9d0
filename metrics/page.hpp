/// @file
/// The meters as a page that Prometheus reads.
#pragma once

#include <string>

#include "metrics/meters.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::metrics {

/// Sums over the members of each pool, in the text format of Prometheus (version 0.0.4).
/// @param keys for the age of each signing key.
[[nodiscard]] std::string render_metrics(const meter_board& board, const oauth::key_ring& keys,
                                         oauth::instant now);

}  // namespace mintage::metrics
