/// @file
/// Resource use of a process and a machine, from /proc. Parsing is separate from reading.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/harness/histogram.hpp"

namespace mintage::bench {

/// CPU time and context switches since the start of a process; current memory.
struct process_use {
  nanoseconds user{0};
  nanoseconds system{0};
  std::uint64_t voluntary_switches = 0;
  std::uint64_t forced_switches = 0;
  std::uint64_t resident_kib = 0;
  std::uint64_t peak_resident_kib = 0;

  [[nodiscard]] nanoseconds cpu() const noexcept { return user + system; }
};
/// What was used from `begin` to `end`; memory as of `end`.
[[nodiscard]] process_use operator-(const process_use& end, const process_use& begin) noexcept;

/// User and system time of /proc/PID/stat. @param text may hold any command name.
/// @returns nothing when it has too few fields.
[[nodiscard]] std::optional<process_use> parse_stat(std::string_view text,
                                                    std::int64_t ticks_per_second);
/// The number after `name:` in /proc/PID/status or /proc/meminfo; 0 when absent.
[[nodiscard]] std::uint64_t status_number(std::string_view text, std::string_view name);

/// @returns nothing when there is no such process or its /proc cannot be read.
[[nodiscard]] std::optional<process_use> read_process(pid_t pid);
/// CPU time of the calling thread.
[[nodiscard]] process_use read_this_thread();

/// The machine that a run was measured on.
struct machine {
  std::string cpu;
  unsigned cores = 0;
  std::string kernel;
  std::uint64_t memory_mib = 0;
  /// Load average of the minute before the run.
  double load = 0;
};
[[nodiscard]] machine read_machine();

}  // namespace mintage::bench
