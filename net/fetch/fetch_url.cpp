#include "net/fetch/fetch_url.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "net/fetch/public_address.hpp"

namespace mintage::net {
namespace {

using service::fetch_failure;

/// @returns nothing when the URL has no such part.
std::optional<std::string> part_of(CURLU* url, CURLUPart what, unsigned flags = 0) {
  auto* text = static_cast<char*>(nullptr);
  if (curl_url_get(url, what, &text, flags) != CURLUE_OK || text == nullptr) return std::nullopt;
  auto part = std::string{text};
  curl_free(text);
  return part;
}

std::string plain_host(std::string host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.ends_with('.')) host.pop_back();
  std::transform(host.begin(), host.end(), host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return host;
}

/// Names need a look-up; they count as public until then.
address_scope scope_of_literal(const std::string& host) {
  auto v4 = sockaddr_in{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1)
    return scope_of(reinterpret_cast<const sockaddr*>(&v4));
  auto v6 = sockaddr_in6{};
  v6.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1)
    return scope_of(reinterpret_cast<const sockaddr*>(&v6));
  return address_scope::public_;
}

bool may_ask(address_scope scope, const fetch_options& o) {
  return scope == address_scope::public_ ||
         (scope == address_scope::loopback && o.allow_loopback_for_tests);
}

bool is_allowed_port(std::string_view text) {
  auto port = 0U;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port == 443 || (port >= 1024 && port <= 65535);
}

bool is_allowed_host(const std::string& host, const fetch_options& o) {
  return o.allowed_hosts.empty() ||
         std::any_of(o.allowed_hosts.begin(), o.allowed_hosts.end(), [&](const std::string& a) {
           return a.starts_with('.') ? host.size() > a.size() && host.ends_with(a) : host == a;
         });
}

/// What libcurl would read in its own way is refused: white space, and slashes before the host.
bool is_plain(std::string_view url) {
  constexpr auto scheme = std::string_view{"https://"};
  return url.starts_with(scheme) && !url.substr(scheme.size()).starts_with('/') &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

tl::expected<fetch_url, fetch_failure> fetch_url::read(const std::string& url,
                                                       const fetch_options& o) {
  const auto bad = tl::unexpected{fetch_failure::bad_url};
  if (url.size() > longest || !is_plain(url)) return bad;
  auto made = fetch_url{curl_url_ptr{curl_url()}, {}};
  auto* const u = made.parsed.get();
  if (u == nullptr || curl_url_set(u, CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return bad;
  if (part_of(u, CURLUPART_SCHEME) != "https" || part_of(u, CURLUPART_USER) ||
      part_of(u, CURLUPART_PASSWORD) || part_of(u, CURLUPART_FRAGMENT) ||
      part_of(u, CURLUPART_ZONEID) ||
      !is_allowed_port(part_of(u, CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("")))
    return bad;
  made.host = plain_host(part_of(u, CURLUPART_HOST).value_or(""));
  if (made.host.empty() || !is_allowed_host(made.host, o)) return bad;
  if (!may_ask(scope_of_literal(made.host), o)) return tl::unexpected{fetch_failure::not_public};
  return made;
}

}  // namespace mintage::net
