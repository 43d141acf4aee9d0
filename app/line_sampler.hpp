/// @file
/// Which of many like lines the log gets.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

namespace mintage::app {

/// Lets so many lines of each reason through per period, and counts the others: a stranger who is
/// refused a thousand times a second must not fill a disk. Thread-safe.
class line_sampler {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::uint64_t most_lines = 20;
  static constexpr auto period = std::chrono::seconds{10};

  /// @param reason a literal: its address is kept. @returns whether the line is to be written.
  [[nodiscard]] bool admits(std::string_view reason, time_point now);

  struct omission {
    std::string_view reason;
    std::uint64_t count;
  };
  /// What was left out in periods that have ended at `now`; each omission is returned once.
  [[nodiscard]] std::vector<omission> take_omitted(time_point now);

 private:
  struct window {
    time_point begin;
    std::uint64_t count = 0;
  };
  std::mutex mutex_;  // guards windows_
  std::map<std::string_view, window> windows_;
};

}  // namespace mintage::app
