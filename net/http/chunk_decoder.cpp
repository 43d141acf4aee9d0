#include "net/http/chunk_decoder.hpp"

#include <algorithm>
#include <charconv>

#include "net/http/framing.hpp"

namespace mintage::net {
namespace {

constexpr std::size_t most_digits = 16;  // 64 bits
constexpr auto blanks = std::string_view{" \t"};

void skip_blanks(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

/// Removes a token from the front. @returns whether there was one.
bool skip_token(std::string_view& text) noexcept {
  const auto end = std::find_if_not(text.begin(), text.end(), is_token_octet);
  const auto size = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(size);
  return size != 0;
}

/// @pre `text` begins with a quote. @see RFC 9110 §5.6.4
bool skip_quoted(std::string_view& text) noexcept {
  for (auto i = std::size_t{1}; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
    if (text[i] == '\\') ++i;
    if (i == text.size() || !is_value_octet(text[i])) return false;
  }
  return false;
}

/// Whether `text` is a valid extension, which follows the size of a chunk. @see RFC 9112 §7.1.1
bool is_extension(std::string_view text) noexcept {
  if (text.size() > max_chunk_extension) return false;
  while (!text.empty()) {
    skip_blanks(text);
    if (!text.starts_with(';')) return false;
    text.remove_prefix(1);
    skip_blanks(text);
    if (!skip_token(text)) return false;
    auto rest = text;
    skip_blanks(rest);
    if (!rest.starts_with('=')) continue;
    text = rest.substr(1);
    skip_blanks(text);
    if (!(text.starts_with('"') ? skip_quoted(text) : skip_token(text))) return false;
  }
  return true;
}

}  // namespace

bool chunk_decoder::take_size(std::string_view line) noexcept {
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
  const auto digits = static_cast<std::size_t>(end - line.data());
  if (error != std::errc{} || digits > most_digits) return false;
  part_ = left_ == 0 ? part::trailers : part::data;
  return is_extension(line.substr(digits));
}

bool chunk_decoder::take_trailer(std::string_view line) noexcept {
  trailers_size_ += line.size() + 2;
  if (trailers_size_ > max_chunk_line) return false;
  const auto name = line.substr(0, line.find(':'));
  if (name.empty() || name.size() == line.size()) return false;
  if (!std::all_of(name.begin(), name.end(), is_token_octet)) return false;
  if (!std::all_of(line.begin() + static_cast<std::ptrdiff_t>(name.size()), line.end(),
                   is_value_octet)) {
    return false;
  }
  return !iequals(name, "content-length") && !iequals(name, "transfer-encoding") &&
         !iequals(name, "host");
}

chunk_decoder::piece chunk_decoder::next(std::string_view raw) noexcept {
  auto out = piece{};
  const auto broken = [&] {
    out.how = progress::broken;
    return out;
  };
  for (;;) {
    const auto rest = raw.substr(out.consumed);
    if (part_ == part::data) {
      if (rest.empty()) return out;
      out.payload =
          rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, rest.size())));
      out.consumed += out.payload.size();
      left_ -= out.payload.size();
      if (left_ == 0) part_ = part::data_end;
      out.how = progress::payload;
      return out;
    }
    if (part_ == part::data_end && !rest.empty() && rest.front() != '\r') return broken();
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return rest.size() > max_chunk_line ? broken() : out;
    if (end == 0 || end >= max_chunk_line || rest[end - 1] != '\r') return broken();
    const auto line = rest.substr(0, end - 1);
    out.consumed += end + 1;
    if (part_ == part::data_end) {
      if (!line.empty()) return broken();
      part_ = part::size;
    } else if (part_ == part::size) {
      if (!take_size(line)) return broken();
    } else if (line.empty()) {
      out.how = progress::done;
      return out;
    } else if (!take_trailer(line)) {
      return broken();
    }
  }
}

}  // namespace mintage::net
