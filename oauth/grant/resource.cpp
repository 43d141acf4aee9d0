#include "oauth/grant/resource.hpp"

#include <algorithm>
#include <utility>

#include "oauth/client/profile_rules.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/grant/scope.hpp"
#include "oauth/request/text.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

refusal unknown_target() {
  return deny(errc::invalid_target,
              "resource is not registered, or this client may not have tokens for it",
              "resource unknown or not allowed (ATK-03)");
}

/// Scheme and authority of a URI; empty when it has none, or a user name, which has case.
std::string_view origin_in(std::string_view uri) noexcept {
  constexpr auto separator = std::string_view{"://"};
  const auto scheme_end = uri.find(separator);
  if (scheme_end == uri.npos) return {};
  const auto origin = uri.substr(0, uri.find_first_of("/?#", scheme_end + separator.size()));
  return origin.find('@') == origin.npos ? origin : std::string_view{};
}

/// The resource that a request means. The search is for names that are not the identifier itself.
const resource* find_asked(const client_registry& known, std::string_view name) noexcept {
  if (const auto* const exact = known.find_resource(name)) return exact;
  const auto& all = known.resources();
  const auto found = std::find_if(all.begin(), all.end(), [&](const resource& r) {
    return is_same_resource(r.as.identifier, name);
  });
  return found == all.end() ? nullptr : &*found;
}

bool has_target(const std::vector<target>& targets, std::string_view identifier) noexcept {
  return std::any_of(targets.begin(), targets.end(),
                     [&](const target& t) { return t.identifier == identifier; });
}

/// Whether the client's profile allows the signatures of all targets (FAP-09).
bool may_have(const client& c, const std::vector<target>& targets) noexcept {
  return c.profile != client_profile::fapi2 ||
         std::all_of(targets.begin(), targets.end(), [](const target& t) {
           return t.format == token_format::opaque || is_for_fapi(t.alg);
         });
}

refusal forbidden_algorithm() {
  return deny(errc::invalid_target,
              "access tokens for the resource are signed by an algorithm that this client may not "
              "use",
              "resource with an alg that FAPI 2.0 forbids (FAP-09)");
}

/// Whether the targets have one format and one algorithm, as an access token does.
bool agree(const std::vector<target>& targets) noexcept {
  return std::all_of(targets.begin(), targets.end(), [&](const target& t) {
    return t.format == targets.front().format && t.alg == targets.front().alg;
  });
}

/// Adds userinfo to other targets, so that their token serves both.
void add_userinfo(std::vector<target>& others, std::string identifier) {
  others.push_back({.identifier = std::move(identifier),
                    .format = others.front().format,
                    .alg = others.front().alg});
}

result<std::vector<target>> named_targets(const client_registry& known, const client& c,
                                          std::span<const std::string_view> requested,
                                          std::string userinfo, bool may_have_userinfo) {
  auto out = std::vector<target>{};
  auto wants_userinfo = false;
  for (const auto name : requested) {
    if (may_have_userinfo && name == userinfo) {
      wants_userinfo = true;
      continue;
    }
    const auto* const r = find_asked(known, name);
    const auto& allowed = c.allowed_resources;
    if (r == nullptr ||
        std::find(allowed.begin(), allowed.end(), r->as.identifier) == allowed.end()) {
      return unknown_target();
    }
    if (!has_target(out, r->as.identifier)) out.push_back(r->as);
  }
  if (!may_have(c, out)) return forbidden_algorithm();
  if (agree(out)) {
    if (wants_userinfo && !out.empty()) add_userinfo(out, std::move(userinfo));
    return out;
  }
  return deny(errc::invalid_target,
              "resource names several whose access tokens differ in format or algorithm",
              "targets disagree (ATK-04, ATK-06)");
}

}  // namespace

bool is_resource_identifier(std::string_view text) noexcept {
  constexpr auto longest = std::size_t{2048};
  // Identifiers are compared literally: a wildcard would only match itself.
  if (text.size() > longest || text.find('*') != text.npos) return false;
  const auto parts = split_uri(text);
  return parts && !parts->has_fragment && !(parts->has_authority && parts->host.empty());
}

bool is_same_resource(std::string_view identifier, std::string_view asked) noexcept {
  if (identifier == asked) return true;
  const auto a = origin_in(identifier);
  const auto b = origin_in(asked);
  const auto is_same_letter = [](char x, char y) { return to_lower(x) == to_lower(y); };
  if (a.empty() || !std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same_letter)) {
    return false;
  }
  const auto path_of = [](std::string_view uri, std::string_view origin) {
    const auto rest = uri.substr(origin.size());
    return rest == "/" ? std::string_view{} : rest;
  };
  return path_of(identifier, a) == path_of(asked, b);
}

result<std::vector<target>> choose_targets(const client_registry& known, const client& c,
                                           std::string_view scope,
                                           std::span<const std::string_view> requested,
                                           const options& o) {
  const auto has_openid = scope_has(scope, "openid");
  if (!requested.empty()) {
    return named_targets(known, c, requested, userinfo_audience(o), has_openid);
  }
  const resource* found = nullptr;
  while (!scope.empty()) {
    const auto token = scope.substr(0, scope.find(' '));
    scope.remove_prefix(std::min(scope.size(), token.size() + 1));
    const auto* const of_token = known.resource_of_scope(token);
    if (of_token == nullptr) continue;
    if (found != nullptr && found != of_token) {
      return deny(errc::invalid_scope,
                  "scope points to several resources; name the wanted ones with resource",
                  "scope with different default audiences (ATK-02)");
    }
    found = of_token;
  }
  if (found == nullptr) return std::vector<target>{};
  auto out = std::vector{found->as};
  if (!may_have(c, out)) return forbidden_algorithm();
  if (has_openid) add_userinfo(out, userinfo_audience(o));
  return out;
}

result<std::vector<target>> narrow_targets(const std::vector<target>& granted,
                                           std::span<const std::string_view> requested,
                                           const options& o) {
  if (requested.empty()) return granted;
  if (granted.empty()) {
    const auto implied = userinfo_audience(o);
    const auto is_granted = [&](std::string_view name) { return name == implied; };
    if (std::all_of(requested.begin(), requested.end(), is_granted)) return granted;
  }
  auto out = std::vector<target>{};
  for (const auto name : requested) {
    const auto found = std::find_if(granted.begin(), granted.end(), [&](const target& t) {
      return is_same_resource(t.identifier, name);
    });
    if (found == granted.end()) {
      return deny(errc::invalid_target, "resource was not granted",
                  "resource outside the grant (COD-10, RFT-12)");
    }
    if (!has_target(out, found->identifier)) out.push_back(*found);
  }
  return out;
}

}  // namespace mintage::oauth
