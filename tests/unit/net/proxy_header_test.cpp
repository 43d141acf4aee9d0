// The PROXY protocol, version 2. (CAU-16)

#include "net/proxy_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mintage::net {
namespace {

using namespace std::string_literals;
using outcome = proxy_header::outcome;

const auto signature = "\r\n\r\n\0\r\nQUIT\n"s;
/// 192.0.2.7:40000 → 198.51.100.1:443.
const auto ipv4 = "\xc0\x00\x02\x07\xc6\x33\x64\x01\x9c\x40\x01\xbb"s;
const auto ipv6_source = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x09";
const auto ipv6 = ipv6_source + std::string(16, '\1') + "\x9c\x40\x01\xbb"s;

std::string header(char command, char family, std::string_view rest) {
  auto out = signature + command + family;
  out += static_cast<char>(rest.size() >> 8);
  out += static_cast<char>(rest.size() & 0xff);
  return out.append(rest);
}

std::string text_of(const std::array<std::uint8_t, 16>& address) {
  return {address.begin(), address.end()};
}

TEST(proxy_header, refuses_what_is_no_header_or_has_another_meaning) {
  for (const auto& octets : {
           "GET / HTTP/1.1\r\n"s,
           "PROXY TCP4 192.0.2.7 198.51.100.1 40000 443\r\n"s,  // version 1
           "\x16\x03\x01"s,                                     // TLS
           "\r\n\r\n\r"s,
           header('\x11', '\x11', ipv4),
           header('\x31', '\x11', ipv4),
           header('\x22', '\x11', ipv4),
           header('\x21', '\x11', ipv4.substr(0, 11)),
           header('\x21', '\x21', ipv6.substr(0, 35)),
           header('\x21', '\x11', ""),
           header('\x21', '\x11', ipv4 + std::string(max_proxy_header, 'x')).substr(0, 16),
       }) {
    EXPECT_EQ(read_proxy_header(octets).how, outcome::broken) << testing::PrintToString(octets);
  }
}

TEST(proxy_header, takes_the_source_of_tcp_connections) {
  const auto v4 = read_proxy_header(header('\x21', '\x11', ipv4) + "POST");
  EXPECT_EQ(v4.how, outcome::complete);
  EXPECT_EQ(v4.size, 28U);
  ASSERT_TRUE(v4.source);
  EXPECT_EQ(text_of(*v4.source), std::string(10, '\0') + "\xff\xff\xc0\x00\x02\x07"s);
  const auto v6 = read_proxy_header(header('\x21', '\x21', ipv6));
  EXPECT_EQ(v6.size, 52U);
  ASSERT_TRUE(v6.source);
  EXPECT_EQ(text_of(*v6.source), ipv6_source);
}

TEST(proxy_header, skips_extensions_and_knows_no_source_of_anything_else) {
  EXPECT_EQ(read_proxy_header(header('\x21', '\x11', ipv4 + "\x04\x00\x01x"s)).size, 32U);
  for (const auto& octets : {
           header('\x20', '\x11', ipv4),  // LOCAL
           header('\x20', '\x00', ""), header('\x21', '\x00', ""),
           header('\x21', '\x12', ipv4),                   // UDP
           header('\x21', '\x31', std::string(216, 'x')),  // Unix
       }) {
    const auto got = read_proxy_header(octets);
    EXPECT_EQ(got.how, outcome::complete);
    EXPECT_EQ(got.size, octets.size());
    EXPECT_FALSE(got.source);
  }
}

TEST(proxy_header, waits_for_every_octet) {
  const auto whole = header('\x21', '\x21', ipv6);
  for (auto n = std::size_t{0}; n < whole.size(); ++n) {
    const auto got = read_proxy_header(whole.substr(0, n));
    EXPECT_EQ(got.how, outcome::need_more) << n;
    EXPECT_EQ(got.size, n < proxy_header_fixed ? 0U : whole.size()) << n;
  }
}

}  // namespace
}  // namespace mintage::net
