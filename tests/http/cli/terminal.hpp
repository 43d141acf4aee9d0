/// @file
/// The program on a terminal of its own.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace mintage::test {

/// `mintage ARGUMENTS` with a pseudo-terminal for all three streams.
class terminal_process {
 public:
  explicit terminal_process(const std::vector<std::string>& arguments);
  /// Kills and reaps it if it still runs.
  ~terminal_process();
  terminal_process(const terminal_process&) = delete;
  terminal_process& operator=(const terminal_process&) = delete;

  /// Reads until all that appeared so far, a second prompt included, holds `text` `times` times.
  /// @throws std::runtime_error after a minute, or at the end of the program.
  void await(std::string_view text, int times = 1);
  void type(std::string_view keys);
  [[nodiscard]] bool echoes() const;
  /// What everybody on the machine can read of the running program.
  [[nodiscard]] std::string command_line() const;
  /// @returns the exit code, or 128 + the number of the signal that ended it.
  [[nodiscard]] int wait();
  /// All that ever appeared on the terminal.
  [[nodiscard]] const std::string& screen() const noexcept { return screen_; }

 private:
  bool read_more();

  pid_t pid_ = -1;
  int keyboard_ = -1;
  /// Kept open, so that the terminal's settings can be seen after the program ended.
  int own_end_ = -1;
  std::string screen_;
};

}  // namespace mintage::test
