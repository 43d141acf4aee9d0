/// @file
/// Renders all metrics as a page that Prometheus reads.
#pragma once

#include <string>
#include <vector>

#include "metrics/group.hpp"

namespace mintage::metrics {

/// A gauge whose value is read when the page is rendered.
struct sampled_gauge {
  metric what;
  struct sample {
    labels with;
    double value;
  };
  std::vector<sample> samples;
};

/// Sums over all groups, in the text format of Prometheus (version 0.0.4). Metrics are in the order
/// of their declaration, then `gauges`. Takes about a millisecond.
[[nodiscard]] std::string render_metrics(const board& b, const std::vector<sampled_gauge>& gauges);

}  // namespace mintage::metrics
