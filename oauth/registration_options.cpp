#include "oauth/registration_options.hpp"

#include <algorithm>

#include "oauth/grant/resource.hpp"
#include "oauth/grant/scope.hpp"
#include "oauth/options.hpp"

namespace mintage::oauth {
namespace {

bool is_scope_token(const std::string& text) {
  const auto tokens = parse_scope(text);
  return tokens && tokens->size() == 1 && tokens->front() == text;
}

}  // namespace

std::vector<config_error> check(const registration_options& o) {
  auto errors = std::vector<config_error>{};
  const auto require = [&](bool holds, const char* key, const char* sentence) {
    if (!holds) errors.push_back({key, sentence});
  };
  constexpr auto hour = std::chrono::seconds{3600};
  constexpr auto longest = 3650 * 24 * hour;
  require(o.max_clients <= 1'000'000, "registration.max_clients", "must be at most 1000000");
  require(o.per_source_per_hour <= 100'000, "registration.per_source_per_hour",
          "must be at most 100000");
  require(hour <= o.unused_life && o.unused_life <= longest, "registration.unused_life",
          "must be from 1 h to 3650 d");
  require(24 * hour <= o.idle_life && o.idle_life <= longest, "registration.idle_life",
          "must be from 1 d to 3650 d");
  require(
      !o.scopes.empty() && o.scopes.size() <= 64 && std::ranges::all_of(o.scopes, is_scope_token),
      "registration.scopes", "must be 1 to 64 scope tokens");
  require(o.resources.size() <= 64 && std::ranges::all_of(o.resources, is_resource_identifier),
          "registration.resources",
          "must be at most 64 absolute URIs without fragment and wildcard");
  return errors;
}

}  // namespace mintage::oauth
