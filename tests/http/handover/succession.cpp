#include "tests/http/handover/succession.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace mintage::test {

using namespace std::chrono_literals;

kept_socket::kept_socket() {
  // Above the numbers that the shell of `begin` copies it to.
  const auto made = ::socket(AF_INET, SOCK_STREAM, 0);
  descriptor_ = ::fcntl(made, F_DUPFD, 10);
  ::close(made);
  const auto on = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto at = sockaddr_in{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
      ::listen(descriptor_, 1024) != 0)
    throw std::runtime_error{"no socket of loopback"};
  auto size = socklen_t{sizeof at};
  ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size);
  port_ = ntohs(at.sin_port);
}

kept_socket::~kept_socket() {
  ::close(descriptor_);
}

std::string program_of_this_build() {
  return MINTAGE_PROGRAM;
}

bool takes_sockets(const std::string& program) {
  if (program == program_of_this_build()) return true;
  const auto config = server_process{};
  auto child = child_process{{program, "check", "--config", config.config_file().string()},
                             config.file("checked")};
  while (const auto line = child.read_line(20s)) {
    if (*line == "[shutdown]") return true;
  }
  return false;
}

namespace {

settings with_ports(settings all, std::uint16_t port, std::uint16_t admin_port,
                    bool is_handed_over) {
  // A handed socket is found by its name; the port of the config may be any.
  const auto at = [&](std::uint16_t n) {
    return toml_string("127.0.0.1:" + std::to_string(is_handed_over ? 0 : n));
  };
  all.emplace("http.listen", at(port));
  all.emplace("admin.listen", at(admin_port));
  return all;
}

}  // namespace

succession::succession(const settings& overrides, bool keeps_sockets)
    : http_{std::make_unique<kept_socket>()},
      admin_{std::make_unique<kept_socket>()},
      port_{http_->port()},
      admin_port_{admin_->port()},
      files_{with_ports(overrides, port_, admin_port_, keeps_sockets)} {
  if (keeps_sockets) return;
  http_.reset();
  admin_.reset();
}

succession::~succession() {
  current_.reset();
}

std::unique_ptr<child_process> succession::begin(const std::string& program) {
  auto command =
      std::vector<std::string>{program, "serve", "--config", files_.config_file().string()};
  if (keeps_sockets()) {
    // What a service manager does between fork and exec. The shell keeps its process id.
    const auto script = "exec 3<&" + std::to_string(http_->descriptor()) + " 4<&" +
                        std::to_string(admin_->descriptor()) +
                        "; export LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=http:admin;"
                        " exec \"$@\"";
    command.insert(command.begin(), {"bash", "-c", script, "bash"});
  }
  return std::make_unique<child_process>(command, files_.file("log"));
}

void succession::start(const std::string& program) {
  current_ = begin(program);
  const auto ports = loopback::await_ready(*current_, files_.file("log"));
  EXPECT_EQ(ports.http, port_);
  EXPECT_EQ(ports.admin, admin_port_);
}

int succession::stop() {
  current_->signal(SIGTERM);
  const auto code = current_->wait(80s);
  if (!code) throw std::runtime_error{"the server did not stop\n" + log()};
  return *code;
}

void succession::replace_by(const std::string& program) {
  EXPECT_EQ(stop(), 0) << log();
  start(program);
}

}  // namespace mintage::test
