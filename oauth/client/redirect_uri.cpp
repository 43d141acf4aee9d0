#include "oauth/client/redirect_uri.hpp"

#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_uri = std::size_t{2048};

}  // namespace

bool has_wildcard(std::string_view text) noexcept {
  return text.find('*') != text.npos;
}

const char* fault_of_redirect_uri(std::string_view uri) noexcept {
  if (uri.size() > max_uri) return "must be at most 2048 octets";
  if (has_wildcard(uri)) return "must name one URI: wildcards are not matched";
  const auto parts = split_uri(uri);
  if (!parts) return "must be an absolute URI";
  if (parts->has_fragment) return "must not have a fragment";
  const auto is_https = parts->has_scheme("https");
  if (is_https || parts->has_scheme("http")) {
    if (parts->host.empty()) return "must have a host";
    // Readers may mistake the part before the @ for the host.
    if (parts->has_userinfo) return "must not have a user name";
    if (!is_web_host(parts->host)) return "must have a host that browsers know";
    if (is_https || is_loopback_host(parts->host)) return nullptr;
    return "must use https, unless its host is a loopback host";
  }
  // Native apps use a reversed domain name (RFC 8252 §7.1). This also excludes javascript: and
  // data:.
  if (parts->scheme.find('.') != std::string_view::npos) return nullptr;
  return "must use https, http on a loopback host, or a scheme that is a reversed domain name";
}

}  // namespace mintage::oauth
