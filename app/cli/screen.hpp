/// @file
/// A terminal that shows one frame after another.
#pragma once

#include <termios.h>

#include <chrono>
#include <string>
#include <vector>

#include "app/cli/top_frame.hpp"

namespace mintage::app {

/// Standard output as a full screen while this object lives, and standard input without echo.
/// SIGINT, SIGTERM and SIGHUP end `wait` instead of the process, so that the terminal is restored;
/// SIGWINCH ends it early. One object at a time.
class screen {
 public:
  /// Whether standard input and output are a terminal that knows cursor movements.
  [[nodiscard]] static bool is_possible() noexcept;

  screen();
  ~screen();
  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  /// Of the terminal as it is now.
  [[nodiscard]] frame_size size() const noexcept;
  void show(const std::vector<std::string>& lines);
  /// @returns false when the user wants to leave: by `q` or by a signal.
  [[nodiscard]] bool wait(std::chrono::milliseconds t);

 private:
  termios before_{};
  bool has_keys_ = false;
};

}  // namespace mintage::app
