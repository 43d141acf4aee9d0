/// @file
/// Heads of answers as octets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "service/service.hpp"

namespace mintage::net {

/// What becomes of the connection after an answer, and must be said in it.
enum class persistence : std::uint8_t {
  implied,     ///< stays, as is the default of HTTP/1.1
  close,       ///< ends
  keep_alive,  ///< stays, on the wish of an HTTP/1.0 client
};

struct answer {
  unsigned status = 200;
  /// Views must live until the answer was sent. Left out of 204 and 304, and after HEAD.
  std::string_view body{};
  std::string_view content_type = "application/json";
  /// Values of header fields; left out when empty.
  std::string_view allow{};
  std::string_view challenge{};
  std::string_view etag{};
  /// The origin that may read this answer, or empty (TOK-20).
  std::string_view cors_origin{};
  /// Of a preflight: the methods that origin may use.
  std::string_view cors_methods{};
  /// Seconds; left out when 0.
  unsigned retry_after = 0;
  /// A document that anyone may keep for 300 s and any origin may read (JWK-01, MET-03). Everything
  /// else is `no-store` (TOK-15).
  bool is_public_document = false;
  /// The body follows in chunks, or up to the end of the connection: no Content-Length.
  bool is_stream = false;
  bool is_chunked = false;
};

/// Appends status line and header fields with the empty line.
void append_head(std::string& out, const answer& a, persistence p, const service::request_id& id,
                 std::string_view date);

/// The text of a moment for Date, formatted once per second. @see RFC 9110 §5.6.7
class date_text {
 public:
  [[nodiscard]] std::string_view at(oauth::instant now) noexcept;

 private:
  std::int64_t second_ = -1;
  std::array<char, 29> text_{};
};

}  // namespace mintage::net
