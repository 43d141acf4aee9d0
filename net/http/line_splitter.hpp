/// @file
/// Splits a body that arrives in pieces into lines of bounded length.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mintage::net {

/// Lines end with LF or CRLF; the last one may lack its end. Empty lines are skipped.
class line_splitter {
 public:
  /// @param limit octets of a line at most, without its end.
  explicit line_splitter(std::size_t limit) : limit_{limit} {}

  struct line {
    /// Valid until the next call. Empty when the line is too long.
    std::string_view text;
    bool too_long = false;
  };
  /// Consumes octets from the front of `piece` up to the end of a line.
  /// @returns nothing when `piece` is used up before a line ends.
  [[nodiscard]] std::optional<line> next(std::string_view& piece);
  /// The unfinished line at the end of the body.
  [[nodiscard]] std::optional<line> last();

 private:
  [[nodiscard]] std::optional<line> finish(std::string_view text) const noexcept;

  std::size_t limit_;
  std::string begun_;
  bool begun_was_returned_ = false;
  bool skipping_ = false;
};

}  // namespace mintage::net
