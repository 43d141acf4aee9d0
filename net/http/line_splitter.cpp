#include "net/http/line_splitter.hpp"

#include <utility>

namespace mintage::net {

std::optional<line_splitter::line> line_splitter::next(std::string_view& piece) {
  if (std::exchange(begun_was_returned_, false)) begun_.clear();
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    const auto is_whole = end != std::string_view::npos;
    const auto part = piece.substr(0, end);
    piece.remove_prefix(is_whole ? end + 1 : piece.size());
    // One octet more, for the CR of a CRLF; `finish` checks exactly.
    if (!skipping_ && part.size() > limit_ + 1 - begun_.size()) {
      skipping_ = true;
      begun_.clear();
    }
    if (skipping_) {
      if (!is_whole) return std::nullopt;
      skipping_ = false;
      return line{{}, true};
    }
    if (!is_whole) {
      begun_.append(part);
      return std::nullopt;
    }
    auto text = part;
    if (!begun_.empty()) {
      text = begun_.append(part);
      begun_was_returned_ = true;
    }
    if (auto found = finish(text)) return found;
    if (std::exchange(begun_was_returned_, false)) begun_.clear();
  }
  return std::nullopt;
}

std::optional<line_splitter::line> line_splitter::last() {
  if (std::exchange(skipping_, false)) return line{{}, true};
  if (std::exchange(begun_was_returned_, true)) return std::nullopt;
  return finish(begun_);
}

std::optional<line_splitter::line> line_splitter::finish(std::string_view text) const noexcept {
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  if (text.size() > limit_) return line{{}, true};
  return line{text, false};
}

}  // namespace mintage::net
