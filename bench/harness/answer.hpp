/// @file
/// Cuts HTTP/1.1 answers out of what a socket delivered.
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
  /// Whether the server closes the connection after it.
  bool closes = false;
  /// Octets that it took.
  std::size_t size = 0;
  /// The body of a chunked answer; kept between answers for its memory.
  std::string unchunked;
};

enum class cut : std::uint8_t { complete, incomplete, malformed };

/// Looks for one whole answer at the start of `octets`. Bodies need Content-Length or chunks: what
/// ends with the connection is no answer that a keep-alive client could use. 1xx are not expected.
[[nodiscard]] cut cut_answer(std::string_view octets, answer& out);

}  // namespace mintage::bench
