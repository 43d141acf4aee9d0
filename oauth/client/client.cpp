#include "oauth/client/client.hpp"

#include <algorithm>

#include "oauth/request/text.hpp"

namespace mintage::oauth {

bool client::has_grant(grant_type g) const noexcept {
  return std::find(grant_types.begin(), grant_types.end(), g) != grant_types.end();
}

bool client::has_scope(std::string_view token) const noexcept {
  return std::find(scopes.begin(), scopes.end(), token) != scopes.end();
}

bool client::has_redirect_uri(std::string_view uri) const noexcept {
  return std::find(redirect_uris.begin(), redirect_uris.end(), uri) != redirect_uris.end();
}

bool looks_generated(std::string_view client_id) noexcept {
  return client_id.size() == 25 && client_id.substr(0, 3) == "cl_" &&
         std::all_of(client_id.begin() + 3, client_id.end(), is_base64url);
}

}  // namespace mintage::oauth
