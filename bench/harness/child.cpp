#include "bench/harness/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <thread>

namespace mintage::bench {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

temporary_folder::temporary_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "mintage-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
  path_ = pattern;
}

temporary_folder::~temporary_folder() {
  auto ignored = std::error_code{};
  std::filesystem::remove_all(path_, ignored);
}

namespace {

/// The child's side of fork: only calls that are safe there.
[[noreturn]] void become(const std::vector<char*>& argv, int output, const char* log,
                         const cpu_set_t* on) {
  if (on != nullptr && ::sched_setaffinity(0, sizeof *on, on) != 0) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(output, 1);
  ::dup2(::open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), 2);
  ::execv(argv.front(), argv.data());
  ::_exit(127);
}

}  // namespace

child::child(std::vector<std::string> command, const std::filesystem::path& log, const cores& on) {
  auto ends = std::array<int, 2>{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe failed"};
  auto argv = std::vector<char*>{};
  for (auto& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto set = as_set(on);
  pid_ = ::fork();
  if (pid_ == 0) become(argv, ends[1], log.c_str(), on.empty() ? nullptr : &set);
  ::close(ends[1]);
  output_ = ends[0];
  if (pid_ < 0) {
    ::close(output_);
    throw std::runtime_error{"fork failed"};
  }
}

child::~child() {
  ::kill(pid_, SIGTERM);
  auto gone = false;
  for (auto end = steady::now() + 10s; !gone && steady::now() < end;) {
    gone = ::waitpid(pid_, nullptr, WNOHANG) != 0;
    if (!gone) std::this_thread::sleep_for(5ms);
  }
  if (!gone) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(output_);
}

std::optional<std::string> child::read_line(std::chrono::milliseconds patience) {
  auto line = std::string{};
  for (const auto end = steady::now() + patience;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady::now());
    auto waiting = pollfd{output_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) != 1) return {};
    auto c = '\0';
    if (::read(output_, &c, 1) != 1) return {};
    if (c == '\n') return line;
    line += c;
  }
}

}  // namespace mintage::bench
