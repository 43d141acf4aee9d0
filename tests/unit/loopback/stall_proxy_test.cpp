#include "loopback/stall_proxy.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "loopback/tcp_socket.hpp"
#include "tests/support/eventually.hpp"

namespace mintage::loopback {
namespace {

using namespace std::chrono_literals;
using mode = stall_proxy::mode;
using steady = std::chrono::steady_clock;
using test::eventually;

/// Answers each octet with the same one, until the other side ends.
class echo_server {
 public:
  echo_server() {
    auto where = sockaddr_in{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto size = socklen_t{sizeof where};
    auto* address = reinterpret_cast<sockaddr*>(&where);
    if (::bind(listener_, address, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, address, &size) != 0) {
      throw std::runtime_error{"no listener"};
    }
    port_ = ntohs(where.sin_port);
    acceptor_ = std::jthread{[this] { accept_all(); }};
  }
  ~echo_server() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& each : workers_) each.join();
    ::close(listener_);
  }
  echo_server(const echo_server&) = delete;
  echo_server& operator=(const echo_server&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t received() const { return received_; }

 private:
  void accept_all() {
    for (;;) {
      const auto fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      workers_.emplace_back([this, fd] { echo(fd); });
    }
  }
  void echo(int fd) {
    auto buffer = std::array<char, 4096>{};
    for (;;) {
      const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      received_ += static_cast<std::size_t>(got);
      if (::send(fd, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) break;
    }
    ::close(fd);
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> received_ = 0;
  std::vector<std::jthread> workers_;
  std::jthread acceptor_;
};

class client {
 public:
  explicit client(const stall_proxy& proxy, std::chrono::milliseconds patience = 30s)
      : socket_{proxy.port(), patience} {}
  void send(const std::string& text) {
    ASSERT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  void end() { ::shutdown(socket_.get(), SHUT_WR); }
  /// What comes within the patience, `size` octets at most; less at the end of the connection.
  std::string receive(std::size_t size) {
    auto out = std::string(size, '\0');
    const auto got = ::recv(socket_.get(), out.data(), size, MSG_WAITALL);
    error_ = got < 0 ? errno : 0;
    out.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return out;
  }
  [[nodiscard]] int error() const { return error_; }

 private:
  tcp_socket socket_;
  int error_ = 0;
};

TEST(stall_proxy, forwards_both_ways_and_hands_the_end_on) {
  auto server = echo_server{};
  auto proxy = stall_proxy{server.port()};
  auto one = client{proxy};
  const auto text = std::string(300'000, 'x');
  auto writer = std::jthread{[&] { one.send(text); }};
  EXPECT_EQ(one.receive(text.size()), text);
  one.end();
  EXPECT_EQ(one.receive(1), "");
  EXPECT_EQ(one.error(), 0);
  eventually([&] { return proxy.open() == 0; });
}

TEST(stall_proxy, serves_many_connections) {
  auto server = echo_server{};
  auto proxy = stall_proxy{server.port()};
  auto all = std::vector<client>{};
  for (auto i = 0; i < 32; ++i) all.emplace_back(proxy).send(std::to_string(i));
  for (auto i = 0; i < 32; ++i) {
    const auto wanted = std::to_string(i);
    EXPECT_EQ(all[static_cast<std::size_t>(i)].receive(wanted.size()), wanted);
  }
  EXPECT_EQ(proxy.open(), 32U);
  EXPECT_EQ(proxy.accepted(), 32U);
}

TEST(stall_proxy, delays_requests) {
  auto server = echo_server{};
  auto proxy = stall_proxy{server.port()};
  auto one = client{proxy};
  proxy.set(mode::pass, 100ms);
  const auto begin = steady::now();
  one.send("a");
  EXPECT_EQ(one.receive(1), "a");
  EXPECT_GE(steady::now() - begin, 100ms);
  proxy.set(mode::pass, 1h);
  one.send("b");
  proxy.set(mode::pass);
  EXPECT_EQ(one.receive(1), "b");
}

TEST(stall_proxy, keeps_answers_back_when_it_is_mute) {
  auto server = echo_server{};
  auto proxy = stall_proxy{server.port()};
  auto one = client{proxy, 100ms};
  proxy.set(mode::mute);
  one.send("a");
  eventually([&] { return server.received() == 1; });
  EXPECT_EQ(one.receive(1), "");
  proxy.set(mode::pass);
  eventually([&] { return one.receive(1) == "a"; });
}

TEST(stall_proxy, forwards_nothing_when_it_stalls_and_all_afterwards) {
  auto server = echo_server{};
  auto proxy = stall_proxy{server.port()};
  auto before = client{proxy, 100ms};
  before.send("a");
  eventually([&] { return before.receive(1) == "a"; });
  proxy.set(mode::stall);
  auto during = client{proxy, 100ms};
  before.send("b");
  during.send("c");
  EXPECT_EQ(before.receive(1), "");
  EXPECT_EQ(during.receive(1), "");
  EXPECT_EQ(server.received(), 1U);
  proxy.set(mode::pass);
  eventually([&] { return before.receive(1) == "b"; });
  eventually([&] { return during.receive(1) == "c"; });
}

TEST(stall_proxy, resets_all_and_accepts_again_afterwards) {
  auto server = echo_server{};
  auto proxy = stall_proxy{server.port()};
  auto before = client{proxy};
  before.send("a");
  EXPECT_EQ(before.receive(1), "a");
  proxy.set(mode::reset);
  EXPECT_EQ(proxy.open(), 0U);
  EXPECT_EQ(before.receive(1), "");
  EXPECT_EQ(before.error(), ECONNRESET);
  auto during = client{proxy};
  EXPECT_EQ(during.receive(1), "");
  EXPECT_EQ(during.error(), ECONNRESET);
  proxy.set(mode::pass);
  auto after = client{proxy};
  after.send("b");
  EXPECT_EQ(after.receive(1), "b");
}

TEST(stall_proxy, resets_a_client_whose_server_is_not_there) {
  auto proxy = [] {
    auto server = echo_server{};
    return std::make_unique<stall_proxy>(server.port());
  }();
  auto one = client{*proxy};
  EXPECT_EQ(one.receive(1), "");
  EXPECT_EQ(one.error(), ECONNRESET);
}

}  // namespace
}  // namespace mintage::loopback
