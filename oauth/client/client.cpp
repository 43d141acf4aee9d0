#include "oauth/client/client.hpp"

#include <algorithm>

#include "oauth/request/text.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {

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

bool client::has_redirect_uri(std::string_view asked) const noexcept {
  if (std::find(redirect_uris.begin(), redirect_uris.end(), asked) != redirect_uris.end()) {
    return true;
  }
  const auto native = split_native_uri(asked);
  return native && std::any_of(redirect_uris.begin(), redirect_uris.end(), [&](const auto& known) {
           return split_native_uri(known) == native;
         });
}

bool looks_generated(std::string_view client_id) noexcept {
  return client_id.size() == 25 && client_id.substr(0, 3) == "cl_" &&
         std::all_of(client_id.begin() + 3, client_id.end(), is_base64url);
}

}  // namespace mintage::oauth
