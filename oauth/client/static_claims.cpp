#include "oauth/client/static_claims.hpp"

#include <algorithm>
#include <ranges>
#include <string>
#include <string_view>

#include "oauth/client/registry.hpp"

namespace mintage::oauth {
namespace {

/// @param identifiers of resources; one that is unknown has no claims.
template <class Identifiers>
std::string merge(const client& c, const client_registry& known, const Identifiers& identifiers) {
  auto out = std::string{};
  auto names = std::vector<std::string_view>{};
  const auto add = [&](const std::vector<static_claim>& some) {
    for (const auto& claim : some) {
      if (std::find(names.begin(), names.end(), claim.name) != names.end()) continue;
      names.push_back(claim.name);
      out.append(out.empty() ? "{\"" : ",\"").append(claim.name).append("\":").append(claim.value);
    }
  };
  for (const std::string& identifier : identifiers) {
    if (const auto* const r = known.find_resource(identifier)) add(r->access_token_claims);
  }
  add(c.access_token_claims);
  if (!out.empty()) out += '}';
  return out;
}

}  // namespace

std::string merge_static_claims(const client& c, const client_registry& known,
                                const std::vector<target>& targets) {
  return merge(c, known, targets | std::views::transform(&target::identifier));
}

std::string merge_static_claims_of(const client& c, const client_registry& known,
                                   const std::vector<std::string>& audience) {
  return merge(c, known, audience);
}

}  // namespace mintage::oauth
