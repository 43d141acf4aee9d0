#include "app/cli/screen.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace mintage::app {
namespace {

volatile std::sig_atomic_t is_left = 0;

void note(int signal) {
  if (signal != SIGWINCH) is_left = 1;
}

constexpr auto noted = std::to_array({SIGINT, SIGTERM, SIGHUP, SIGWINCH});

void write_out(std::string_view text) {
  std::cout << text << std::flush;
}

std::string_view environment_of(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool screen::is_possible() noexcept {
  const auto kind = environment_of("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDIN_FILENO) == 1 && !kind.empty() &&
         kind != "dumb";
}

screen::screen() {
  is_left = 0;
  struct sigaction act {};
  act.sa_handler = note;
  for (const auto s : noted) ::sigaction(s, &act, nullptr);
  has_keys_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
  if (has_keys_) {
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    silent.c_cc[VSUSP] = _POSIX_VDISABLE;  // a stopped program would leave the terminal like this
    ::tcsetattr(STDIN_FILENO, TCSANOW, &silent);
  }
  write_out("\x1b[?1049h\x1b[?25l");  // the other screen, without a cursor
}

screen::~screen() {
  write_out("\x1b[?25h\x1b[?1049l");
  if (has_keys_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  struct sigaction act {};
  act.sa_handler = SIG_DFL;
  for (const auto s : noted) ::sigaction(s, &act, nullptr);
}

frame_size screen::size() const noexcept {
  auto now = winsize{};
  auto out = frame_size{80, 24, environment_of("NO_COLOR").empty()};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) != 0 || now.ws_col == 0 || now.ws_row == 0)
    return out;
  out.columns = now.ws_col;
  out.rows = now.ws_row;
  return out;
}

void screen::show(const std::vector<std::string>& lines) {
  // Each line is erased behind its text, and the screen below the last one: nothing flickers.
  auto text = std::string{"\x1b[H"};
  for (auto i = std::size_t{0}; i < lines.size(); ++i)
    (text += i == 0 ? "" : "\r\n").append(lines[i]).append("\x1b[K");
  write_out(text + "\x1b[J");
}

bool screen::wait(std::chrono::milliseconds t) {
  if (is_left != 0) return false;
  auto keys = pollfd{STDIN_FILENO, POLLIN, 0};
  if (::poll(&keys, 1, static_cast<int>(t.count())) != 1) return is_left == 0;
  auto pressed = char{};
  // The terminal may be gone.
  return ::read(STDIN_FILENO, &pressed, 1) == 1 && pressed != 'q' && pressed != 'Q';
}

}  // namespace mintage::app
