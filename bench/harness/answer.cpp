#include "bench/harness/answer.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace mintage::bench {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return (x >= 'A' && x <= 'Z' ? x + 32 : x) == (y >= 'A' && y <= 'Z' ? y + 32 : y);
  });
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::size_t> number(std::string_view text, int base) noexcept {
  auto value = std::size_t{0};
  const auto end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stopped != end || value > (std::size_t{1} << 30)) return {};
  return value;
}

struct framing {
  std::optional<std::size_t> length;
  bool chunked = false;
  bool closes = false;
};

/// @returns nothing when a line is not a field or a length is not a number.
std::optional<framing> read_fields(std::string_view fields) {
  auto out = framing{};
  while (!fields.empty()) {
    const auto line = fields.substr(0, fields.find("\r\n"));
    fields.remove_prefix(std::min(fields.size(), line.size() + 2));
    const auto colon = line.find(':');
    if (colon == line.npos || colon == 0) return {};
    const auto name = line.substr(0, colon);
    const auto value = trimmed(line.substr(colon + 1));
    if (equals_ignoring_case(name, "content-length")) {
      out.length = number(value, 10);
      if (!out.length) return {};
    } else if (equals_ignoring_case(name, "transfer-encoding")) {
      if (!equals_ignoring_case(value, "chunked")) return {};
      out.chunked = true;
    } else if (equals_ignoring_case(name, "connection")) {
      out.closes = equals_ignoring_case(value, "close");
    }
  }
  return out;
}

cut cut_chunks(std::string_view octets, std::size_t at, answer& out) {
  out.unchunked.clear();
  for (;;) {
    const auto end = octets.find("\r\n", at);
    if (end == octets.npos) return cut::incomplete;
    const auto line = octets.substr(at, end - at);
    const auto size = number(trimmed(line.substr(0, line.find(';'))), 16);
    if (!size) return cut::malformed;
    at = end + 2;
    if (octets.size() < at + *size + 2) return cut::incomplete;
    if (octets.substr(at + *size, 2) != "\r\n") return cut::malformed;  // trailers included
    out.unchunked += octets.substr(at, *size);
    at += *size + 2;
    if (*size == 0) break;
  }
  out.body = out.unchunked;
  out.size = at;
  return cut::complete;
}

}  // namespace

cut cut_answer(std::string_view octets, answer& out) {
  constexpr auto start = std::string_view{"HTTP/1.1 "};
  if (octets.substr(0, start.size()) != start.substr(0, octets.size())) return cut::malformed;
  const auto head_end = octets.find("\r\n\r\n");
  if (head_end == octets.npos) return octets.size() > 65536 ? cut::malformed : cut::incomplete;
  const auto line_end = octets.find("\r\n");
  const auto status = number(octets.substr(start.size(), 3), 10);
  if (!status || *status < 200 || *status > 599) return cut::malformed;
  const auto fields = line_end == head_end ? std::string_view{}
                                           : octets.substr(line_end + 2, head_end - line_end - 2);
  const auto how = read_fields(fields);
  if (!how) return cut::malformed;
  out.status = static_cast<unsigned>(*status);
  out.closes = how->closes;
  const auto body = head_end + 4;
  if (how->chunked) return cut_chunks(octets, body, out);
  const auto has_no_body = *status == 204 || *status == 304;
  if (!how->length && !has_no_body) return cut::malformed;
  const auto length = has_no_body ? 0 : *how->length;
  if (octets.size() - body < length) return cut::incomplete;
  out.body = octets.substr(body, length);
  out.size = body + length;
  return cut::complete;
}

}  // namespace mintage::bench
