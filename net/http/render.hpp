/// @file
/// Rendering of the heads of answers.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "service/service.hpp"

namespace mintage::net {

/// What happens to the connection after an answer, as its head must say.
enum class persistence : std::uint8_t {
  implied,     ///< stays open, the default of HTTP/1.1
  close,       ///< closes
  keep_alive,  ///< stays open, as an HTTP/1.0 client requested
};

struct answer {
  unsigned status = 200;
  /// Views must stay valid until the answer is sent. The body is left out for 204, 304 and HEAD.
  std::string_view body{};
  std::string_view content_type = "application/json";
  /// Values of header fields; a field with an empty value is left out.
  std::string_view allow{};
  std::string_view challenge{};
  /// A nonce for the next DPoP proof (DPO-11).
  std::string_view dpop_nonce{};
  std::string_view etag{};
  /// Where a browser is sent (303), and a cookie that it gets.
  std::string_view location{};
  std::string_view set_cookie{};
  /// Further header fields, each with CR LF.
  std::string_view more_fields{};
  /// The origin that may read this answer; "*" = any, empty = none (TOK-20).
  std::string_view cors_origin{};
  /// Preflight: the methods and the header fields that the origin may use.
  std::string_view cors_methods{};
  std::string_view cors_headers{};
  /// Value of Retry-After in seconds; 0 = left out.
  unsigned retry_after = 0;
  /// A document that any cache may keep for 300 s and any origin may read (JWK-01, MET-03). All
  /// other answers are `no-store` (TOK-15).
  bool is_public_document = false;
  /// The body follows in chunks, or until the connection closes: no Content-Length.
  bool is_stream = false;
  bool is_chunked = false;
};

/// Appends status line and header fields with the empty line.
void append_head(std::string& out, const answer& a, persistence p, const service::request_id& id,
                 std::string_view date);

/// The text of Date, formatted once per second. @see RFC 9110 §5.6.7
class date_text {
 public:
  [[nodiscard]] std::string_view at(oauth::instant now) noexcept;

 private:
  std::int64_t second_ = -1;
  std::array<char, 29> text_{};
};

}  // namespace mintage::net
