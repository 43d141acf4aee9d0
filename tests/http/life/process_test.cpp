// Process limits that the server sets, and its messages to the service manager.
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <optional>
#include <sstream>
#include <string>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::chrono_literals;
using std::filesystem::path;

std::string log_name() {
  return "process.log";
}

/// A server with given limits and additional environment.
class limited {
 public:
  explicit limited(loopback::child_options options, const settings& more = {}) : server_{more} {
    child_.emplace(mintage_command({"serve", "--config", server_.config_file().string()}),
                   server_.file(log_name()), std::move(options));
  }
  [[nodiscard]] std::string log() const { return read_file(server_.file(log_name())); }
  [[nodiscard]] child_process& child() { return *child_; }
  void await_ready() {
    static_cast<void>(loopback::await_ready(*child_, server_.file(log_name())));
  }
  /// The line of a file under /proc that begins with `begin`.
  [[nodiscard]] std::string proc_line(const char* name, const std::string& begin) const {
    auto text = std::istringstream{read_file(path{"/proc"} / std::to_string(child_->pid()) / name)};
    for (auto line = std::string{}; std::getline(text, line);) {
      if (line.starts_with(begin)) return line;
    }
    return {};
  }

 private:
  server_process server_;
  std::optional<child_process> child_;
};

TEST(the_limit_of_open_files, is_raised_to_the_hard_one) {
  auto s =
      limited{{.open_files_soft = 64, .open_files_hard = 3000}, {{"http.max_connections", "1500"}}};
  s.await_ready();
  auto words = std::istringstream{s.proc_line("limits", "Max open files").substr(14)};
  auto soft = 0;
  auto hard = 0;
  words >> soft >> hard;
  EXPECT_EQ(soft, 3000);
  EXPECT_EQ(hard, 3000);
}

TEST(the_limit_of_open_files, must_fit_connections_and_database) {
  auto s = limited{{.open_files_soft = 1024, .open_files_hard = 1024},
                   {{"http.max_connections", "1000"}, {"http.io_threads", "1"}}};
  EXPECT_EQ(s.child().wait(60s), std::optional{1});
  for (const auto* word : {"1024", "2220", "1000 for http.max_connections", "256 for admin",
                           "512 for the database", "452 to spare", "LimitNOFILE"}) {
    EXPECT_NE(s.log().find(word), std::string::npos) << word << " in " << s.log();
  }
  EXPECT_EQ(s.child().read_line(0ms), std::nullopt);
}

TEST(the_limit_of_open_files, may_be_exactly_what_is_needed) {
  const auto settings_ = settings{{"http.max_connections", "1000"}, {"http.io_threads", "1"}};
  auto enough = limited{{.open_files_soft = 2220, .open_files_hard = 2220}, settings_};
  enough.await_ready();
  auto scarce = limited{{.open_files_soft = 2219, .open_files_hard = 2219}, settings_};
  EXPECT_EQ(scarce.child().wait(60s), std::optional{1});
}

TEST(the_memory_of_the_server, is_not_dumped_and_the_seal_key_stays_in_it) {
  auto s = limited{{}};
  s.await_ready();
  auto words = std::istringstream{s.proc_line("limits", "Max core file size").substr(18)};
  auto soft = -1;
  auto hard = -1;
  words >> soft >> hard;
  EXPECT_EQ(soft, 0);
  EXPECT_EQ(hard, 0);
  EXPECT_EQ(s.proc_line("status", "VmLck:").find(" 0 kB"), std::string::npos)
      << s.proc_line("status", "VmLck:");
}

/// A socket in the place of the service manager's.
class manager_socket {
 public:
  explicit manager_socket(const std::string& name) : name_{name} {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    auto at = sockaddr_un{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, name.data(), name.size());
    if (name.front() == '@') at.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), size), 0);
  }
  ~manager_socket() { ::close(socket_); }
  manager_socket(const manager_socket&) = delete;
  manager_socket& operator=(const manager_socket&) = delete;

  [[nodiscard]] std::string variable() const { return "NOTIFY_SOCKET=" + name_; }
  /// The next message; empty after a minute.
  [[nodiscard]] std::string receive() const {
    auto waiting = pollfd{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, 60'000) != 1) return {};
    auto text = std::array<char, 4096>{};
    const auto size = ::recv(socket_, text.data(), text.size(), 0);
    return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  std::string name_;
  int socket_;
};

void expect_life(const manager_socket& manager) {
  auto s = limited{{.environment = {manager.variable(), "WATCHDOG_USEC=400000"}}};
  EXPECT_TRUE(manager.receive().starts_with("READY=1\n"));
  s.await_ready();
  EXPECT_EQ(manager.receive(), "WATCHDOG=1");
  EXPECT_EQ(manager.receive(), "WATCHDOG=1");
  s.child().signal(SIGHUP);
  EXPECT_EQ(manager.receive(), "WATCHDOG=1");
  s.child().signal(SIGTERM);
  auto last = manager.receive();
  while (last == "WATCHDOG=1") last = manager.receive();
  EXPECT_TRUE(last.starts_with("STOPPING=1\n")) << last;
  EXPECT_EQ(s.child().wait(20s), std::optional{0});
}

TEST(the_service_manager, is_told_of_start_life_and_stop) {
  const auto folder = temporary_folder{};
  expect_life(manager_socket{(folder.path() / "notify").string()});
}

TEST(the_service_manager, may_have_an_abstract_socket) {
  expect_life(manager_socket{"@mintage-test-" + std::to_string(::getpid())});
}

TEST(the_service_manager, is_asked_for_the_time_of_a_delay) {
  const auto folder = temporary_folder{};
  const auto manager = manager_socket{(folder.path() / "notify").string()};
  auto s =
      limited{{.environment = {manager.variable()}}, {{"shutdown.delay", toml_string("300ms")}}};
  EXPECT_TRUE(manager.receive().starts_with("READY=1\n"));
  s.await_ready();
  s.child().signal(SIGTERM);
  EXPECT_TRUE(manager.receive().starts_with("STOPPING=1\n"));
  EXPECT_TRUE(manager.receive().starts_with("EXTEND_TIMEOUT_USEC=16000000\n"));  // 1 + 10 + 5 s
  EXPECT_EQ(s.child().wait(20s), std::optional{0});
}

TEST(the_service_manager, needs_no_watchdog_and_need_not_be_there) {
  const auto folder = temporary_folder{};
  auto s = limited{{.environment = {"NOTIFY_SOCKET=" + (folder.path() / "none").string()}}};
  s.await_ready();
  s.child().signal(SIGTERM);
  EXPECT_EQ(s.child().wait(20s), std::optional{0});
}

}  // namespace

}  // namespace mintage::test
