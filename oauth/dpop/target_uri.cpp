#include "oauth/dpop/target_uri.hpp"

#include <algorithm>

#include "oauth/request/text.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

/// RFC 3986 §6.2.2.1 and §6.2.2.2. @pre all escapes are valid; `split_uri` ensures that.
std::string with_normal_escapes(std::string_view path) {
  constexpr auto upper_digits = std::string_view{"0123456789ABCDEF"};
  auto out = std::string{};
  out.reserve(path.size());
  for (auto i = std::size_t{0}; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    const auto high = static_cast<unsigned>(hex_value(path[i + 1]));
    const auto low = static_cast<unsigned>(hex_value(path[i + 2]));
    const auto octet = static_cast<char>(high << 4 | low);
    i += 2;
    if (is_unreserved(octet)) {
      out += octet;
    } else {
      (out += '%') += upper_digits[high];
      out += upper_digits[low];
    }
  }
  return out;
}

/// RFC 3986 §5.2.4 for a path that begins with a slash.
std::string without_dot_segments(std::string_view path) {
  auto out = std::string{};
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    if (segment == "..") out.resize(std::min(out.rfind('/'), out.size()));
    if (segment == "." || segment == "..") {
      if (path.empty()) out += '/';
    } else {
      out.append("/").append(segment);
    }
  }
  return out;
}

}  // namespace

std::optional<std::string> normal_target_uri(std::string_view text) {
  const auto parts = split_uri(text);
  if (!parts || parts->host.empty() || parts->has_userinfo) return std::nullopt;
  if (!parts->has_scheme("https") && !parts->has_scheme("http")) return std::nullopt;
  auto out = origin_of(*parts);
  out.append(parts->path.empty() ? "/" : without_dot_segments(with_normal_escapes(parts->path)));
  return out;
}

bool names_target(std::string_view htu, std::span<const std::string> urls) {
  const auto is_one = [&](std::string_view text) {
    return std::find(urls.begin(), urls.end(), text) != urls.end();
  };
  if (is_one(htu)) return true;  // the usual spelling
  const auto normal = normal_target_uri(htu);
  return normal && is_one(*normal);
}

}  // namespace mintage::oauth
