#include "oauth/grant/scope.hpp"

#include <algorithm>

#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

/// @see RFC 6749 §3.3
bool is_scope_character(char c) noexcept {
  return c == '\x21' || (c >= '\x23' && c <= '\x5b') || (c >= '\x5d' && c <= '\x7e');
}

/// Removes the text before the next space from the front of `rest`.
std::string_view take_token(std::string_view& rest) noexcept {
  const auto space = rest.find(' ');
  const auto token = rest.substr(0, space);
  rest.remove_prefix(std::min(rest.size(), token.size() + 1));
  return token;
}

}  // namespace

result<std::vector<std::string>> parse_scope(std::string_view scope) {
  auto tokens = std::vector<std::string>{};
  auto malformed = false;
  while (!scope.empty() && !malformed) {
    const auto token = take_token(scope);
    if (token.empty()) continue;
    malformed = !std::all_of(token.begin(), token.end(), is_scope_character);
    if (std::find(tokens.begin(), tokens.end(), token) == tokens.end()) tokens.emplace_back(token);
  }
  if (malformed || tokens.empty()) {
    return deny(errc::invalid_scope, "scope must be tokens separated by spaces", "malformed scope");
  }
  return tokens;
}

bool scope_has(std::string_view scope, std::string_view token) noexcept {
  while (!scope.empty()) {
    if (take_token(scope) == token) return true;
  }
  return false;
}

std::string join_scope(const std::vector<std::string>& tokens) {
  auto scope = std::string{};
  for (const auto& token : tokens) {
    if (!scope.empty()) scope += ' ';
    scope += token;
  }
  return scope;
}

}  // namespace mintage::oauth
