#include "oauth/authorization/description.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "oauth/request/json_writer.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

void add_text(json_writer& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json.string(name, text);
}

void add_words(json_writer& json, std::string_view name, std::string_view text) {
  if (const auto words = split_words(text); !words.empty()) json.strings(name, words);
}

/// MCP-13: the client cannot be told from any other program of this machine.
bool is_web(const uri_parts& u) noexcept {
  return u.has_scheme("https") || u.has_scheme("http");
}

bool is_local(std::string_view uri) noexcept {
  const auto parts = split_uri(uri);
  return parts && (!is_web(*parts) || is_loopback_host(parts->host));
}

std::vector<std::string_view> names_of_prompts(prompt_set asked) {
  auto out = std::vector<std::string_view>{};
  for (const auto& row : prompts)
    if (asked.has(row.id)) out.push_back(row.name);
  return out;
}

void add_wishes(json_writer& json, const authorization_request& r) {
  if (!r.prompts.empty()) json.strings("prompt", names_of_prompts(r.prompts));
  if (r.max_age) json.integer("max_age", *r.max_age);
  add_words(json, "acr_values", r.acr_values);
  add_text(json, "login_hint", r.login_hint);
  add_text(json, "hint_sub", r.hint_sub);
  add_words(json, "ui_locales", r.ui_locales);
  if (!r.claims.empty()) json.raw("claims", r.claims);
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view text) {
  auto out = std::vector<std::string_view>{};
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!word.empty()) out.push_back(word);
  }
  return out;
}

std::string describe_client(const client& c) {
  auto out = std::string{};
  auto json = json_writer{out};
  json.string("client_id", c.id);
  add_text(json, "client_name", c.name);
  add_text(json, "client_uri", c.uri);
  add_text(json, "logo_uri", c.logo_uri);
  json.end();
  return out;
}

std::string_view shown_host(std::string_view redirect_uri) noexcept {
  const auto uri = split_uri(redirect_uri);
  if (!uri) return {};
  return uri->has_authority && is_web(*uri) ? uri->host : uri->scheme;
}

std::string describe(const authorization_request& r, const client& c) {
  const auto to = target_of(r, c);
  auto out = std::string{};
  auto json = json_writer{out};
  json.raw("client", describe_client(c));
  json.string("redirect_host", shown_host(to.redirect_uri));
  json.boolean("localhost_only", is_local(to.redirect_uri));
  json.string("scope", asked_scope(r, c));
  if (r.resources_count != 0) json.strings("resources", r.resources());
  add_wishes(json, r);
  json.boolean("interactive", r.is_interactive());
  json.string("pkce", r.code_challenge.empty() ? "none" : "S256");
  json.boolean("dpop_bound", r.dpop_jkt.has_value());
  json.boolean("pushed", r.how.is_pushed);
  json.boolean("signed", r.how.is_signed);
  json.integer("requested_at", numeric_date(r.asked_at()));
  json.integer("expires_at", numeric_date(r.expires));
  json.end();
  return out;
}

}  // namespace mintage::oauth
