#include "bench/harness/answer.hpp"

#include <gtest/gtest.h>

namespace mintage::bench {
namespace {

TEST(cut_answer, refuses_what_is_no_answer) {
  for (const auto* octets : {
           "SSH-2.0-OpenSSH\r\n",
           "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
           "HTTP/1.1 20x OK\r\nContent-Length: 0\r\n\r\n",
           "HTTP/1.1 100 Continue\r\n\r\n",
           "HTTP/1.1 200 OK\r\n\r\nbody until the end",
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\nno field\r\nContent-Length: 0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n",
       }) {
    auto a = answer{};
    EXPECT_EQ(cut_answer(octets, a), cut::malformed) << octets;
  }
}

void expect_cut(std::string_view octets, std::string_view body, std::string_view after) {
  for (auto size = std::size_t{0}; size < octets.size(); ++size) {
    auto a = answer{};
    EXPECT_EQ(cut_answer(octets.substr(0, size), a), cut::incomplete) << size;
  }
  const auto all = std::string{octets} + std::string{after};
  auto a = answer{};
  ASSERT_EQ(cut_answer(all, a), cut::complete);
  EXPECT_EQ(a.body, body);
  EXPECT_EQ(a.size, octets.size());
}

TEST(cut_answer, waits_for_the_last_octet_and_takes_no_more) {
  expect_cut("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-LENGTH:  5 \r\n\r\nhello",
             "hello", "HTTP/1.1 200");
  expect_cut(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
      "hello", "HTTP");
  expect_cut("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", "", "");
}

TEST(cut_answer, reads_status_and_whether_the_connection_ends) {
  auto a = answer{};
  ASSERT_EQ(cut_answer("HTTP/1.1 503 S\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", a),
            cut::complete);
  EXPECT_EQ(a.status, 503U);
  EXPECT_TRUE(a.closes);
  ASSERT_EQ(cut_answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", a), cut::complete);
  EXPECT_FALSE(a.closes);
}

}  // namespace
}  // namespace mintage::bench
