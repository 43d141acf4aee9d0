// Who gets a place at a listener that is full.

#include <ifaddrs.h>
#include <future>

#include "tests/unit/net/server_fixture.hpp"

namespace mintage::net {
namespace {

using namespace std::chrono_literals;

using manner = fake_service::manner;
using peers = std::vector<std::unique_ptr<peer>>;

/// A PROXY header of version 2 for TCP over IPv4 from 192.0.2.`last`.
std::string proxy_header_from(char last) {
  return std::string{"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02", 19} + last +
         std::string{"\xc0\0\x02\1\x30\x39\0\x50", 8};
}

/// An address of this machine that is not loopback, if it has one.
std::optional<in_addr> address_outside_loopback() {
  auto* all = static_cast<ifaddrs*>(nullptr);
  if (::getifaddrs(&all) != 0) return std::nullopt;
  auto found = std::optional<in_addr>{};
  for (const auto* i = all; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET) continue;
    const auto a = reinterpret_cast<const sockaddr_in*>(i->ifa_addr)->sin_addr;
    if (ntohl(a.s_addr) >> 24 != 127) found = a;
  }
  ::freeifaddrs(all);
  return found;
}

class connection_places : public server_test {
 protected:
  [[nodiscard]] peers many(std::size_t count, std::uint16_t port, std::string_view octets = {}) {
    auto all = peers{};
    for (auto n = std::size_t{0}; n < count; ++n) {
      all.push_back(std::make_unique<peer>(port));
      all.back()->send(octets);
    }
    return all;
  }
  void expect_served(peer& p) {
    p.send(token_request());
    EXPECT_EQ(p.receive().status, 200U);
    settle();
  }
  /// Waits until the connections that were answered count as idle: an answer arrives before its
  /// thread notes that. The first task runs when the handler that wrote it has ended, the second
  /// when what that handler began has ended.
  void settle() {
    for (auto round = 0; round < 2; ++round) {
      for (auto* io : server_->io_threads()) {
        auto done = std::promise<void>{};
        io->post([&] { done.set_value(); });
        done.get_future().wait();
      }
    }
  }
};

TEST_F(connection_places, the_longest_idle_one_goes_first) {
  settings.max_connections = 3;
  settings.io_threads = 2;
  start();
  auto all = many(3, server_->public_port());
  for (const auto& p : all) expect_served(*p);
  expect_served(*all[0]);
  auto fourth = connect();
  expect_served(fourth);
  EXPECT_TRUE(all[1]->is_closed());
  for (auto* p : {all[0].get(), all[2].get(), &fourth}) expect_served(*p);
}

TEST_F(connection_places, mute_ones_keep_nobody_out) {
  settings.max_connections = 8;
  start();
  const auto mute = many(8, server_->public_port());
  auto late = connect();
  expect_served(late);
  EXPECT_TRUE(mute[0]->is_closed());
  const auto more = many(7, server_->public_port());
  for (auto i = std::size_t{1}; i < mute.size(); ++i) EXPECT_TRUE(mute[i]->is_closed());
  expect_served(late);
}

TEST_F(connection_places, half_an_empty_line_is_no_request) {
  settings.max_connections = 3;
  settings.header_timeout = settings.idle_timeout = 1h;
  start();
  const auto half = many(3, server_->public_port(), "\r");
  auto late = connect();
  expect_served(late);
}

TEST_F(connection_places, one_that_never_spoke_has_as_long_as_a_header_section) {
  settings.header_timeout = 100ms;
  start();
  auto idle = connect();
  expect_served(idle);
  auto mute = connect();
  EXPECT_TRUE(mute.is_closed());
  expect_served(idle);
}

TEST_F(connection_places, a_request_under_way_keeps_its_place) {
  settings.max_connections = 1;
  start();
  service().how = manner::held;
  auto first = connect();
  first.send(token_request());
  eventually([&] { return service().held() == 1; });
  auto second = connect();
  second.send(token_request());
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(service().held(), 1U);
  EXPECT_FALSE(first.has_octets());
  service().release();
  EXPECT_EQ(first.receive().status, 200U);
  eventually([&] { return service().held() == 1; });
  service().release();
  EXPECT_EQ(second.receive().status, 200U);
}

TEST_F(connection_places, slow_requests_go_when_nothing_else_can) {
  settings.max_connections = 4;
  settings.header_timeout = settings.body_timeout = 1h;
  start();
  const auto heads = many(2, server_->public_port(), "POST /tok");
  const auto bodies = many(2, server_->public_port(),
                           "POST /token HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  auto late = connect();
  expect_served(late);
}

TEST_F(connection_places, idle_ones_of_the_admin_listener_keep_no_probe_out) {
  start();
  const auto mute = many(most_admin_connections, server_->admin_port());
  EXPECT_EQ(ask_admin(request("GET", "/livez")).status, 200U);
  EXPECT_EQ(ask_admin(request("GET", "/admin/clients", bearer(admin_token))).status, 200U);
}

TEST_F(connection_places, some_of_the_admin_listener_are_for_probes) {
  settings.body_timeout = 1h;
  start();
  const auto half = "POST /admin/codes HTTP/1.1\r\nHost: 127.0.0.1\r\n" + bearer(admin_token) +
                    "Content-Type: application/x-ndjson\r\nContent-Length: 100\r\n\r\n{";
  const auto streams =
      many(most_admin_connections - admin_connections_for_probes, server_->admin_port(), half);
  for (const auto* path : {"/livez", "/readyz", "/metrics"}) {
    EXPECT_EQ(ask_admin(request("GET", path)).status, 200U) << path;
  }
  const auto r = ask_admin(request("GET", "/admin/clients", bearer(admin_token)));
  EXPECT_EQ(r.status, 503U);
  EXPECT_EQ(r.fields.at("connection"), "close");
}

TEST_F(connection_places, one_source_has_so_many_and_no_more) {
  settings.max_connections_per_source = 2;
  settings.trusted_proxies = {"127.0.0.1"};
  settings.proxy_protocol = true;
  start();
  const auto first = many(2, server_->public_port(), proxy_header_from(1) + token_request());
  for (const auto& p : first) EXPECT_EQ(p->receive().status, 200U);
  auto third = connect();
  third.send(proxy_header_from(1) + token_request());
  const auto refused = third.receive();
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.fields.at("connection"), "close");
  EXPECT_EQ(service().last_reason(), "Too many connections of one source.");
  auto other = connect();
  other.send(proxy_header_from(2) + token_request());
  EXPECT_EQ(other.receive().status, 200U);
  first[0]->reset();
  eventually([&] {
    auto next = connect();
    next.send(proxy_header_from(1) + token_request());
    return next.receive().status == 200U;
  });
}

TEST_F(connection_places, other_limits_can_be_set_while_the_server_runs) {
  settings.max_connections_per_source = 0;
  settings.trusted_proxies = {"127.0.0.1"};
  settings.proxy_protocol = true;
  start();
  const auto of_one = proxy_header_from(1) + token_request();
  auto all = many(3, server_->public_port(), of_one);
  for (const auto& p : all) EXPECT_EQ(p->receive().status, 200U);
  settings.max_connections_per_source = 3;
  server_->change(settings, rules);
  auto fourth = connect();
  fourth.send(of_one);
  EXPECT_EQ(fourth.receive().status, 503U) << "those before were counted, too";
  settings.max_connections_per_source = 4;
  server_->change(settings, rules);
  auto next = connect();
  next.send(of_one);
  EXPECT_EQ(next.receive().status, 200U);
  for (const auto& p : all) p->reset();
}

TEST_F(connection_places, loopback_is_many_sources) {
  settings.max_connections_per_source = 1;
  start();
  const auto all = many(4, server_->public_port());
  for (const auto& p : all) expect_served(*p);
}

TEST_F(connection_places, who_speaks_plain_HTTP_and_must_not_is_told_so_TOK_02) {
  const auto address = address_outside_loopback();
  if (!address) GTEST_SKIP() << "this machine has no other address";
  settings.listen = "0.0.0.0:0";
  start();
  auto p = peer{*address, server_->public_port()};
  p.send(token_request());
  const auto r = p.receive();
  EXPECT_EQ(r.status, 403U);
  EXPECT_EQ(r.fields.at("connection"), "close");
  EXPECT_THAT(r.body, testing::HasSubstr("http.trusted_proxies"));
  EXPECT_TRUE(p.is_closed());
  EXPECT_EQ(service().submitted(), 0U);
  EXPECT_THAT(service().last_reason(), testing::HasSubstr("http.trusted_proxies"));
}

TEST_F(connection_places, a_proxy_is_told_what_is_wrong_with_its_header) {
  start();
  auto untrusted = connect();
  untrusted.send(proxy_header_from(1) + token_request());
  const auto r = untrusted.receive();
  EXPECT_EQ(r.status, 400U);
  EXPECT_THAT(r.body, testing::HasSubstr("http.proxy_protocol"));
}

}  // namespace
}  // namespace mintage::net
