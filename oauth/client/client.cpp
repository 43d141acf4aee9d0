#include "oauth/client/client.hpp"

#include <algorithm>

#include "oauth/request/text.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

/// The parts of a URI before and after its TCP port.
struct around_port {
  std::string_view before;
  std::string_view behind;
  friend bool operator==(const around_port&, const around_port&) = default;
};

/// @returns nothing for a URI on which no native app can listen.
std::optional<around_port> split_at_port(std::string_view uri) noexcept {
  const auto parts = split_uri(uri);
  if (!parts || !parts->has_scheme("http") || parts->has_userinfo) return std::nullopt;
  if (parts->host != "127.0.0.1" && parts->host != "[::1]" && parts->host != "localhost") {
    return std::nullopt;
  }
  const auto host_end = static_cast<std::size_t>(parts->host.end() - uri.begin());
  const auto port_size = parts->port.empty() ? 0 : parts->port.size() + 1;
  return around_port{uri.substr(0, host_end), uri.substr(host_end + port_size)};
}

}  // namespace

token_lives resolve(const token_lives& own, const options& o) noexcept {
  // Its own lives may be older than the limits of the config: see `check_lives`.
  const auto or_else = [](seconds chosen, seconds usual, seconds longest) {
    return chosen == seconds{0} ? usual : std::min(chosen, longest);
  };
  const auto longest_signed = longest_signed_life(o);
  const auto absolute = or_else(own.refresh_absolute, o.refresh_absolute, o.refresh_absolute);
  return {.access = or_else(own.access, o.access_ttl, longest_signed),
          .id = or_else(own.id, o.id_ttl, longest_signed),
          .refresh_idle = or_else(own.refresh_idle, std::min(o.refresh_idle, absolute), absolute),
          .refresh_absolute = absolute};
}

bool client::has_grant(grant_type g) const noexcept {
  return std::find(grant_types.begin(), grant_types.end(), g) != grant_types.end();
}

bool client::has_scope(std::string_view token) const noexcept {
  return std::find(scopes.begin(), scopes.end(), token) != scopes.end();
}

bool client::has_redirect_uri(std::string_view uri) const noexcept {
  if (std::find(redirect_uris.begin(), redirect_uris.end(), uri) != redirect_uris.end()) {
    return true;
  }
  const auto sent = split_at_port(uri);
  return sent && std::any_of(redirect_uris.begin(), redirect_uris.end(),
                             [&](const auto& known) { return split_at_port(known) == sent; });
}

bool looks_generated(std::string_view client_id) noexcept {
  return client_id.size() == 25 && client_id.substr(0, 3) == "cl_" &&
         std::all_of(client_id.begin() + 3, client_id.end(), is_base64url);
}

}  // namespace mintage::oauth
