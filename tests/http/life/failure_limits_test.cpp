// The limit of failures from one source, and how the source is determined. (CAU-16, TOK-19)
#include <gtest/gtest.h>

#include "tests/support/test_clients.hpp"

namespace mintage::test {

namespace {

using namespace std::string_literals;

constexpr auto too_many = expected{429, "temporarily_unavailable", false, false};
const settings three_a_minute{{"http.failures_per_minute", "3"}};

token_call wrong(const party& who) {
  return client_credentials(who).basic(who.id, "wrong-secret-marker");
}

/// A PROXY header of version 2 for TCP over IPv4 from 192.0.2.`last`.
std::string proxy_header(char last) {
  return "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02"s + last + "\x7f\0\0\x01\x9c\x40\x01\xbb"s;
}

/// The same over IPv6 from 2001:db8:0:`network`::`host`.
std::string proxy_header_of_ipv6(char network, char host) {
  const auto address = [](char n, char h) {
    return "\x20\x01\x0d\xb8\0\0\0"s + n + "\0\0\0\0\0\0\0"s + h;
  };
  return "\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24"s + address(network, host) + address(0, 1) +
         "\x9c\x40\x01\xbb"s;
}

http_answer behind_proxy(const stage& s, const std::string& header, const token_call& call) {
  auto wire = connection{s.server.port()};
  wire.send(header + call.render());
  return wire.receive();
}

http_answer behind_proxy(const stage& s, char last, const token_call& call) {
  return behind_proxy(s, proxy_header(last), call);
}

TEST(failure_limits, slow_a_source_down_and_never_a_right_secret) {
  auto s = stage{three_a_minute};
  const auto other = make_party(s.admin);
  const auto call = wrong(s.c1);
  for (auto i = 0; i < 3; ++i) {
    check_answer(call.send_to(s.server.port()), call, invalid_client_401);
  }
  for (auto i = 0; i < 3; ++i) {
    const auto got = call.send_to(s.server.port());
    check_answer(got, call, too_many);
    EXPECT_FALSE(got.field("Retry-After").empty());
  }
  EXPECT_EQ(s.redeem(s.c1, s.mint(s.c1)).status, 200U);
  const auto neighbour = wrong(other);
  check_answer(neighbour.send_to(s.server.port()), neighbour, invalid_client_401);
}

TEST(failure_limits, know_the_source_behind_a_trusted_proxy_by_its_header) {
  auto s = stage{{{"http.failures_per_minute", "3"},
                  {"http.trusted_proxies", R"(["127.0.0.1"])"},
                  {"http.proxy_protocol", "true"}}};
  const auto call = wrong(s.c1);
  for (auto i = 0; i < 3; ++i) check_answer(behind_proxy(s, 7, call), call, invalid_client_401);
  check_answer(behind_proxy(s, 7, call), call, too_many);
  check_answer(behind_proxy(s, 8, call), call, invalid_client_401);

  auto without_header = connection{s.server.port()};
  without_header.send(call.render());
  EXPECT_TRUE(without_header.ends());
}

TEST(failure_limits, count_the_addresses_of_one_64_of_IPv6_together) {
  auto s = stage{{{"http.failures_per_minute", "3"},
                  {"http.trusted_proxies", R"(["127.0.0.1"])"},
                  {"http.proxy_protocol", "true"}}};
  const auto call = wrong(s.c1);
  for (auto host = char{1}; host <= 3; ++host)
    check_answer(behind_proxy(s, proxy_header_of_ipv6(1, host), call), call, invalid_client_401);
  check_answer(behind_proxy(s, proxy_header_of_ipv6(1, 4), call), call, too_many);
  check_answer(behind_proxy(s, proxy_header_of_ipv6(2, 4), call), call, invalid_client_401);
}

TEST(failure_limits, are_off_behind_a_proxy_that_tells_no_source) {
  auto s = stage{{{"http.failures_per_minute", "3"}, {"http.trusted_proxies", R"(["127.0.0.1"])"}}};
  const auto call = wrong(s.c1);
  for (auto i = 0; i < 8; ++i) {
    check_answer(call.send_to(s.server.port()), call, invalid_client_401);
  }
  auto with_header = connection{s.server.port()};
  with_header.send(proxy_header(7) + call.render());
  EXPECT_EQ(with_header.receive().status, 400U);
}

}  // namespace

}  // namespace mintage::test
