/// @file
/// Runs the program on a pseudo-terminal.
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
  /// Kills the process if it still runs, and reaps it.
  ~terminal_process();
  terminal_process(const terminal_process&) = delete;
  terminal_process& operator=(const terminal_process&) = delete;

  /// Reads until the screen, a second prompt included, contains `text` `times` times.
  /// @throws std::runtime_error after a minute, or at the end of the program.
  void await(std::string_view text, int times = 1);
  /// The same for what is not on the screen yet.
  void await_anew(std::string_view text);
  void type(std::string_view keys);
  /// Makes the window another size; the program is told by SIGWINCH.
  void resize(unsigned short columns, unsigned short rows);
  void signal(int number) const noexcept;
  [[nodiscard]] bool echoes() const;
  /// The command line of the running program, which other users of the machine can read.
  [[nodiscard]] std::string command_line() const;
  /// @returns the exit code, or 128 + the number of the signal that ended it.
  [[nodiscard]] int wait();
  /// Everything written to the terminal so far.
  [[nodiscard]] const std::string& screen() const noexcept { return screen_; }

 private:
  bool read_more();

  pid_t pid_ = -1;
  int keyboard_ = -1;
  /// Kept open, so that the terminal's settings can be read after the program has ended.
  int own_end_ = -1;
  std::string screen_;
};

}  // namespace mintage::test
