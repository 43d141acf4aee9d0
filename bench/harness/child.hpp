/// @file
/// A program started for a measurement, and the folder that it may write to.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/cores.hpp"

namespace mintage::bench {

/// A folder under the system's temporary one, removed with everything in it at the end.
class temporary_folder {
 public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Started at once; ends with this object at the latest, or with the thread that made it.
class child {
 public:
  /// @param command program and arguments. @param log where its standard error goes.
  /// @param on the cores that it may use; empty = those that this thread may use.
  child(std::vector<std::string> command, const std::filesystem::path& log, const cores& on = {});
  /// SIGTERM, ten seconds of patience, SIGKILL.
  ~child();
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  /// The next line of its standard output; nothing at its end or after `patience`.
  [[nodiscard]] std::optional<std::string> read_line(std::chrono::milliseconds patience);
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

}  // namespace mintage::bench
