#include "loopback/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace mintage::loopback {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

temporary_folder::temporary_folder(std::filesystem::path place) {
  if (place.empty()) place = std::filesystem::temp_directory_path();
  auto pattern = (place / "mintage-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
  path_ = pattern;
}

temporary_folder::~temporary_folder() {
  auto ignored = std::error_code{};
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& file) {
  auto ignored = std::error_code{};
  if (!std::filesystem::is_regular_file(file, ignored)) return {};
  auto in = std::ifstream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  auto out = std::ofstream{file, std::ios::binary | std::ios::trunc};
  out << text;
  if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
}

namespace {

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// What the child needs after fork, prepared before it: only async-signal-safe calls happen there.
struct child_side {
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::optional<cpu_set_t> on;
  std::optional<rlimit> open_files;
  const char* log;
};

[[noreturn]] void become(const child_side& side, int output) {
  // The child ends with its parent, also when that crashes or is killed.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (side.on && ::sched_setaffinity(0, sizeof *side.on, &*side.on) != 0) ::_exit(126);
  if (side.open_files && ::setrlimit(RLIMIT_NOFILE, &*side.open_files) != 0) ::_exit(126);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(output, 1);
  ::dup2(::open(side.log, O_WRONLY | O_CREAT | O_APPEND, 0600), 2);
  ::execvpe(side.argv.front(), side.argv.data(), side.environment.data());
  ::_exit(127);
}

}  // namespace

child_process::child_process(std::vector<std::string> command, const std::filesystem::path& log,
                             child_options options)
    : options_{std::move(options)} {
  auto side = child_side{};
  for (auto& word : command) side.argv.push_back(word.data());
  side.argv.push_back(nullptr);
  for (auto& entry : options_.environment) side.environment.push_back(entry.data());
  for (auto** entry = environ; *entry != nullptr; ++entry) side.environment.push_back(*entry);
  side.environment.push_back(nullptr);
  if (!options_.on.empty()) side.on = as_set(options_.on);
  if (options_.open_files_hard != 0)
    side.open_files = rlimit{options_.open_files_soft, options_.open_files_hard};
  side.log = log.c_str();
  auto ends = std::array<int, 2>{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe failed"};
  pid_ = ::fork();
  if (pid_ == 0) become(side, ends[1]);
  ::close(ends[1]);
  output_ = ends[0];
  if (pid_ < 0) {
    ::close(output_);
    throw std::runtime_error{"fork failed"};
  }
}

child_process::~child_process() {
  if (options_.patience.count() != 0) {
    signal(SIGTERM);
    static_cast<void>(wait(options_.patience));
  }
  reap();
  ::close(output_);
}

void child_process::reap() noexcept {
  if (code_) return;
  ::kill(pid_, SIGKILL);
  auto status = 0;
  ::waitpid(pid_, &status, 0);
  code_ = exit_code(status);
}

// proc(5): the name in parentheses may contain anything; utime and stime are fields 14 and 15.
std::chrono::milliseconds child_process::cpu_time() const {
  const auto text = read_file("/proc/" + std::to_string(pid_) + "/stat");
  auto fields = std::istringstream{text.substr(text.rfind(')') + 1)};
  auto field = std::string{};
  for (auto i = 3; i < 14; ++i) fields >> field;
  auto user = 0L;
  auto system = 0L;
  fields >> user >> system;
  return std::chrono::milliseconds{(user + system) * 1000 / ::sysconf(_SC_CLK_TCK)};
}

void child_process::signal(int number) noexcept {
  if (!code_) ::kill(pid_, number);
}

std::optional<int> child_process::wait(std::chrono::milliseconds limit) {
  for (auto end = steady::now() + limit; !code_; std::this_thread::sleep_for(5ms)) {
    auto status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      code_ = exit_code(status);
    } else if (steady::now() > end) {
      break;
    }
  }
  return code_;
}

std::optional<std::string> child_process::read_line(std::chrono::milliseconds limit) {
  auto end = steady::now() + limit;
  auto found = buffer_.find('\n');
  while (found == std::string::npos) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady::now());
    auto waiting = pollfd{output_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) != 1) return {};
    if (!read_some()) return {};
    found = buffer_.find('\n');
  }
  auto line = buffer_.substr(0, found);
  buffer_.erase(0, found + 1);
  return line;
}

bool child_process::read_some() {
  auto piece = std::array<char, 4096>{};
  const auto got = ::read(output_, piece.data(), piece.size());
  if (got <= 0) return false;
  const auto text = std::string_view{piece.data(), static_cast<std::size_t>(got)};
  buffer_ += text;
  all_ += text;
  return true;
}

std::string child_process::finish() {
  reap();
  while (read_some()) {
  }
  return all_;
}

}  // namespace mintage::loopback
