// Chunked bodies: every violation of TOK-10, then what must pass.

#include "net/http/chunk_decoder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mintage::net {
namespace {

using progress = chunk_decoder::progress;

/// Decodes a body that arrives `step` octets at a time. @returns "!" for a broken one.
std::string decode(std::string_view body, std::size_t step) {
  auto decoder = chunk_decoder{};
  auto out = std::string{};
  auto raw = std::string{};
  for (auto at = std::size_t{0}; at < body.size(); at += step) {
    raw.append(body.substr(at, step));
    for (;;) {
      const auto piece = decoder.next(raw);
      out.append(piece.payload);
      raw.erase(0, piece.consumed);
      if (piece.how == progress::done) return out + raw;
      if (piece.how == progress::broken) return "!";
      if (piece.how == progress::need_more) break;
    }
  }
  return out + "?";
}

TEST(chunk_decoder, refuses_broken_chunks_TOK_10) {
  for (const auto* body :
       {"x\r\n", "5\nhello\r\n0\r\n\r\n", "-1\r\n\r\n0\r\n\r\n", "0x1\r\na\r\n\r\n", "1z\r\n",
        "1\r\nab\r\n0\r\n\r\n", "ffffffffffffffffff\r\n", "1 \n\r\n", "1;=\r\na\r\n0\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    EXPECT_EQ(decode(body, 1024), "!") << body;
  }
}

TEST(chunk_decoder, ignores_short_chunk_extensions_and_refuses_long_ones_TOK_10) {
  const auto with = [](std::size_t n) {
    return "1;" + std::string(n - 1, 'a') + "\r\nx\r\n0\r\n\r\n";
  };
  EXPECT_EQ(decode(with(max_chunk_extension), 4096), "x");
  EXPECT_EQ(decode(with(max_chunk_extension + 1), 4096), "!");
  EXPECT_EQ(decode("1;" + std::string(2 * max_chunk_line, 'a'), 1024), "!");
}

TEST(chunk_decoder, refuses_extensions_and_trailers_that_a_head_could_not_hold_TOK_10) {
  using namespace std::string_literals;
  const auto with_extension = [](const std::string& e) {
    return decode("1" + e + "\r\nx\r\n0\r\n\r\n", 4096);
  };
  for (const auto& e : {";a=\"\n\""s, ";a=\"\0\""s, ";a=\"\r\""s, ";a=\"\x7f\""s, ";a=\"\\\n\""s,
                        ";a=\"b"s, ";a=\"b\"c"s, ";a=\x01"s, ";\0"s, ";"s, ";a="s, ";;"s, " "s,
                        "\t"s, ";a b"s, ";a=b\n"s, "\r"s}) {
    EXPECT_EQ(with_extension(e), "!") << testing::PrintToString(e);
  }
  for (const auto& e :
       {";a"s, ";a=b"s, ";a=\"b;c\""s, ";a=\"\\\"\t\""s, " ; a = b ;c"s, ";a=\"\xc3\xa4\""s}) {
    EXPECT_EQ(with_extension(e), "x") << e;
  }
  const auto with_trailers = [](const std::string& t) {
    return decode("1\r\nx\r\n0\r\n" + t + "\r\n", 65536);
  };
  for (const auto& t :
       {"X: a\r\n b\r\n"s, "X: a\r\n\tb\r\n"s, "X: a\nY: b\r\n"s, "X: \0\r\n"s, "X : a\r\n"s,
        " X: a\r\n"s, "Xa\r\n"s, ": a\r\n"s, "X: a\r\r\n"s, "X: \x01\r\n"s, "Host: h\r\n"s,
        "content-length: 1\r\n"s, "X: " + std::string(40 * 1024, 'a') + "\r\n"}) {
    EXPECT_EQ(with_trailers(t), "!") << testing::PrintToString(t.substr(0, 40));
  }
  auto many = std::string{};
  while (many.size() < 40 * 1024) many += "X: " + std::string(100, 'a') + "\r\n";
  EXPECT_EQ(with_trailers(many), "!");
  EXPECT_EQ(with_trailers("X: " + std::string(4000, 'a') + "\r\nY:\r\n"), "x");
}

TEST(chunk_decoder, decodes_chunks_however_they_are_cut) {
  const auto body =
      std::string{"5;a=b\r\nhello\r\n1\r\n,\r\n6\r\n world\r\n0\r\nX: y\r\nZ: 1\r\n\r\n"};
  for (auto step = std::size_t{1}; step <= body.size(); ++step) {
    EXPECT_EQ(decode(body, step), "hello, world") << step;
  }
  for (auto step = std::size_t{1}; step <= 5; ++step)
    EXPECT_EQ(decode("0\r\n\r\n", step), "") << step;
  EXPECT_EQ(decode("0\r\n\r\nGET", 1024), "GET");
}

}  // namespace
}  // namespace mintage::net
