#include "oauth/request/uri.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <tuple>
#include <utility>

#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

constexpr bool is_hex(char c) noexcept {
  return hex_value(c) >= 0;
}

bool is_scheme(std::string_view text) noexcept {
  const auto is_letter = [](char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; };
  const auto may_follow = [](char c) {
    return is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), may_follow);
}

/// unreserved / pct-encoded / sub-delims, or one of `more`.
bool is_made_of(std::string_view text, std::string_view more) noexcept {
  constexpr auto sub_delims = std::string_view{"!$&'()*+,;="};
  for (auto i = std::size_t{0}; i < text.size(); ++i) {
    const auto c = text[i];
    if (c == '%') {
      if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_unreserved(c) && sub_delims.find(c) == sub_delims.npos &&
               more.find(c) == more.npos) {
      return false;
    }
  }
  return true;
}

bool is_port(std::string_view text) noexcept {
  auto port = 0u;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  return read.ec == std::errc{} && read.ptr == end && port >= 1 && port <= 65535;
}

bool split_authority(std::string_view authority, uri_parts& parts) noexcept {
  parts.has_authority = true;
  if (const auto at = authority.rfind('@'); at != authority.npos) {
    if (!is_made_of(authority.substr(0, at), ":")) return false;
    parts.has_userinfo = true;
    authority.remove_prefix(at + 1);
  }
  const auto bracketed = authority.starts_with('[');
  const auto host_end = bracketed ? authority.find(']') + 1 : authority.find(':');
  if (bracketed && host_end == 0) return false;
  parts.host = authority.substr(0, host_end);
  if (bracketed) {
    const auto address = parts.host.substr(1, parts.host.size() - 2);
    if (address.find(':') == address.npos ||
        !std::all_of(address.begin(), address.end(),
                     [](char c) { return is_hex(c) || c == ':' || c == '.'; })) {
      return false;
    }
  } else if (!is_made_of(parts.host, {})) {
    return false;
  }
  authority.remove_prefix(parts.host.size());
  if (authority.empty()) return true;
  parts.port = authority.substr(1);
  return authority.front() == ':' && is_port(parts.port);
}

using ipv6 = std::array<std::uint16_t, 8>;

/// Reads groups of hexadecimal digits with colons between them.
/// @returns their number; nothing when one is malformed or there are more than eight.
std::optional<std::size_t> read_groups(std::string_view text, ipv6& to) noexcept {
  auto count = std::size_t{0};
  while (!text.empty()) {
    const auto group = text.substr(0, text.find(':'));
    const auto* const end = group.data() + group.size();
    if (count == to.size() || group.empty() || group.size() > 4) return std::nullopt;
    if (std::from_chars(group.data(), end, to[count++], 16).ptr != end) return std::nullopt;
    text.remove_prefix(group.size());
    if (text == ":") return std::nullopt;
    text.remove_prefix(std::min(text.size(), std::size_t{1}));
  }
  return count;
}

/// @param text without brackets. An IPv4 address at its end is not supported.
std::optional<ipv6> read_ipv6(std::string_view text) noexcept {
  auto front = ipv6{};
  const auto gap = text.find("::");
  const auto before = read_groups(text.substr(0, gap), front);
  if (gap == text.npos) return before == front.size() ? std::optional{front} : std::nullopt;
  auto back = ipv6{};
  const auto after = read_groups(text.substr(gap + 2), back);
  if (!before || !after || *before + *after >= front.size()) return std::nullopt;
  std::copy_n(back.begin(), *after, front.end() - static_cast<std::ptrdiff_t>(*after));
  return front;
}

/// RFC 5952: lower case, no leading zeros, the first longest run of two or more zeros as `::`.
std::string to_text(const ipv6& address) {
  auto longest = std::size_t{0};
  auto gap = address.size();
  for (auto i = std::size_t{0}; i < address.size(); ++i) {
    auto end = i;
    while (end < address.size() && address[end] == 0) ++end;
    if (end - i > std::max(longest, std::size_t{1})) std::tie(gap, longest) = std::pair{i, end - i};
  }
  auto out = std::string{};
  for (auto i = std::size_t{0}; i < address.size(); ++i) {
    if (i == gap) {
      out += "::";
      i += longest - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    auto digits = std::array<char, 4>{};
    out.append(digits.data(),
               std::to_chars(digits.data(), digits.data() + digits.size(), address[i], 16).ptr);
  }
  return out;
}

/// Four numbers of 0 to 255 without leading zeros.
bool is_plain_ipv4(std::string_view host) noexcept {
  for (auto numbers = 1;; ++numbers) {
    const auto number = host.substr(0, host.find('.'));
    // Parsers of addresses differ on leading zeros (octal), so they are refused.
    if (number.empty() || number.size() > 3 || (number.size() > 1 && number[0] == '0'))
      return false;
    auto value = 0u;
    const auto* const end = number.data() + number.size();
    if (std::from_chars(number.data(), end, value).ptr != end || value > 255) return false;
    if (number.size() == host.size()) return numbers == 4;
    host.remove_prefix(number.size() + 1);
  }
}

bool is_label(std::string_view text) noexcept {
  constexpr auto longest = std::size_t{63};
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), is_base64url);
}

/// Whether browsers take a name with this last label for an IPv4 address.
bool is_number(std::string_view label) noexcept {
  if (label.starts_with("0x") || label.starts_with("0X")) {
    return std::all_of(label.begin() + 2, label.end(), is_hex);
  }
  return std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_host_name(std::string_view host) noexcept {
  constexpr auto longest = std::size_t{253};
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() > longest) return false;
  while (true) {
    const auto label = host.substr(0, host.find('.'));
    if (!is_label(label)) return false;
    if (label.size() == host.size()) return !is_number(label);
    host.remove_prefix(label.size() + 1);
  }
}

}  // namespace

bool uri_parts::has_scheme(std::string_view lower) const noexcept {
  return equals_lower(scheme, lower);
}

std::optional<uri_parts> split_uri(std::string_view text) noexcept {
  const auto colon = text.find(':');
  if (colon == text.npos || colon + 1 == text.size()) return std::nullopt;
  auto parts = uri_parts{};
  parts.scheme = text.substr(0, colon);
  if (!is_scheme(parts.scheme)) return std::nullopt;

  auto rest = text.substr(colon + 1);
  if (const auto hash = rest.find('#'); hash != rest.npos) {
    if (!is_made_of(rest.substr(hash + 1), ":@/?")) return std::nullopt;
    parts.has_fragment = true;
    rest = rest.substr(0, hash);
  }
  if (const auto mark = rest.find('?'); mark != rest.npos) {
    if (!is_made_of(rest.substr(mark + 1), ":@/?")) return std::nullopt;
    parts.has_query = true;
    rest = rest.substr(0, mark);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const auto authority = rest.substr(0, rest.find('/'));
    if (!split_authority(authority, parts)) return std::nullopt;
    rest.remove_prefix(authority.size());
  }
  if (!is_made_of(rest, ":@/")) return std::nullopt;
  parts.path = rest;
  return parts;
}

std::optional<native_uri> split_native_uri(std::string_view text) noexcept {
  // Redemptions ask it of every URI: most are https.
  if (text.find(':') != std::string_view{"http"}.size()) return std::nullopt;
  const auto parts = split_uri(text);
  if (!parts || !parts->has_scheme("http") || parts->has_userinfo) return std::nullopt;
  if (parts->host != "127.0.0.1" && parts->host != "[::1]" && parts->host != "localhost") {
    return std::nullopt;
  }
  const auto host_end = static_cast<std::size_t>(parts->host.end() - text.begin());
  const auto port_size = parts->port.empty() ? 0 : parts->port.size() + 1;
  return native_uri{text.substr(0, host_end), text.substr(host_end + port_size)};
}

std::string origin_of(const uri_parts& parts) {
  const auto is_https = parts.has_scheme("https");
  auto out = std::string{is_https ? "https://" : "http://"};
  std::transform(parts.host.begin(), parts.host.end(), std::back_inserter(out), to_lower);
  if (!parts.port.empty() && parts.port != (is_https ? "443" : "80")) {
    out += ':';
    out += parts.port;
  }
  return out;
}

bool is_web_host(std::string_view host) noexcept {
  if (host.starts_with('[')) return read_ipv6(host.substr(1, host.size() - 2)).has_value();
  return is_plain_ipv4(host) || is_host_name(host);
}

bool is_web_origin(std::string_view text) {
  const auto parts = split_uri(text);
  if (!parts || parts->has_userinfo || !is_web_host(parts->host)) return false;
  if (!parts->has_scheme("https") && !parts->has_scheme("http")) return false;
  if (parts->port.starts_with('0')) return false;
  if (parts->host.starts_with('[')) {
    const auto address = parts->host.substr(1, parts->host.size() - 2);
    if (to_text(*read_ipv6(address)) != address) return false;
  }
  return origin_of(*parts) == text;
}

bool is_loopback_host(std::string_view host) noexcept {
  if (host == "[::1]" || equals_lower(host, "localhost")) return true;
  return host.starts_with("127.") && is_plain_ipv4(host);
}

}  // namespace mintage::oauth
