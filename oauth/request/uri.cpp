#include "oauth/request/uri.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

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

bool is_loopback_host(std::string_view host) noexcept {
  if (host == "[::1]" || equals_lower(host, "localhost")) return true;
  if (!host.starts_with("127.")) return false;
  auto numbers = 1;
  for (host.remove_prefix(4);; ++numbers) {
    const auto number = host.substr(0, host.find('.'));
    // Inet parsers differ on leading zeros (octal); a plain spelling is asked for.
    if (number.empty() || number.size() > 3 || (number.size() > 1 && number[0] == '0'))
      return false;
    auto value = 0u;
    const auto* const end = number.data() + number.size();
    if (std::from_chars(number.data(), end, value).ptr != end || value > 255) return false;
    if (number.size() == host.size()) return numbers == 3;
    host.remove_prefix(number.size() + 1);
  }
}

}  // namespace mintage::oauth
