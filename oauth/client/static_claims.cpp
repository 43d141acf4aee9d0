#include "oauth/client/static_claims.hpp"

#include <algorithm>
#include <string_view>

#include "oauth/client/registry.hpp"

namespace mintage::oauth {

std::string merge_static_claims(const client& c, const client_registry& known,
                                const std::vector<target>& targets) {
  auto out = std::string{};
  auto names = std::vector<std::string_view>{};
  const auto add = [&](const std::vector<static_claim>& some) {
    for (const auto& claim : some) {
      if (std::find(names.begin(), names.end(), claim.name) != names.end()) continue;
      names.push_back(claim.name);
      out.append(out.empty() ? "{\"" : ",\"").append(claim.name).append("\":").append(claim.value);
    }
  };
  for (const auto& t : targets) {
    if (const auto* const r = known.find_resource(t.identifier)) add(r->access_token_claims);
  }
  add(c.access_token_claims);
  if (!out.empty()) out += '}';
  return out;
}

}  // namespace mintage::oauth
