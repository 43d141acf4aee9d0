#include "oauth/endpoints.hpp"

#include "oauth/request/uri.hpp"

namespace mintage::oauth {

endpoint_paths paths_of(const options& o) {
  const auto parts = split_uri(base_url(o)).value_or(uri_parts{});
  auto paths = endpoint_paths{};
  for (const auto& e : endpoints) {
    auto& path = paths[e.id];
    if (e.root == path_root::issuer) path += parts.path;
    path += e.name;
    if (e.root == path_root::before_issuer) path += parts.path;
  }
  return paths;
}

}  // namespace mintage::oauth
