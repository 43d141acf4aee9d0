/// @file
/// The calls about resources, and the rules of their registration. (ATK-02, ATK-03)
#pragma once

#include <string>

#include "oauth/admin/error.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/grant/resource.hpp"
#include "oauth/options.hpp"

namespace mintage::oauth {

/// Checks a resource. The identifier is an absolute URI without fragment (ATK-03), neither issuer +
/// "/userinfo" nor a client id (ATK-02). At most 64 valid scope tokens, without openid and
/// offline_access, none of another resource; at most 64 resource servers.
[[nodiscard]] complaint check_resource(const client_registry& known, const resource& r,
                                       const options& o);

/// POST /admin/resources: makes a resource, or replaces the one with that identifier.
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
