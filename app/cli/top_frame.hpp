/// @file
/// What `mintage top` shows: pure, from two pages of metrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/metrics_page.hpp"

namespace mintage::app {

struct frame_size {
  std::size_t columns = 100;
  /// 0 = as many as there is to show.
  std::size_t rows = 0;
  bool in_colour = false;
};

struct top_facts {
  std::string server;    ///< its URL
  bool is_ready = true;  ///< what /readyz says
  std::int64_t now = 0;  ///< in seconds since 1970
};

/// The lines of one frame, none of them wider than `size.columns` and none with a control character
/// except, in colour, the sequences of ANSI that switch colours.
/// @param size.rows lines at most: lists are cut first, then sections from the end.
[[nodiscard]] std::vector<std::string> render_top(const page_span& span, const top_facts& facts,
                                                  const frame_size& size);

}  // namespace mintage::app
