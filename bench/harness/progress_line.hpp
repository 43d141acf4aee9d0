/// @file
/// Progress of a run: one line that changes on a terminal, plain lines elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "bench/harness/load.hpp"

namespace mintage::bench {

/// "12.3 ms": three digits and a suitable unit.
[[nodiscard]] std::string format_time(nanoseconds t);

/// Writes to standard error.
class progress_line {
 public:
  explicit progress_line(bool quiet = false);
  ~progress_line();

  /// Begins a part of the run, for example "code-es256, round 2 of 3".
  void begin(std::string_view what, nanoseconds duration);
  void show(const progress& p);
  /// Prints a line that remains.
  void say(std::string_view text);

 private:
  void clear();

  bool quiet_;
  bool is_terminal_;
  bool is_open_ = false;
  std::string what_;
  nanoseconds duration_{0};
  nanoseconds said_{0};
};

}  // namespace mintage::bench
