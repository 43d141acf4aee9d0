#include "oauth/client/static_claims.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/client/registry.hpp"

namespace mintage::oauth {
namespace {

/// @param identifier_of gives the identifier of each of `some`, a resource; one that is unknown has
///        no claims.
template <class Element, class Get>
std::string merge(const client& c, const client_registry& known, const std::vector<Element>& some,
                  Get identifier_of) {
  auto out = std::string{};
  auto names = std::vector<std::string_view>{};
  const auto add = [&](const std::vector<static_claim>& claims) {
    for (const auto& claim : claims) {
      if (std::find(names.begin(), names.end(), claim.name) != names.end()) continue;
      names.push_back(claim.name);
      out.append(out.empty() ? "{\"" : ",\"").append(claim.name).append("\":").append(claim.value);
    }
  };
  for (const auto& one : some) {
    if (const auto* const r = known.find_resource(identifier_of(one))) add(r->access_token_claims);
  }
  add(c.access_token_claims);
  if (!out.empty()) out += '}';
  return out;
}

}  // namespace

std::string merge_static_claims(const client& c, const client_registry& known,
                                const std::vector<target>& targets) {
  return merge(c, known, targets, [](const target& t) { return std::string_view{t.identifier}; });
}

std::string merge_static_claims_of(const client& c, const client_registry& known,
                                   const std::vector<std::string>& audience) {
  return merge(c, known, audience, [](const std::string& a) { return std::string_view{a}; });
}

}  // namespace mintage::oauth
