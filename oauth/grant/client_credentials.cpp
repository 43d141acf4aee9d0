#include "oauth/grant/client_credentials.hpp"

#include <algorithm>
#include <vector>

#include "oauth/denial_reasons.hpp"
#include "oauth/grant/scope.hpp"

namespace mintage::oauth {
namespace {

bool is_about_a_person(std::string_view token) noexcept {
  return token == "openid" || token == "offline_access";
}

}  // namespace

result<void> read_client_grant(const parameters&, token_request&) {
  return {};
}

result<std::string> choose_client_scope(const client& c, std::string_view requested) {
  if (c.is_public()) {
    return deny(errc::unauthorized_client, "a public client cannot have tokens of its own",
                "client_credentials by a public client (CCG-01)");
  }
  if (requested.empty()) {
    auto registered = std::vector<std::string>{};
    std::remove_copy_if(c.scopes.begin(), c.scopes.end(), std::back_inserter(registered),
                        is_about_a_person);
    if (!registered.empty()) return join_scope(registered);
    return deny(errc::invalid_scope, "scope is missing, and the client has no default",
                "no scope that client_credentials could have");
  }
  const auto tokens = parse_scope(requested);
  if (!tokens) return refusal{tokens.error()};
  const auto is_allowed = [&](const std::string& token) {
    return c.has_scope(token) && !is_about_a_person(token);
  };
  if (!std::all_of(tokens->begin(), tokens->end(), is_allowed)) {
    return deny(errc::invalid_scope, "scope has a token that this client cannot be granted",
                "scope beyond the client's own");
  }
  return join_scope(*tokens);
}

}  // namespace mintage::oauth
