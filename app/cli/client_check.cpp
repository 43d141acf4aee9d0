#include "app/cli/client_check.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "app/cli/command_error.hpp"
#include "app/cli/text_table.hpp"
#include "oauth/client/profile_rules.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/dpop/proof.hpp"
#include "oauth/endpoints.hpp"
#include "oauth/grant/client_credentials.hpp"
#include "oauth/grant/scope.hpp"

namespace mintage::app {
namespace {

namespace json = boost::json;
using oauth::client;
using oauth::denial_reason;

/// When the end of a secret is near enough to be told.
constexpr auto near = std::chrono::hours{24 * 30};

std::string text_in(const json::object& from, const char* name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

bool flag_in(const json::object& from, const char* name, bool otherwise) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

std::vector<std::string> texts_in(const json::object& from, const char* name) {
  auto out = std::vector<std::string>{};
  const auto* value = from.if_contains(name);
  if (value == nullptr || !value->is_array()) return out;
  for (const auto& each : value->get_array()) out.emplace_back(each.as_string());
  return out;
}

/// The enumerator that a name in the JSON stands for.
template <class Table>
auto named(const Table& table, const std::string& name) {
  const auto found = oauth::find_named(table, name);
  if (!found) throw command_error{name + " is not known to this version of mintage"};
  return *found;
}

checked_request refused(std::string request, denial_reason why) {
  const auto& row = why.row();
  auto remark = std::string{row.expected};
  if (!row.setting.empty()) remark.append(" (").append(row.setting).append(")");
  return {std::move(request), false, std::move(remark), row.rule};
}

checked_request passes(std::string request, std::string remark = {}) {
  return {std::move(request), true, std::move(remark)};
}

/// The live secrets, and the ends that are near.
std::string describe_secrets(const client& c, oauth::instant now) {
  auto out = std::string{};
  for (const auto& s : c.secrets) {
    if (s.expires && *s.expires <= now) continue;
    out.append(out.empty() ? "secret " : ", secret ").append(std::to_string(s.number));
    if (s.expires && *s.expires <= now + near) {
      out.append(" until ").append(time_text(oauth::numeric_date(*s.expires)));
    }
  }
  return out;
}

/// Where the public keys of the client are, and what its assertions may name as `aud`.
std::string describe_assertions(const client& c) {
  auto out = c.jwks_uri.empty() ? std::string{"keys of jwks"} : "keys at " + c.jwks_uri;
  if (proof_of(c.method) == oauth::client_proof::secret) out = {};
  return out.append(out.empty() ? "" : ", ").append("aud ").append(to_string(c.assertion_aud));
}

checked_request check_authentication(const client& c, const oauth::endpoint_row& at,
                                     oauth::instant now) {
  const auto& method = row_of(oauth::auth_methods, c.method);
  auto request = "authenticate at " + std::string{at.name};
  if (c.status != oauth::client_status::active) {
    return refused(std::move(request), "client is suspended");
  }
  if (!meets_profile(c)) {
    auto unfit = refused(std::move(request),
                         "client does not meet FAPI 2.0, which this server "
                         "holds all clients to");
    unfit.remark = check_profile(c)->description;
    return unfit;
  }
  if (!is_allowed_at(c.method, at.id)) {
    return refused(std::move(request),
                   c.is_public() ? denial_reason{"introspection by a public client (INT-01)"}
                                 : denial_reason{"wrong method"});
  }
  auto how = std::string{method.name};
  if (method.presented == oauth::presentation::assertion) {
    how.append(", ").append(describe_assertions(c));
  }
  if (method.proof != oauth::client_proof::secret) {
    const auto needs_keys = method.proof == oauth::client_proof::key;
    if (needs_keys && c.jwks.empty() && c.jwks_uri.empty()) {
      return refused(std::move(request), "no key of the client fits alg and kid of the assertion");
    }
    return passes(std::move(request), how);
  }
  const auto live = describe_secrets(c, now);
  if (live.empty()) return refused(std::move(request), "wrong or expired secret");
  const auto is_family = method.presented == oauth::presentation::basic ||
                         method.presented == oauth::presentation::post;
  if (is_family && !c.strict_auth_method) how = "client_secret_basic or client_secret_post";
  return passes(std::move(request), how + ", " + live);
}

/// Whether a login of this client yields refresh tokens (COD-11).
bool gets_refresh_tokens(const client& c) {
  return c.has_scope("offline_access") || !c.has_scope("openid") || c.rt_without_offline;
}

checked_request check_grant(const client& c, const oauth::grant_row& grant,
                            const check_questions& asked) {
  auto request = "grant_type=" + std::string{grant.name};
  if (!c.has_grant(grant.id)) {
    return refused(std::move(request), "grant type not registered for the client");
  }
  switch (grant.id) {
    case oauth::grant_type::authorization_code: {
      if (c.redirect_uris.empty()) {
        return refused(std::move(request), "redirect_uri differs");
      }
      const auto must_prove = c.is_public() || c.require_pkce;
      return passes(std::move(request),
                    must_prove ? "PKCE with S256 is required" : "PKCE with S256 is possible");
    }
    case oauth::grant_type::refresh_token:
      if (!gets_refresh_tokens(c)) {
        return refused(std::move(request), "grant without a refresh token");
      }
      return passes(std::move(request), std::string{to_string(c.refresh_mode)} + " tokens");
    case oauth::grant_type::client_credentials: {
      const auto scope = oauth::choose_client_scope(c, asked.scope);
      if (!scope) return refused(std::move(request), scope.error().reason);
      return passes(std::move(request), "scope " + *scope);
    }
  }
  return passes(std::move(request));
}

/// What requests for tokens must prove besides, to be bound to a key.
void check_bindings(const client& c, std::vector<checked_request>& to) {
  if (c.has_certificate_bound_tokens) {
    to.push_back(refused("POST /token without a client certificate",
                         "certificate-bound client presented no certificate"));
  }
  const auto is_fapi = c.profile == oauth::client_profile::fapi2;
  if (c.dpop_bound_access_tokens || (is_fapi && !c.has_certificate_bound_tokens)) {
    to.push_back(refused("POST /token without a DPoP proof",
                         "no DPoP proof from a client whose tokens must be bound (DPO-13)"));
  }
  auto remark = "alg " + oauth::one_of(oauth::proof_alg_names(c.profile));
  if (c.dpop_nonces) remark += ", with a nonce";
  to.push_back(passes("POST /token with a DPoP proof", std::move(remark)));
}

/// The scope of a login, and the audience of its access tokens when the request names no resource.
void check_scope(const client& c, const oauth::client_registry& known, const check_questions& asked,
                 std::vector<checked_request>& to) {
  const auto scope = asked.scope.empty() ? oauth::join_scope(c.scopes) : asked.scope;
  const auto request = "scope=" + scope;
  const auto tokens = oauth::parse_scope(scope);
  if (!tokens) return to.push_back(refused(request, tokens.error().reason));
  for (const auto& token : *tokens) {
    if (c.has_scope(token)) continue;
    return to.push_back(
        {request, false, "The client is registered for " + token + " (client.scope).", "MINT-02"});
  }
  const auto targets = oauth::choose_targets(known, c, scope, {}, oauth::options{});
  if (!targets) return to.push_back(refused(request, targets.error().reason));
  auto remark = std::string{};
  for (const auto& t : *targets) {
    if (known.find_resource(t.identifier) == nullptr) continue;  // that of userinfo
    remark.append("access tokens for ").append(t.identifier).append(", ");
    remark.append(to_string(t.format));
  }
  to.push_back(passes(request, remark.empty() ? "access tokens for userinfo" : remark));
  if (oauth::scope_has(scope, "openid")) {
    to.push_back(passes("GET /userinfo"));
  } else {
    to.push_back(refused("GET /userinfo", "userinfo without openid"));
  }
}

void check_redirect_uris(const client& c, const check_questions& asked,
                         std::vector<checked_request>& to) {
  for (const auto& uri : c.redirect_uris) to.push_back(passes("redirect_uri=" + uri));
  for (const auto& uri : asked.redirect_uris) {
    const auto is_listed = std::ranges::find(c.redirect_uris, uri) != c.redirect_uris.end();
    if (is_listed) continue;
    if (c.has_redirect_uri(uri)) {
      to.push_back(passes("redirect_uri=" + uri, "a loopback address may have any port"));
    } else {
      to.push_back(refused("redirect_uri=" + uri, "redirect_uri differs"));
    }
  }
}

void check_resources(const client& c, const oauth::client_registry& known,
                     const check_questions& asked, std::vector<checked_request>& to) {
  auto names = asked.resources;
  if (names.empty()) {
    for (const auto& r : known.resources()) names.push_back(r.as.identifier);
  }
  for (const auto& name : names) {
    const auto requested = std::array<std::string_view, 1>{name};
    const auto targets =
        oauth::choose_targets(known, c, oauth::join_scope(c.scopes), requested, oauth::options{});
    if (targets) {
      to.push_back(passes("resource=" + name,
                          "access tokens are " + std::string{to_string(targets->front().format)}));
    } else {
      to.push_back(refused("resource=" + name, targets.error().reason));
    }
  }
}

}  // namespace

client client_from(const json::object& from) {
  auto c = client{};
  c.id = text_in(from, "client_id");
  const auto is_active = text_in(from, "status") == to_string(oauth::client_status::active);
  c.status = is_active ? oauth::client_status::active : oauth::client_status::suspended;
  c.method = named(oauth::auth_methods, text_in(from, "token_endpoint_auth_method"));
  c.grant_types.clear();
  for (const auto& name : texts_in(from, "grant_types")) {
    c.grant_types.push_back(named(oauth::grants, name));
  }
  c.redirect_uris = texts_in(from, "redirect_uris");
  if (const auto* jwks = from.if_contains("jwks")) c.jwks = json::serialize(*jwks);
  c.jwks_uri = text_in(from, "jwks_uri");
  const auto is_compat = text_in(from, "assertion_aud_mode") == to_string(oauth::aud_mode::compat);
  c.assertion_aud = is_compat ? oauth::aud_mode::compat : oauth::aud_mode::strict;
  c.allowed_resources = texts_in(from, "allowed_resources");
  c.scopes = oauth::parse_scope(text_in(from, "scope")).value_or(std::vector<std::string>{});
  c.strict_auth_method = flag_in(from, "strict_auth_method", false);
  c.require_pkce = flag_in(from, "require_pkce", true);
  c.rt_without_offline = flag_in(from, "rt_without_offline", false);
  c.has_certificate_bound_tokens =
      flag_in(from, "tls_client_certificate_bound_access_tokens", false);
  c.dpop_bound_access_tokens = flag_in(from, "dpop_bound_access_tokens", false);
  c.dpop_nonces = flag_in(from, "dpop_nonces", false);
  const auto is_fapi = text_in(from, "profile") == to_string(oauth::client_profile::fapi2);
  c.profile = is_fapi ? oauth::client_profile::fapi2 : oauth::client_profile::standard;
  c.only_assertion_alg =
      oauth::parse_assertion_alg(text_in(from, "token_endpoint_auth_signing_alg"));
  const auto id_token_alg = text_in(from, "id_token_signed_response_alg");
  c.id_token_alg = crypto::parse_signing_alg(id_token_alg).value_or(c.id_token_alg);
  c.userinfo_alg = crypto::parse_signing_alg(text_in(from, "userinfo_signed_response_alg"));
  const auto rotates = text_in(from, "rt_mode") == to_string(oauth::rt_mode::rotating);
  c.refresh_mode = rotates ? oauth::rt_mode::rotating : oauth::rt_mode::static_;
  for (const auto& each : from.at("secrets").as_array()) {
    const auto& secret = each.as_object();
    auto& s = c.secrets.emplace_back();
    s.number = secret.at("number").to_number<std::uint32_t>();
    const auto end = secret.at("expires_at").to_number<std::int64_t>();
    if (end != 0) s.expires = oauth::instant{oauth::seconds{end}};
  }
  return c;
}

std::vector<oauth::resource> resources_from(const json::object& answer) {
  auto out = std::vector<oauth::resource>{};
  for (const auto& each : answer.at("resources").as_array()) {
    const auto& from = each.as_object();
    auto& r = out.emplace_back();
    r.as.identifier = text_in(from, "identifier");
    const auto is_opaque = text_in(from, "token_format") == to_string(oauth::token_format::opaque);
    r.as.format = is_opaque ? oauth::token_format::opaque : oauth::token_format::jwt;
    r.scopes = texts_in(from, "scopes");
  }
  return out;
}

std::vector<checked_request> check_requests(const client& c, const oauth::client_registry& known,
                                            const check_questions& asked, oauth::instant now) {
  auto out = std::vector<checked_request>{};
  for (const auto& at : oauth::endpoints) {
    if (!at.auth_methods_member.empty()) out.push_back(check_authentication(c, at, now));
  }
  for (const auto& grant : oauth::grants) out.push_back(check_grant(c, grant, asked));
  check_bindings(c, out);
  check_redirect_uris(c, asked, out);
  check_scope(c, known, asked, out);
  check_resources(c, known, asked, out);
  return out;
}

}  // namespace mintage::app
