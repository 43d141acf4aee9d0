#include "app/cli/secret_source.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "app/cli/command_error.hpp"
#include "app/private_files.hpp"

namespace mintage::app {
namespace {

constexpr auto endings = std::array{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
volatile std::sig_atomic_t ended_by = 0;

/// The terminal with echo off. A signal that would end the process interrupts the read instead, and
/// ends the process after the echo is restored.
class silent_terminal {
 public:
  silent_terminal() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) {
      throw command_error{"the terminal cannot be silenced"};
    }
    // Blocked except while a line is read, so that a signal just before the read is not missed.
    auto blocked = sigset_t{};
    ::sigemptyset(&blocked);
    for (const auto signal : endings) ::sigaddset(&blocked, signal);
    ::sigprocmask(SIG_BLOCK, &blocked, &mask_);
    struct sigaction note {};
    note.sa_handler = [](int signal) { ended_by = signal; };
    ended_by = 0;
    for (auto i = std::size_t{0}; i < endings.size(); ++i) {
      ::sigaction(endings[i], &note, &handlers_[i]);
    }
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL | ICANON;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  silent_terminal(const silent_terminal&) = delete;
  silent_terminal& operator=(const silent_terminal&) = delete;
  ~silent_terminal() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    for (auto i = std::size_t{0}; i < endings.size(); ++i) {
      ::sigaction(endings[i], &handlers_[i], nullptr);
    }
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
    if (ended_by != 0) std::raise(ended_by);
  }

  [[nodiscard]] crypto::secret_string ask(std::string_view prompt) const {
    std::cerr << prompt << std::flush;
    auto line = std::array<char, 4096>{};
    auto waiting = pollfd{STDIN_FILENO, POLLIN, 0};
    const auto size = ::ppoll(&waiting, 1, nullptr, &mask_) == 1
                          ? ::read(STDIN_FILENO, line.data(), line.size())
                          : ssize_t{-1};
    auto text = std::string{line.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    std::fill(line.begin(), line.end(), '\0');
    if (!text.ends_with('\n')) throw command_error{"no secret was entered"};
    text.pop_back();
    return crypto::secret_string{std::move(text)};
  }

 private:
  termios before_{};
  sigset_t mask_{};
  std::array<struct sigaction, endings.size()> handlers_{};
};

crypto::secret_string prompted_secret() {
  if (::isatty(STDIN_FILENO) == 0) {
    throw command_error{"--import needs a terminal, or --secret-file or --secret-env", exit_usage};
  }
  const auto terminal = silent_terminal{};
  auto secret = terminal.ask("Client secret: ");
  const auto again = terminal.ask("The same again: ");
  if (secret.reveal() != again.reveal()) throw command_error{"the two secrets are not the same"};
  return secret;
}

crypto::secret_string secret_of_environment(const std::string& name) {
  const auto* text = std::getenv(name.c_str());
  if (text == nullptr || *text == '\0') {
    throw command_error{"the environment variable " + name + " is not set", exit_usage};
  }
  return crypto::secret_string{text};
}

crypto::secret_string secret_of_file(const std::filesystem::path& path) {
  try {
    return read_private_file(path, {.root_reads_all = true});
  } catch (const file_error& e) {
    throw command_error{e.what()};
  }
}

}  // namespace

void add_secret_options(CLI::App& command, secret_options& o) {
  auto* asked =
      command.add_flag("--import", o.is_import,
                       "The secret was chosen elsewhere: ask for it on the terminal, without echo");
  auto* file = command.add_option("--secret-file", o.file, "Import the secret in this file")
                   ->type_name("FILE");
  auto* variable =
      command
          .add_option("--secret-env", o.variable, "Import the secret in this environment variable")
          ->type_name("NAME")
          ->excludes(file);
  command
      .add_option("--secret-hash-file", o.hash_file,
                  "Import the secret whose hash is in this file: bcrypt, PBKDF2 or argon2, as "
                  "another server stored it")
      ->type_name("FILE")
      ->excludes(asked)
      ->excludes(file)
      ->excludes(variable);
}

std::optional<crypto::secret_string> chosen_secret(const secret_options& o) {
  if (!o.file.empty()) return secret_of_file(o.file);
  if (!o.variable.empty()) return secret_of_environment(o.variable);
  if (o.is_import) return prompted_secret();
  return std::nullopt;
}

std::optional<crypto::secret_string> chosen_hash(const secret_options& o) {
  if (o.hash_file.empty()) return std::nullopt;
  return secret_of_file(o.hash_file);
}

}  // namespace mintage::app
