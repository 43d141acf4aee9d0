#include "oauth/request/repeated_member.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace mintage::oauth {

bool repeats_a_member(simdjson::dom::element where) {
  if (auto items = simdjson::dom::array{}; where.get(items) == simdjson::SUCCESS) {
    return std::any_of(items.begin(), items.end(), repeats_a_member);
  }
  auto object = simdjson::dom::object{};
  if (where.get(object) != simdjson::SUCCESS) return false;
  auto names = std::vector<std::string_view>{};
  for (const auto& [name, inner] : object) {
    if (repeats_a_member(inner)) return true;
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace mintage::oauth
