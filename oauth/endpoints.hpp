/// @file
/// The public endpoints: their paths, and their members in the discovery documents (MET-01,
/// MET-02). net/public/session.cpp has a row for each endpoint too, which says how HTTP serves it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "oauth/options.hpp"
#include "oauth/table.hpp"

namespace mintage::oauth {

enum class endpoint : std::uint8_t {
  token,
  introspection,
  revocation,
  userinfo,
  jwks,
  openid_configuration,  ///< Discovery §4
  oauth_metadata,        ///< RFC 8414 §3
  healthz,               ///< for load balancers
  /// The first document at the place where RFC 8414 §3.1 has the second (MCP-02).
  openid_configuration_inserted,
  authorize,
  authorize_continue,    ///< brings the browser back from the login page
  pushed_authorization,  ///< RFC 9126
  registration,          ///< RFC 7591 §3
  registered_client,     ///< RFC 7592 §2
  end_session,           ///< OIDC RP-Initiated Logout §2
};

/// Whether this server has an authorization endpoint.
[[nodiscard]] inline bool serves_authorization(const options& o) {
  return !o.login_url.empty();
}

/// Whether applications can begin a logout here.
[[nodiscard]] inline bool serves_logout(const options& o) {
  return !o.logout_url.empty();
}
/// Whether browsers come back from the login page.
[[nodiscard]] inline bool has_login_page(const options& o) {
  return serves_authorization(o) || serves_logout(o);
}

/// Where the path of an endpoint begins.
enum class path_root : std::uint8_t {
  issuer,         ///< after the issuer's path
  before_issuer,  ///< before the issuer's path, which follows (RFC 8414 §3.1)
  host            ///< the issuer's path does not matter
};

struct endpoint_row {
  endpoint id;
  /// The path as far as it does not come from the issuer: see `root`.
  std::string_view name;
  /// The name in logs, metrics and the audit stream; "http" for what takes no credentials.
  std::string_view label;
  /// The member of the discovery documents with its URL; empty = none.
  std::string_view metadata_member = {};
  /// The member that lists its authentication methods; empty = clients do not authenticate.
  std::string_view auth_methods_member = {};
  /// The member that lists the algorithms of client assertions.
  std::string_view auth_algs_member = {};
  path_root root = path_root::issuer;
  /// Whether a client certificate means something there.
  bool takes_certificates = false;
  /// Whether it exists with these options; null = always. What does not exist has no path, and is
  /// announced nowhere.
  bool (*exists)(const options& o) = nullptr;
  /// Whether an id follows the path, as its last segment.
  bool has_id = false;
};

/// Whether clients can register themselves; whether discovery says so (DCR-01, MCP-10).
[[nodiscard]] inline bool has_registration(const options& o) {
  return o.registration.mode != registration_mode::off;
}
[[nodiscard]] inline bool announces_registration(const options& o) {
  return o.registration.mode == registration_mode::open ||
         (has_registration(o) && o.registration.announce);
}

constexpr auto endpoints = std::array{
    endpoint_row{.id = endpoint::token,
                 .name = "/token",
                 .label = "token",
                 .metadata_member = "token_endpoint",
                 .auth_methods_member = "token_endpoint_auth_methods_supported",
                 .auth_algs_member = "token_endpoint_auth_signing_alg_values_supported",
                 .takes_certificates = true},
    endpoint_row{.id = endpoint::introspection,
                 .name = "/introspect",
                 .label = "introspect",
                 .metadata_member = "introspection_endpoint",
                 .auth_methods_member = "introspection_endpoint_auth_methods_supported",
                 .auth_algs_member = "introspection_endpoint_auth_signing_alg_values_supported",
                 .takes_certificates = true},
    endpoint_row{.id = endpoint::revocation,
                 .name = "/revoke",
                 .label = "revoke",
                 .metadata_member = "revocation_endpoint",
                 .auth_methods_member = "revocation_endpoint_auth_methods_supported",
                 .auth_algs_member = "revocation_endpoint_auth_signing_alg_values_supported",
                 .takes_certificates = true},
    endpoint_row{.id = endpoint::userinfo,
                 .name = "/userinfo",
                 .label = "userinfo",
                 .metadata_member = "userinfo_endpoint",
                 .takes_certificates = true},
    endpoint_row{endpoint::jwks, "/jwks", "http", "jwks_uri"},
    endpoint_row{endpoint::openid_configuration, "/.well-known/openid-configuration", "http"},
    endpoint_row{.id = endpoint::oauth_metadata,
                 .name = "/.well-known/oauth-authorization-server",
                 .label = "http",
                 .root = path_root::before_issuer},
    endpoint_row{
        .id = endpoint::healthz, .name = "/healthz", .label = "http", .root = path_root::host},
    endpoint_row{.id = endpoint::openid_configuration_inserted,
                 .name = "/.well-known/openid-configuration",
                 .label = "http",
                 .root = path_root::before_issuer},
    endpoint_row{.id = endpoint::authorize,
                 .name = "/authorize",
                 .label = "authorize",
                 .metadata_member = "authorization_endpoint",
                 .exists = serves_authorization},
    endpoint_row{.id = endpoint::authorize_continue,
                 .name = "/authorize/continue",
                 .label = "authorize_continue",
                 .exists = has_login_page},
    endpoint_row{.id = endpoint::pushed_authorization,
                 .name = "/par",
                 .label = "par",
                 .metadata_member = "pushed_authorization_request_endpoint",
                 .takes_certificates = true,
                 .exists = serves_authorization},
    // Its member of the discovery documents depends on the options.
    endpoint_row{.id = endpoint::registration,
                 .name = "/register",
                 .label = "register",
                 .exists = has_registration},
    endpoint_row{.id = endpoint::registered_client,
                 .name = "/register/",
                 .label = "register",
                 .exists = has_registration,
                 .has_id = true},
    endpoint_row{.id = endpoint::end_session,
                 .name = "/end_session",
                 .label = "end_session",
                 .metadata_member = "end_session_endpoint",
                 .exists = serves_logout},
};
static_assert(is_in_order(endpoints));

[[nodiscard]] constexpr std::string_view label_of(endpoint e) noexcept {
  return row_of(endpoints, e).label;
}
[[nodiscard]] inline bool exists(const endpoint_row& e, const options& o) {
  return e.exists == nullptr || e.exists(o);
}

/// The paths of the public endpoints; empty for one that does not exist. For an issuer with a path
/// ("https://h/t") the endpoints are below it, and the RFC 8414 document is at
/// "/.well-known/oauth-authorization-server/t". Clients look for the metadata in three places
/// (MCP-02).
class endpoint_paths {
 public:
  [[nodiscard]] std::string& operator[](endpoint e) noexcept {
    return paths_[static_cast<std::size_t>(e)];
  }
  [[nodiscard]] const std::string& operator[](endpoint e) const noexcept {
    return paths_[static_cast<std::size_t>(e)];
  }

 private:
  std::array<std::string, endpoints.size()> paths_;
};
[[nodiscard]] endpoint_paths paths_of(const options& o);

/// The URL of an endpoint under `mtls_base_url`, where it asks for client certificates. (CAU-15)
/// @returns empty when there is none: without that base, or for an endpoint that takes neither
///          client authentication nor access tokens. @see RFC 8705 §5
[[nodiscard]] std::string alias_url(const options& o, endpoint e);

}  // namespace mintage::oauth
