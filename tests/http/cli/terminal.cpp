#include "tests/http/cli/terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <array>
#include <stdexcept>

#include "tests/support/server_process.hpp"

namespace mintage::test {

terminal_process::terminal_process(const std::vector<std::string>& arguments) {
  if (::openpty(&keyboard_, &own_end_, nullptr, nullptr, nullptr) != 0) {
    throw std::runtime_error{"no pseudo-terminal"};
  }
  auto texts = arguments;
  texts.insert(texts.begin(), MINTAGE_PROGRAM);
  auto argv = std::vector<char*>{};
  for (auto& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error{"fork failed"};
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(keyboard_);
    ::login_tty(own_end_);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
}

terminal_process::~terminal_process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(keyboard_);
  ::close(own_end_);
}

bool terminal_process::read_more() {
  auto waiting = pollfd{keyboard_, POLLIN, 0};
  auto piece = std::array<char, 4096>{};
  if (::poll(&waiting, 1, 60'000) != 1) return false;
  const auto got = ::read(keyboard_, piece.data(), piece.size());
  if (got > 0) screen_.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0;
}

void terminal_process::await(std::string_view text, int times) {
  const auto is_there = [&] {
    auto count = 0;
    for (auto at = screen_.find(text); at != std::string::npos; at = screen_.find(text, at + 1)) {
      ++count;
    }
    return count >= times;
  };
  while (!is_there()) {
    if (!read_more()) throw std::runtime_error{"never appeared: " + std::string{text}};
  }
}

void terminal_process::await_anew(std::string_view text) {
  const auto seen = screen_.size();
  while (screen_.find(text, seen) == std::string::npos)
    if (!read_more()) throw std::runtime_error{"never appeared: " + std::string{text}};
}

void terminal_process::type(std::string_view keys) {
  if (::write(keyboard_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::runtime_error{"the terminal takes no keys"};
  }
}

void terminal_process::resize(unsigned short columns, unsigned short rows) {
  const auto now = winsize{rows, columns, 0, 0};
  if (::ioctl(keyboard_, TIOCSWINSZ, &now) != 0) throw std::runtime_error{"no such size"};
}

void terminal_process::signal(int number) const noexcept {
  ::kill(pid_, number);
}

bool terminal_process::echoes() const {
  auto now = termios{};
  ::tcgetattr(own_end_, &now);
  return (now.c_lflag & ECHO) != 0;
}

std::string terminal_process::command_line() const {
  return read_file("/proc/" + std::to_string(pid_) + "/cmdline");
}

int terminal_process::wait() {
  auto status = 0;
  // The program may wait for its screen to be read; the screen has no end while we hold it open.
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    auto waiting = pollfd{keyboard_, POLLIN, 0};
    if (::poll(&waiting, 1, 20) == 1) (void)read_more();
  }
  pid_ = -1;
  auto waiting = pollfd{keyboard_, POLLIN, 0};
  while (::poll(&waiting, 1, 0) == 1 && read_more()) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace mintage::test
