#include "oauth/client/logout_metadata.hpp"

#include <string>
#include <utility>

#include "oauth/client/redirect_uri.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_uris = std::size_t{64};
constexpr auto max_uri = std::size_t{2048};

complaint set_redirect_uris(client& c, const std::vector<std::string>& uris) {
  if (uris.size() > max_uris)
    return bad_request("post_logout_redirect_uris must be at most 64 URIs");
  for (auto i = std::size_t{0}; i < uris.size(); ++i) {
    if (const auto* fault = fault_of_redirect_uri(uris[i]))
      return bad_request("post_logout_redirect_uris[" + std::to_string(i) + "] " + fault);
  }
  c.post_logout_redirect_uris = uris;
  return std::nullopt;
}

complaint set_logout_uri(client& c, const std::string& uri) {
  const auto parts = split_uri(uri);
  const auto is_allowed =
      uri.empty() || (uri.size() <= max_uri && parts && parts->has_scheme("https") &&
                      is_web_host(parts->host) && !parts->has_userinfo && !parts->has_fragment);
  if (!is_allowed)
    return bad_request(
        "backchannel_logout_uri must be an https URL of at most 2048 octets without user name and "
        "fragment");
  c.backchannel_logout_uri = uri;
  return std::nullopt;
}

}  // namespace

complaint set_logout(client& c, const client_metadata& m) {
  if (m.post_logout_redirect_uris)
    if (auto bad = set_redirect_uris(c, *m.post_logout_redirect_uris)) return bad;
  if (m.backchannel_logout_uri)
    if (auto bad = set_logout_uri(c, *m.backchannel_logout_uri)) return bad;
  c.backchannel_logout_session_required =
      m.backchannel_logout_session_required.value_or(c.backchannel_logout_session_required);
  return std::nullopt;
}

}  // namespace mintage::oauth
