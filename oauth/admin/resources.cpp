#include "oauth/admin/resources.hpp"

#include <string>

#include "oauth/client/profile_rules.hpp"
#include "oauth/grant/scope.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_scopes = std::size_t{64};
constexpr auto max_servers = std::size_t{64};
constexpr auto max_client_id = std::size_t{128};

complaint check_identifier(const client_registry& known, std::string_view identifier,
                           const options& o) {
  if (!is_resource_identifier(identifier)) {
    return bad_request(
        "identifier must be an absolute URI without fragment and wildcard of at most 2048 octets");
  }
  if (identifier == userinfo_audience(o)) {
    return bad_request("identifier must not be that of userinfo, which needs no resource");
  }
  // With a client id as audience, an access token would look like an ID token (ATK-02).
  if (known.find(identifier) != nullptr) {
    return bad_request("identifier must not be the id of a client");
  }
  return std::nullopt;
}

/// @returns the error of a scope token, as the end of a sentence that begins with its name, or
///          null.
const char* fault_of_scope(const client_registry& known, const resource& r,
                           const std::string& token) {
  const auto parsed = parse_scope(token);
  if (!parsed || parsed->size() != 1 || parsed->front() != token) return "must be one scope token";
  if (token == "openid" || token == "offline_access") return "cannot point to a resource";
  const auto* const other = known.resource_of_scope(token);
  if (other != nullptr && other->as.identifier != r.as.identifier) {
    return "points to another resource already";
  }
  return nullptr;
}

}  // namespace

complaint check_resource(const client_registry& known, const resource& r, const options& o) {
  if (auto bad = check_identifier(known, r.as.identifier, o)) return bad;
  if (o.profile == client_profile::fapi2 && r.as.format == token_format::jwt &&
      !is_for_fapi(r.as.alg)) {
    return bad_request("alg must be ES256, PS256 or EdDSA for the profile fapi2 of this server");
  }
  if (r.scopes.size() > max_scopes) return bad_request("scopes must be at most 64 tokens");
  for (auto i = std::size_t{0}; i < r.scopes.size(); ++i) {
    if (const auto* fault = fault_of_scope(known, r, r.scopes[i])) {
      return bad_request("scopes[" + std::to_string(i) + "] " + fault);
    }
  }
  if (r.resource_servers.size() > max_servers) {
    return bad_request("resource_servers must be at most 64 clients");
  }
  for (auto i = std::size_t{0}; i < r.resource_servers.size(); ++i) {
    const auto& id = r.resource_servers[i];
    if (id.empty() || id.size() > max_client_id || !is_visible_ascii(id)) {
      return bad_request("resource_servers[" + std::to_string(i) + "] must be the id of a client");
    }
  }
  return std::nullopt;
}

}  // namespace mintage::oauth
