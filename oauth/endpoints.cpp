#include "oauth/endpoints.hpp"

#include "oauth/request/uri.hpp"

namespace mintage::oauth {

endpoint_paths paths_of(const options& o) {
  const auto parts = split_uri(base_url(o)).value_or(uri_parts{});
  auto paths = endpoint_paths{};
  for (const auto& e : endpoints) {
    if (!exists(e, o)) continue;
    auto& path = paths[e.id];
    if (e.root == path_root::issuer) path += parts.path;
    path += e.name;
    if (e.root == path_root::before_issuer) path += parts.path;
  }
  return paths;
}

std::string alias_url(const options& o, endpoint e) {
  const auto& row = row_of(endpoints, e);
  if (o.mtls_base_url.empty() || !row.takes_certificates || !exists(row, o)) return {};
  return std::string{o.mtls_base_url}.append(row.name);
}

}  // namespace mintage::oauth
