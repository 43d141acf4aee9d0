/// @file
/// Limits and protections of the server's own process, set before it holds a secret or a file.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace mintage::app {

/// The kernel allows less than the config needs. `what()` is one sentence with the numbers.
class limit_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Excludes the memory of this process, which holds keys, from core dumps and from debuggers of the
/// same user (PR_SET_DUMPABLE 0, core limit 0). With AddressSanitizer, whose leak check is such a
/// debugger, only the core limit is set.
void keep_memory_private() noexcept;

/// Numbers of files that may be open at once.
struct file_needs {
  std::size_t connections = 0;  ///< http.max_connections
  std::size_t admin_connections = 0;
  std::size_t database = 0;
  std::size_t spare = 0;  ///< log, audit stream, listeners, I/O threads

  [[nodiscard]] std::size_t sum() const noexcept {
    return connections + admin_connections + database + spare;
  }
};

/// Raises the soft limit of open files to the hard one. @returns the limit that holds now.
std::size_t raise_open_files() noexcept;
/// @throws limit_error when `needs` are more than `limit`.
void check_open_files(const file_needs& needs, std::size_t limit);

}  // namespace mintage::app
