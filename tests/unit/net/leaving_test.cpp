// How a server leaves, and the sockets that outlive it.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "net/handed_sockets.hpp"
#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class leaving : public server_test {
 protected:
  leaving() { settings.health_listen = "127.0.0.1:0"; }
  [[nodiscard]] unsigned health(const char* path) {
    auto p = peer{server_->health_port()};
    p.send(request("GET", path));
    return p.receive().status;
  }
};

TEST_F(leaving, tells_probes_and_serves_with_the_connection_closed_after_each_answer) {
  start();
  auto kept = connect();
  kept.send(token_request());
  EXPECT_FALSE(kept.receive().fields.contains("connection"));
  server_->leave();
  eventually([&] { return health("/readyz") == 503; });
  EXPECT_EQ(health("/livez"), 200U);
  EXPECT_EQ(ask(request("GET", "/healthz")).status, 503U);
  EXPECT_EQ(ask_admin(request("GET", "/readyz")).status, 503U);
  kept.send(token_request());
  const auto last = kept.receive();
  EXPECT_EQ(last.status, 200U);
  EXPECT_EQ(last.fields.at("connection"), "close");
  EXPECT_TRUE(kept.is_closed());
  const auto newcomer = ask(token_request());
  EXPECT_EQ(newcomer.status, 200U);
  EXPECT_EQ(newcomer.fields.at("connection"), "close");
}

TEST_F(leaving, answers_a_connection_whose_request_is_on_its_way) {
  settings.io_threads = 1;
  start();
  auto held = connect();
  service().how = fake_service::manner::held;
  held.send(token_request());
  eventually([&] { return service().held() == 1; });
  const auto begin = std::chrono::steady_clock::now();
  auto newcomer = connect();
  auto idle = connect();  // accepted after the newcomer
  idle.send(request("GET", "/healthz"));
  EXPECT_EQ(idle.receive().status, 200U);
  auto drainer = std::jthread{[&] { EXPECT_TRUE(server_->drain(20s)); }};
  EXPECT_TRUE(idle.is_closed());  // so the others know that the server stops
  newcomer.send(token_request());
  // It has a second; on a machine that is slower nothing can be said.
  const auto is_late = [&] { return std::chrono::steady_clock::now() - begin > 800ms; };
  eventually([&] { return service().held() == 2 || newcomer.is_reset() || is_late(); });
  const auto is_served = service().held() == 2;
  EXPECT_TRUE(is_served || is_late());
  service().release();
  if (is_served) {
    EXPECT_EQ(newcomer.receive().fields["connection"], "close");
  }
  EXPECT_EQ(held.receive().status, 200U);
}

TEST_F(leaving, does_not_wait_long_for_a_connection_that_sends_nothing) {
  start();
  auto silent = connect();
  eventually([&] { return health("/livez") == 200; });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(server_->drain(20s));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 8s);
  EXPECT_TRUE(silent.is_closed());
}

/// A listening socket of loopback on a free TCP port.
class bound_socket {
 public:
  bound_socket() : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    auto at = sockaddr_in{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(descriptor_, 64), 0);
    auto size = socklen_t{sizeof at};
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  ~bound_socket() { ::close(descriptor_); }
  bound_socket(const bound_socket&) = delete;
  bound_socket& operator=(const bound_socket&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// For a server, which closes it.
  [[nodiscard]] int copy() const { return ::dup(descriptor_); }

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

std::string refusal(handed_sockets all, std::string_view name, const std::string& address) {
  try {
    static_cast<void>(all.take(name, "http.listen", address));
    all.expect_none_left();
  } catch (const listen_error& e) {
    return e.what();
  }
  return {};
}

TEST(handed_sockets, are_found_by_name_and_by_address) {
  const auto a = bound_socket{};
  const auto b = bound_socket{};
  auto all = handed_sockets{{{a.descriptor(), "mintage.socket"}, {b.descriptor(), "http"}}};
  EXPECT_EQ(all.take("health", "health.listen", "127.0.0.1:0"), -1);  // any address has no address
  EXPECT_EQ(all.take("http", "http.listen", "127.0.0.1:0"), b.descriptor());
  EXPECT_EQ(all.take("admin", "admin.listen", a.address()), a.descriptor());
  EXPECT_EQ(all.take("admin", "admin.listen", a.address()), -1);
  all.expect_none_left();
}

TEST(handed_sockets, must_be_those_of_the_config) {
  const auto a = bound_socket{};
  const auto b = bound_socket{};
  const auto one = [&](const char* name) { return handed_sockets{{{a.descriptor(), name}}}; };
  EXPECT_EQ(refusal(one("http"), "http", a.address()), "");
  EXPECT_THAT(refusal(one("http"), "http", b.address()),
              HasSubstr(a.address() + " (\"http\") was handed over for http.listen"));
  EXPECT_THAT(refusal(one("http"), "http", "0.0.0.0:0"), HasSubstr("which is 0.0.0.0:0"));
  EXPECT_THAT(refusal(one("admin"), "http", a.address()), HasSubstr("no listener"));
  EXPECT_THAT(refusal(one("else"), "http", b.address()), HasSubstr("no listener"));
  EXPECT_THAT(refusal(handed_sockets{{{0x7fff, "http"}}}, "http", a.address()),
              HasSubstr("no TCP socket"));
}

TEST_F(leaving, lets_connections_wait_in_a_handed_socket_for_the_next_server) {
  const auto socket = bound_socket{};
  start({{socket.copy(), "http"}});
  EXPECT_EQ(server_->public_port(), socket.port());
  EXPECT_EQ(ask(token_request()).status, 200U);
  EXPECT_TRUE(server_->drain(20s));
  server_.reset();
  services_.clear();
  auto waiting = peer{socket.port()};  // nobody accepts
  waiting.send(token_request());
  start({{socket.copy(), "http"}});
  EXPECT_EQ(waiting.receive().status, 200U);
}

}  // namespace
}  // namespace mintage::net
