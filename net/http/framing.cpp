#include "net/http/framing.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "oauth/denial_reasons.hpp"

namespace mintage::net {
namespace {

enum octet_class : std::uint8_t {
  token_octet = 1,
  value_octet = 2,
  target_octet = 4,
  host_octet = 8
};

constexpr auto classes = [] {
  auto table = std::array<std::uint8_t, 256>{};
  for (auto c = std::size_t{0}; c < table.size(); ++c) {
    const auto is_alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const auto is_digit = c >= '0' && c <= '9';
    const auto is_visible = c > 0x20 && c < 0x7F;
    const auto is_in = [c](std::string_view set) {
      return c < 0x80 && set.find(static_cast<char>(c)) != std::string_view::npos;
    };
    auto bits = 0U;
    if (is_alpha || is_digit || is_in("!#$%&'*+-.^_`|~")) bits |= token_octet;
    if (c == '\t' || c == ' ' || is_visible || c >= 0x80) bits |= value_octet;
    if (is_visible && c != '#') bits |= target_octet;
    if (is_alpha || is_digit || is_in("-._~!$&'()*+;=:[]%")) bits |= host_octet;
    table[c] = static_cast<std::uint8_t>(bits);
  }
  return table;
}();

bool is_octet(char c, octet_class wanted) noexcept {
  return (classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

bool all_of(std::string_view text, octet_class wanted) noexcept {
  return std::all_of(text.begin(), text.end(), [wanted](char c) { return is_octet(c, wanted); });
}

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The value without surrounding blanks.
std::string_view trim(std::string_view value) noexcept {
  const auto first = value.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

/// Whether an unfinished line contains octets that no line may have, so that its end need not be
/// awaited.
bool is_hopeless(std::string_view partial) noexcept {
  if (!partial.empty() && partial.back() == '\r') partial.remove_suffix(1);
  return !all_of(partial, value_octet);
}

}  // namespace

bool iequals(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token_octet(char c) noexcept {
  return is_octet(c, token_octet);
}

bool is_value_octet(char c) noexcept {
  return is_octet(c, value_octet);
}

head_scanner::outcome head_scanner::scan(std::string_view octets) noexcept {
  const auto within = octets.substr(0, limit_);
  for (;;) {
    const auto end = within.find('\n', std::max(searched_, line_begin_));
    if (end == std::string_view::npos) break;
    auto line = within.substr(line_begin_, end - line_begin_);
    if (line.empty() || line.back() != '\r') {
      refuse(400, "A line ends without CRLF.");
      return outcome::refused;
    }
    line.remove_suffix(1);
    line_begin_ = end + 1;
    if (line.empty() && has_request_line_) return finish() ? outcome::complete : outcome::refused;
    if (!take_line(line)) return outcome::refused;
  }
  searched_ = within.size();
  if (octets.size() >= limit_) {
    refuse(431, "The header section is too large.");
    return outcome::refused;
  }
  if (is_hopeless(within.substr(line_begin_))) {
    refuse(400, "The header section holds a control octet.");
    return outcome::refused;
  }
  return outcome::need_more;
}

bool head_scanner::take_line(std::string_view line) noexcept {
  if (has_request_line_) return take_field(line);
  has_request_line_ = true;
  return take_request_line(line);
}

bool head_scanner::take_request_line(std::string_view line) noexcept {
  const auto malformed = [this] { return refuse(400, "The request line is malformed."); };
  const auto method_end = line.find(' ');
  if (method_end == std::string_view::npos) return malformed();
  const auto target_end = line.find(' ', method_end + 1);
  if (target_end == std::string_view::npos) return malformed();
  const auto method = line.substr(0, method_end);
  const auto target = line.substr(method_end + 1, target_end - method_end - 1);
  const auto version = line.substr(target_end + 1);
  if (method.empty() || !all_of(method, token_octet)) return malformed();
  if (target.empty() || !all_of(target, target_octet)) return malformed();
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return malformed();
  }
  if (version[5] != '1' || version[7] > '1') {
    return refuse(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
  }
  is_version_11_ = version[7] == '1';
  return true;
}

bool head_scanner::take_field(std::string_view line) noexcept {
  if (line.front() == ' ' || line.front() == '\t') {
    return refuse(400, "A header field is folded over several lines.");
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 ||
      !all_of(line.substr(0, colon), token_octet)) {
    return refuse(400, "The name of a header field is malformed.");
  }
  if (!all_of(line.substr(colon + 1), value_octet)) {
    return refuse(400, "A header field holds a control octet.");
  }
  const auto name = line.substr(0, colon);
  switch (name.size()) {
    case 4:
      if (iequals(name, "host")) return take_host(trim(line.substr(colon + 1)));
      break;
    case 14:
      if (iequals(name, "content-length")) {
        return take_content_length(trim(line.substr(colon + 1)));
      }
      break;
    case 17:
      if (iequals(name, "transfer-encoding")) {
        ++transfer_codings_;
        chunked_ = iequals(trim(line.substr(colon + 1)), "chunked");
      }
      break;
    default:
      break;
  }
  return true;
}

bool head_scanner::take_host(std::string_view value) noexcept {
  if (has_host_) return refuse(400, "Host is repeated.");
  has_host_ = true;
  if (value.empty() || !all_of(value, host_octet)) return refuse(400, "Host is malformed.");
  return true;
}

bool head_scanner::take_content_length(std::string_view value) noexcept {
  // Refused even with equal values: no client needs it, and another reader may treat it
  // differently.
  if (length_) return refuse(400, "Content-Length is repeated.");
  if (value.empty()) return refuse(400, "Content-Length is malformed.");
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  auto length = std::uint64_t{0};
  for (const auto c : value) {
    if (c < '0' || c > '9') return refuse(400, "Content-Length is malformed.");
    const auto digit = static_cast<std::uint64_t>(c - '0');
    length = length > (largest - digit) / 10 ? largest : length * 10 + digit;
  }
  length_ = length;
  return true;
}

bool head_scanner::finish() noexcept {
  if (is_version_11_ && !has_host_) return refuse(400, "Host is missing.");
  if (transfer_codings_ == 0) return true;
  // Contradictions come first: 501 would mean that the request is valid but not supported.
  if (!is_version_11_) return refuse(400, "Transfer-Encoding does not exist in HTTP/1.0.");
  if (length_) return refuse(400, "Content-Length and Transfer-Encoding exclude each other.");
  if (transfer_codings_ > 1 || !chunked_) {
    return refuse(501, "The only transfer coding understood is chunked.");
  }
  return true;
}

bool head_scanner::refuse(unsigned status, oauth::denial_reason reason) noexcept {
  fault_ = framing_fault{status, reason};
  return false;
}

}  // namespace mintage::net
