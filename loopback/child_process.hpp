/// @file
/// Child processes, and temporary folders for them.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loopback/cores.hpp"

namespace mintage::loopback {

/// A new folder. The destructor removes it with all its content.
class temporary_folder {
 public:
  /// @param place its parent; empty = the system's temporary folder.
  explicit temporary_folder(std::filesystem::path place = {});
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// @returns the content; empty when it is not a regular file.
[[nodiscard]] std::string read_file(const std::filesystem::path& file);
/// @throws std::runtime_error naming the file.
void write_file(const std::filesystem::path& file, std::string_view text);

/// Options of a child process.
struct child_options {
  /// The cores that it may use; empty = those of the calling thread.
  cores on{};
  /// The soft and hard limit of its open files; 0 = those of this process.
  rlim_t open_files_soft = 0;
  rlim_t open_files_hard = 0;
  /// NAME=VALUE, in addition to the environment of this process.
  std::vector<std::string> environment{};
  /// Time between SIGTERM and SIGKILL when its object is destroyed. Zero = SIGKILL at once.
  std::chrono::milliseconds patience{0};
};

/// A running program, started on construction. It ends with this object, or with the thread that
/// started it. Signals no other process. Not thread-safe.
class child_process {
 public:
  /// @param command the program, found by PATH when it names no folder, and its arguments. The exit
  ///        code is 127 when it does not exist.
  /// @param log its standard error is appended to this file.
  /// @throws std::runtime_error when no process can be created.
  child_process(std::vector<std::string> command, const std::filesystem::path& log,
                child_options options = {});
  /// Ends the process, if it still runs, and reaps it.
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  void signal(int number) noexcept;
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// CPU time that it has used, in user mode and in the kernel.
  [[nodiscard]] std::chrono::milliseconds cpu_time() const;
  /// @returns the exit code, 128 + the number of the signal that ended it, or nothing when it still
  ///          runs after `limit`.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds limit);
  /// The next line of standard output, without its end. Nothing at the end of the output or after
  /// `limit`.
  [[nodiscard]] std::optional<std::string> read_line(std::chrono::milliseconds limit);
  /// Kills the process if it still runs, and reaps it. @returns all its standard output.
  std::string finish();

 private:
  bool read_some();
  void reap() noexcept;

  child_options options_;
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffer_;
  std::string all_;
  std::optional<int> code_;
};

}  // namespace mintage::loopback
