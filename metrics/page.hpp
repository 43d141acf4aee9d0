/// @file
/// All metrics as a page that Prometheus reads.
#pragma once

#include <string>
#include <vector>

#include "metrics/group.hpp"

namespace mintage::metrics {

/// A gauge that is read off something else when the page is made.
struct sampled_gauge {
  metric what;
  struct sample {
    labels with;
    double value;
  };
  std::vector<sample> samples;
};

/// Sums over all groups, in the text format of Prometheus (version 0.0.4). Metrics stand in the
/// order in which the groups declare them, then `gauges`. Takes about a millisecond.
[[nodiscard]] std::string render_metrics(const board& b, const std::vector<sampled_gauge>& gauges);

}  // namespace mintage::metrics
