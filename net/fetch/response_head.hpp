/// @file
/// What is read of the header section of a fetched document. (CAU-11)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "oauth/types.hpp"

namespace mintage::net {

/// The header fields of one response, taken line by line.
class response_head {
 public:
  /// Octets of all header sections of a response at most, interim ones (1xx) included.
  static constexpr std::size_t most_octets = 32 * 1024;

  /// Takes a status line, a field line or the empty line. A status line begins anew.
  /// @returns false when the header sections are too large.
  [[nodiscard]] bool take(std::string_view line);

  /// Whether Content-Type is application/json or has the suffix +json. @see RFC 6839 §3.1
  [[nodiscard]] bool is_json() const noexcept { return is_json_; }
  /// Empty when there is none, or it is malformed or longer than 256 octets.
  [[nodiscard]] const std::string& etag() const noexcept { return etag_; }
  /// By Cache-Control: `max-age`, or 0 for `no-store` and `no-cache`. @see RFC 9111 §5.2.2
  [[nodiscard]] std::optional<oauth::seconds> max_age() const noexcept { return max_age_; }

 private:
  void take_field(std::string_view name, std::string_view value);

  std::size_t octets_ = 0;
  bool is_json_ = false;
  std::string etag_;
  std::optional<oauth::seconds> max_age_;
};

/// How long a document may be kept by the value of one Cache-Control field. The least of several
/// directives counts.
[[nodiscard]] std::optional<oauth::seconds> max_age_of(std::string_view cache_control);
/// Whether a Content-Type names JSON.
[[nodiscard]] bool is_json_type(std::string_view content_type);

}  // namespace mintage::net
