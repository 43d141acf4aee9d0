/// @file
/// A strict scan of a request's header section, before any parser sees it. (TOK-10)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "oauth/denial_reason.hpp"

namespace mintage::net {

/// Why a request is refused by its framing. The connection closes after the answer.
struct framing_fault {
  unsigned status;
  /// Sent as error_description, too.
  oauth::denial_reason reason;
};

/// Scans one header section as it arrives. An accepted section has one meaning for every reader:
/// CRLF line ends only, no folded lines, field names that end at the colon, no control octets, one
/// Host, and one statement of the body length. @see RFC 9112 §§2.2, 3.2, 5.1, 5.2, 6.1, 6.3
class head_scanner {
 public:
  enum class outcome : std::uint8_t { need_more, complete, refused };

  /// @param limit octets of a header section at most, its empty line included; more is 431
  ///        (TOK-08).
  explicit head_scanner(std::size_t limit) noexcept : limit_{limit} {}

  /// @param octets everything received since the first octet of the request: the former octets and
  ///        more. Complete lines are scanned once.
  [[nodiscard]] outcome scan(std::string_view octets) noexcept;

  /// Size of the section with its empty line. @pre complete
  [[nodiscard]] std::size_t size() const noexcept { return line_begin_; }
  /// Content-Length; nothing when absent. A value too large for 64 bits counts as the largest.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept { return length_; }
  [[nodiscard]] bool is_chunked() const noexcept { return chunked_; }
  /// @pre refused
  [[nodiscard]] const framing_fault& fault() const noexcept { return *fault_; }

 private:
  [[nodiscard]] bool take_line(std::string_view line) noexcept;
  [[nodiscard]] bool take_request_line(std::string_view line) noexcept;
  [[nodiscard]] bool take_field(std::string_view line) noexcept;
  [[nodiscard]] bool take_host(std::string_view value) noexcept;
  [[nodiscard]] bool take_content_length(std::string_view value) noexcept;
  [[nodiscard]] bool finish() noexcept;
  bool refuse(unsigned status, oauth::denial_reason reason) noexcept;

  std::size_t limit_;
  std::size_t line_begin_ = 0;
  std::size_t searched_ = 0;
  std::optional<std::uint64_t> length_;
  std::optional<framing_fault> fault_;
  unsigned transfer_codings_ = 0;
  bool has_request_line_ = false;
  bool has_host_ = false;
  bool is_version_11_ = false;
  bool chunked_ = false;
};

/// Compares ASCII case-insensitively.
[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;
/// Whether `c` is allowed in a method or a field name. @see RFC 9110 §5.6.2
[[nodiscard]] bool is_token_octet(char c) noexcept;
/// Whether `c` may stand in the value of a field. @see RFC 9110 §5.5
[[nodiscard]] bool is_value_octet(char c) noexcept;

}  // namespace mintage::net
