/// @file
/// The calls about resources, and what a resource may be registered with. (ATK-02, ATK-03)
#pragma once

#include <string>

#include "oauth/admin/error.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/grant/resource.hpp"
#include "oauth/options.hpp"

namespace mintage::oauth {

/// Checks a resource: identifier an absolute URI without fragment (ATK-03), not issuer +
/// "/userinfo", no client's id (ATK-02); at most 64 scopes, valid tokens, none of openid and
/// offline_access, none that another resource has; at most 64 resource servers.
[[nodiscard]] complaint check_resource(const client_registry& known, const resource& r,
                                       const options& o);

/// POST /admin/resources: makes a resource, or replaces the one of that identifier.
struct put_resource {
  resource registered;
};
struct list_resources {};
/// DELETE /admin/resources/{identifier}.
struct remove_resource {
  std::string identifier;
};

struct resource_list {
  registry_snapshot known;
};

}  // namespace mintage::oauth
