/// @file
/// Splits the octets that a socket delivered into HTTP/1.1 answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mintage::bench {

struct answer {
  unsigned status = 0;
  /// Points into the octets, or into `unchunked`.
  std::string_view body;
  /// Whether the server closes the connection after this answer.
  bool closes = false;
  /// Size of the whole answer in octets.
  std::size_t size = 0;
  /// The body of a chunked answer; reused between answers for its memory.
  std::string unchunked;
};

enum class cut : std::uint8_t { complete, incomplete, malformed };

/// Parses one whole answer at the start of `octets`. Bodies need Content-Length or chunks: a
/// keep-alive client cannot use a body that ends with the connection. 1xx answers are not expected.
[[nodiscard]] cut cut_answer(std::string_view octets, answer& out);

}  // namespace mintage::bench
