// The scan of header sections: every violation of TOK-10 by its line, then what is accepted.

#include "net/http/framing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mintage::net {
namespace {

using outcome = head_scanner::outcome;

constexpr auto limit = std::size_t{1024};
const auto line = std::string{"POST /token HTTP/1.1\r\n"};
const auto host = std::string{"Host: h\r\n"};

struct refused_head {
  const char* rule;
  std::string octets;
  unsigned status;
};

TEST(head_scanner, refuses_what_could_be_read_in_two_ways_TOK_10) {
  const auto nul = std::string{"X: a\0b\r\n", 8};
  const auto table = std::vector<refused_head>{
      {"bare LF ends the request line", "POST / HTTP/1.1\nHost: h\r\n\r\n", 400},
      {"bare LF ends a field", line + "Host: h\n\r\n", 400},
      {"bare LF ends the section", line + host + "\n", 400},
      {"bare CR within a field", line + host + "X: a\rb\r\n\r\n", 400},
      {"bare CR before a line end", line + host + "X: a\r\r\n\r\n", 400},
      {"obs-fold with a space", line + host + "X: a\r\n b\r\n\r\n", 400},
      {"obs-fold with a tab", line + host + "X: a\r\n\tb\r\n\r\n", 400},
      {"space before the colon", line + "Host : h\r\n\r\n", 400},
      {"space before the first field", line + " Host: h\r\n\r\n", 400},
      {"no colon", line + host + "Xa\r\n\r\n", 400},
      {"no field name", line + host + ": a\r\n\r\n", 400},
      {"NUL in a value", line + host + nul + "\r\n", 400},
      {"control octet in a value", line + host + "X: \x01\r\n\r\n", 400},
      {"DEL in a value", line + host + "X: \x7f\r\n\r\n", 400},
      {"control octet in a name", line + host + "X\x01: a\r\n\r\n", 400},
      {"Host missing (NEG-024)", line + "X: a\r\n\r\n", 400},
      {"Host empty", line + "Host: \r\n\r\n", 400},
      {"Host repeated", line + host + host + "\r\n", 400},
      {"Host repeated in 1.0", "GET / HTTP/1.0\r\n" + host + host + "\r\n", 400},
      {"Host is a list", line + "Host: a, b\r\n\r\n", 400},
      {"Host holds a path", line + "Host: a/b\r\n\r\n", 400},
      {"two lengths (NEG-016)", line + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
       400},
      {"the same length twice", line + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
       400},
      {"a list of lengths", line + host + "Content-Length: 1, 1\r\n\r\n", 400},
      {"signed length", line + host + "Content-Length: +1\r\n\r\n", 400},
      {"negative length", line + host + "Content-Length: -1\r\n\r\n", 400},
      {"empty length", line + host + "Content-Length:\r\n\r\n", 400},
      {"hexadecimal length", line + host + "Content-Length: 0x1\r\n\r\n", 400},
      {"length and coding (NEG-015)",
       line + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"length and unknown coding",
       line + host + "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\n", 400},
      {"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"gzip, chunked (NEG-017)", line + host + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"chunked, gzip", line + host + "Transfer-Encoding: chunked, gzip\r\n\r\n", 501},
      {"xchunked", line + host + "Transfer-Encoding: xchunked\r\n\r\n", 501},
      {"chunked with a parameter", line + host + "Transfer-Encoding: chunked;q=1\r\n\r\n", 501},
      {"chunked twice",
       line + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
      {"identity", line + host + "Transfer-Encoding: identity\r\n\r\n", 501},
      {"empty coding", line + host + "Transfer-Encoding: \r\n\r\n", 501},
      {"chunked after a control octet", line + host + "Transfer-Encoding: \vchunked\r\n\r\n", 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\n\r\n", 505},
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"lower-case version", "GET / http/1.1\r\n\r\n", 400},
      {"long version", "GET / HTTP/1.10\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\n\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\n\r\n", 400},
      {"space at the end", "GET / HTTP/1.1 \r\n\r\n", 400},
      {"fragment", "GET /#a HTTP/1.1\r\n\r\n", 400},
      {"octet beyond ASCII in the target", "GET /\xc3\xa4 HTTP/1.1\r\n\r\n", 400},
      {"method that is no token", "GE(T / HTTP/1.1\r\n\r\n", 400},
      {"empty request line", "\r\n\r\n", 400},
      {"too large (NEG-023)", line + host + "X: " + std::string(limit, 'a') + "\r\n\r\n", 431},
      {"too large by one field name", line + std::string(limit, 'a'), 431},
      {"binary garbage without a line end (NEG-021)", "\x16\x03\x01", 400},
      {"bare CR in an unfinished line", "GET /\rHTTP", 400},
  };
  for (const auto& row : table) {
    auto scanner = head_scanner{limit};
    EXPECT_EQ(scanner.scan(row.octets), outcome::refused) << row.rule;
    EXPECT_EQ(scanner.fault().status, row.status) << row.rule;
  }
}

TEST(head_scanner, refuses_the_same_when_octets_arrive_one_by_one) {
  const auto octets = line + host + "X: a\r\n b\r\n\r\n";
  auto scanner = head_scanner{limit};
  auto last = outcome::need_more;
  for (auto n = std::size_t{1}; n <= octets.size() && last == outcome::need_more; ++n) {
    last = scanner.scan(std::string_view{octets}.substr(0, n));
  }
  EXPECT_EQ(last, outcome::refused);
  EXPECT_EQ(scanner.fault().status, 400U);
}

TEST(head_scanner, reads_a_section_however_it_is_cut) {
  const auto octets = line + host + "content-length: 0012\r\nX:\t\x80 \r\n\r\n";
  for (auto step = std::size_t{1}; step <= octets.size(); ++step) {
    auto scanner = head_scanner{limit};
    auto last = outcome::need_more;
    for (auto n = step; last == outcome::need_more; n += step) {
      last = scanner.scan(std::string_view{octets}.substr(0, n));
      ASSERT_TRUE(last != outcome::need_more || n < octets.size());
    }
    ASSERT_EQ(last, outcome::complete) << step;
    EXPECT_EQ(scanner.size(), octets.size());
    EXPECT_EQ(scanner.content_length(), 12U);
    EXPECT_FALSE(scanner.is_chunked());
  }
}

TEST(head_scanner, leaves_the_octets_of_the_body_alone) {
  const auto section = line + host + "Transfer-Encoding: Chunked\r\n\r\n";
  auto scanner = head_scanner{limit};
  ASSERT_EQ(scanner.scan(section + "0\n\n"), outcome::complete);
  EXPECT_EQ(scanner.size(), section.size());
  EXPECT_TRUE(scanner.is_chunked());
  EXPECT_FALSE(scanner.content_length().has_value());
}

TEST(head_scanner, takes_a_length_beyond_64_bits_for_the_largest) {
  auto scanner = head_scanner{limit};
  const auto octets = line + host + "Content-Length: 99999999999999999999999\r\n\r\n";
  ASSERT_EQ(scanner.scan(octets), outcome::complete);
  EXPECT_EQ(scanner.content_length(), ~std::uint64_t{0});
}

TEST(head_scanner, takes_a_section_of_exactly_the_limit) {
  const auto octets = line + host + "\r\n";
  auto exact = head_scanner{octets.size()};
  EXPECT_EQ(exact.scan(octets), outcome::complete);
  auto short_by_one = head_scanner{octets.size() - 1};
  EXPECT_EQ(short_by_one.scan(octets), outcome::refused);
}

TEST(head_scanner, wants_no_host_in_http_1_0) {
  auto scanner = head_scanner{limit};
  EXPECT_EQ(scanner.scan("GET / HTTP/1.0\r\n\r\n"), outcome::complete);
}

}  // namespace
}  // namespace mintage::net
