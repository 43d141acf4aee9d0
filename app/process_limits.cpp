#include "app/process_limits.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <limits>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MINTAGE_LEAK_CHECK 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MINTAGE_LEAK_CHECK 1
#endif

namespace mintage::app {

void keep_memory_private() noexcept {
  const auto none = rlimit{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
#ifndef MINTAGE_LEAK_CHECK
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

std::size_t raise_open_files() noexcept {
  auto now = rlimit{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0) return std::numeric_limits<std::size_t>::max();
  const auto raised = rlimit{now.rlim_max, now.rlim_max};
  if (now.rlim_cur < now.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0) now = raised;
  return now.rlim_cur;
}

void check_open_files(const file_needs& needs, std::size_t limit) {
  if (needs.sum() <= limit) return;
  const auto text = [](std::size_t n) { return std::to_string(n); };
  throw limit_error{"the limit of open files is " + text(limit) + ", but " + text(needs.sum()) +
                    " are needed: " + text(needs.connections) + " for http.max_connections, " +
                    text(needs.admin_connections) + " for admin connections, " +
                    text(needs.database) + " for the database, " + text(needs.spare) +
                    " to spare; raise the hard limit (LimitNOFILE, ulimit -Hn) or lower "
                    "http.max_connections"};
}

}  // namespace mintage::app
