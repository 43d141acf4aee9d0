#include "oauth/endpoints.hpp"

#include "oauth/request/uri.hpp"

namespace mintage::oauth {

endpoint_paths paths_of(const options& o) {
  const auto parts = split_uri(base_url(o)).value_or(uri_parts{});
  auto paths = endpoint_paths{};
  for (const auto& e : endpoints) {
    auto& path = paths[e.id];
    path.append(e.precedes_issuer_path ? e.name : parts.path);
    path.append(e.precedes_issuer_path ? parts.path : e.name);
  }
  return paths;
}

}  // namespace mintage::oauth
