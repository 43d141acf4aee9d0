// The process limits of app/, and the check that all I/O threads make progress.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>

#include "app/process_limits.hpp"
#include "app/service_manager.hpp"
#include "loopback/thread_executor.hpp"

namespace mintage::app {
namespace {

TEST(keep_memory_private, ends_dumps_and_debuggers) {
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    keep_memory_private();
    auto core = rlimit{};
    ::getrlimit(RLIMIT_CORE, &core);
    ::_exit((core.rlim_max == 0 ? 0 : 1) + (::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 2));
  }
  auto status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
#if defined(__SANITIZE_ADDRESS__)
  EXPECT_EQ(WEXITSTATUS(status) & 1, 0);
#else
  EXPECT_EQ(WEXITSTATUS(status), 0);
#endif
}

TEST(check_open_files, counts_everything) {
  const auto needs =
      file_needs{.connections = 10, .admin_connections = 20, .database = 30, .spare = 40};
  EXPECT_NO_THROW(check_open_files(needs, 100));
  EXPECT_THROW(check_open_files(needs, 99), limit_error);
}

/// Waits until all tasks posted before have run.
void drain(loopback::thread_executor& thread) {
  thread.call([] { return true; });
}

TEST(progress_check, wants_a_sign_of_life_of_every_thread) {
  auto a = loopback::thread_executor{};
  auto b = loopback::thread_executor{};
  auto progress = progress_check{{&a, &b}};
  EXPECT_TRUE(progress.all_progressed());
  drain(a);
  drain(b);
  EXPECT_TRUE(progress.all_progressed());
  drain(a);
  drain(b);
  auto held = std::promise<void>{};
  b.post([until = held.get_future().share()] { until.wait(); });
  EXPECT_TRUE(progress.all_progressed());
  drain(a);
  EXPECT_FALSE(progress.all_progressed());
  EXPECT_FALSE(progress.all_progressed());
  held.set_value();
  drain(b);
  EXPECT_TRUE(progress.all_progressed());
}

}  // namespace
}  // namespace mintage::app
