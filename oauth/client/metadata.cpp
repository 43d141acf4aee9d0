#include "oauth/client/metadata.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/client/authorization_metadata.hpp"
#include "oauth/client/certificate_metadata.hpp"
#include "oauth/client/key_metadata.hpp"
#include "oauth/client/logout_metadata.hpp"
#include "oauth/client/redirect_uri.hpp"
#include "oauth/client/secrets.hpp"
#include "oauth/client/software_metadata.hpp"
#include "oauth/client/subject_metadata.hpp"
#include "oauth/grant/resource.hpp"
#include "oauth/grant/scope.hpp"
#include "oauth/request/text.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_id = std::size_t{128};
constexpr auto max_name = std::size_t{256};
constexpr auto max_redirect_uris = std::size_t{512};
/// Maximum number of entries of allowed_resources and of allowed_origins.
constexpr auto max_allowed = std::size_t{64};
constexpr auto max_scope_tokens = std::size_t{64};
constexpr auto max_scope = std::size_t{2048};

/// @returns the error of an allowed origin, as the end of a sentence that begins with its name, or
///          null (TOK-20).
const char* fault_of_origin(std::string_view text) {
  if (has_wildcard(text)) return "must name one origin: wildcards are not matched";
  const auto parts = split_uri(text);
  const auto is_allowed =
      parts && is_web_origin(text) && (parts->has_scheme("https") || is_loopback_host(parts->host));
  if (is_allowed) return nullptr;
  return "must be https://host or https://host:port as browsers send it, or http on a loopback "
         "host";
}

complaint set_redirect_uris(client& c, const client_metadata& m) {
  if (!m.redirect_uris) return std::nullopt;
  if (m.redirect_uris->size() > max_redirect_uris) {
    return bad_request("redirect_uris must be at most 512 URIs");
  }
  for (auto i = std::size_t{0}; i < m.redirect_uris->size(); ++i) {
    if (const auto* fault = fault_of_redirect_uri((*m.redirect_uris)[i])) {
      return bad_request("redirect_uris[" + std::to_string(i) + "] " + fault);
    }
  }
  c.redirect_uris = *m.redirect_uris;
  return std::nullopt;
}

complaint set_grant_types(client& c, const client_metadata& m) {
  if (!m.grant_types) return std::nullopt;
  if (m.grant_types->empty()) return bad_request("grant_types must not be empty");
  auto grants = std::vector<grant_type>{};
  for (auto i = std::size_t{0}; i < m.grant_types->size(); ++i) {
    const auto& name = (*m.grant_types)[i];
    const auto grant = parse_grant_type(name);
    if (!grant) {
      return bad_request("grant_types[" + std::to_string(i) + "] must be " +
                         one_of(names_of(oauth::grants)));
    }
    if (std::find(grants.begin(), grants.end(), *grant) == grants.end()) grants.push_back(*grant);
  }
  c.grant_types = std::move(grants);
  return std::nullopt;
}

/// Response types follow from the grants.
complaint check_response_types(const client& c, const client_metadata& m) {
  if (!m.response_types) return std::nullopt;
  const auto wanted = response_types_of(c.grant_types);
  if (std::ranges::equal(*m.response_types, wanted)) return std::nullopt;
  return bad_request(wanted.empty()
                         ? "response_types must be [] without the grant authorization_code"
                         : "response_types must be [" + one_of(wanted) + "]");
}

complaint set_scope(client& c, const client_metadata& m) {
  if (!m.scope) return std::nullopt;
  auto tokens = parse_scope(*m.scope);
  if (!tokens || tokens->empty()) {
    return bad_request("scope must be scope tokens separated by spaces");
  }
  if (tokens->size() > max_scope_tokens || m.scope->size() > max_scope) {
    return bad_request("scope must be at most 64 tokens and 2048 octets");
  }
  c.scopes = std::move(*tokens);
  return std::nullopt;
}

complaint set_allowed_resources(client& c, const client_metadata& m) {
  if (!m.allowed_resources) return std::nullopt;
  if (m.allowed_resources->size() > max_allowed) {
    return bad_request("allowed_resources must be at most 64 URIs");
  }
  for (auto i = std::size_t{0}; i < m.allowed_resources->size(); ++i) {
    if (!is_resource_identifier((*m.allowed_resources)[i])) {
      return bad_request("allowed_resources[" + std::to_string(i) +
                         "] must be an absolute URI without fragment and wildcard of at most 2048 "
                         "octets");
    }
  }
  c.allowed_resources = *m.allowed_resources;
  return std::nullopt;
}

complaint set_allowed_origins(client& c, const client_metadata& m) {
  if (!m.allowed_origins) return std::nullopt;
  if (m.allowed_origins->size() > max_allowed) {
    return bad_request("allowed_origins must be at most 64 origins");
  }
  for (auto i = std::size_t{0}; i < m.allowed_origins->size(); ++i) {
    if (const auto* fault = fault_of_origin((*m.allowed_origins)[i])) {
      return bad_request("allowed_origins[" + std::to_string(i) + "] " + fault);
    }
  }
  c.allowed_origins = *m.allowed_origins;
  return std::nullopt;
}

complaint set_plain_values(client& c, const client_metadata& m) {
  if (m.client_name) {
    if (m.client_name->size() > max_name || !is_printable_utf8(*m.client_name)) {
      return bad_request("client_name must be at most 256 octets of printable UTF-8");
    }
    c.name = *m.client_name;
  }
  if (m.status) {
    if (*m.status != "active" && *m.status != "suspended") {
      return bad_request("status must be active or suspended");
    }
    c.status = *m.status == "active" ? client_status::active : client_status::suspended;
  }
  if (m.rt_mode) {
    if (*m.rt_mode != "rotating" && *m.rt_mode != "static") {
      return bad_request("rt_mode must be rotating or static");
    }
    c.refresh_mode = *m.rt_mode == "rotating" ? rt_mode::rotating : rt_mode::static_;
  }
  c.strict_auth_method = m.strict_auth_method.value_or(c.strict_auth_method);
  c.require_pkce = m.require_pkce.value_or(c.require_pkce);
  c.basic_raw_compat = m.basic_raw_compat.value_or(c.basic_raw_compat);
  c.rt_without_offline = m.rt_without_offline.value_or(c.rt_without_offline);
  c.dpop_bound_access_tokens = m.dpop_bound_access_tokens.value_or(c.dpop_bound_access_tokens);
  c.dpop_nonces = m.dpop_nonces.value_or(c.dpop_nonces);
  if (m.access_token_claims) c.access_token_claims = *m.access_token_claims;
  return std::nullopt;
}

complaint set_algorithms(client& c, const client_metadata& m) {
  if (m.id_token_signed_response_alg) {
    const auto alg = crypto::parse_signing_alg(*m.id_token_signed_response_alg);
    if (!alg) {
      return bad_request(
          "id_token_signed_response_alg must be RS256, ES256, PS256, ES384 or EdDSA");
    }
    c.id_token_alg = *alg;
  }
  if (m.userinfo_signed_response_alg) {
    c.userinfo_alg = crypto::parse_signing_alg(*m.userinfo_signed_response_alg);
    if (!c.userinfo_alg && !m.userinfo_signed_response_alg->empty()) {
      return bad_request(
          "userinfo_signed_response_alg must be RS256, ES256, PS256, ES384, EdDSA or empty");
    }
  }
  return std::nullopt;
}

/// Sets a lifetime to a number of seconds.
complaint set_life(std::optional<std::int64_t> from, const char* name, seconds longest,
                   seconds& to) {
  if (!from) return std::nullopt;
  if (*from < 0 || *from > longest.count()) {
    return bad_request(std::string{name} + " must be from 1 to " + std::to_string(longest.count()) +
                       " seconds, or 0 for the server's own");
  }
  to = seconds{*from};
  return std::nullopt;
}

complaint set_lives(client& c, const client_metadata& m) {
  constexpr auto day = seconds{86400};
  auto& to = c.lives;
  if (auto bad = set_life(m.access_token_ttl, "access_token_ttl", day, to.access)) return bad;
  if (auto bad = set_life(m.id_token_ttl, "id_token_ttl", day, to.id)) return bad;
  if (auto bad = set_life(m.refresh_idle, "refresh_idle", 3650 * day, to.refresh_idle)) return bad;
  return set_life(m.refresh_absolute, "refresh_absolute", 3650 * day, to.refresh_absolute);
}

/// Rules that concern several members, applied to the resulting client.
complaint check_whole(const client& c, const client_metadata& m) {
  for (const auto g : c.grant_types) {
    if (!c.is_public() || row_of(grants, g).is_for_public_clients) continue;
    return bad_request("grant_types cannot have " + std::string{to_string(g)} +
                       " for a public client");
  }
  if (auto bad = check_response_types(c, m)) return bad;
  for (const auto g : c.grant_types) {
    if (row_of(grants, g).response_type.empty() || !c.redirect_uris.empty()) continue;
    return bad_request("redirect_uris is required for the grant type " + std::string{to_string(g)});
  }
  if (c.is_public() && !c.require_pkce) {
    return bad_request("require_pkce cannot be off for a public client");
  }
  // Only rotation reveals that a refresh token was copied which is not bound to a key (RFT-02).
  if (c.is_public() && c.refresh_mode != rt_mode::rotating && !c.dpop_bound_access_tokens) {
    return bad_request("rt_mode must be rotating for a public client");
  }
  return std::nullopt;
}

/// Sets the members that creation and change have in common.
complaint apply(client& c, const client_metadata& m) {
  for (const auto set :
       {set_redirect_uris, set_grant_types, set_scope, set_plain_values, set_algorithms,
        set_subjects, set_allowed_resources, set_allowed_origins, set_lives, set_keys,
        set_certificate, set_authorization, set_software, set_logout}) {
    if (auto bad = set(c, m)) return bad;
  }
  if (auto bad = check_whole(c, m)) return bad;
  if (auto bad = check_keys(c)) return bad;
  return check_authorization_metadata(c);
}

/// Checks the secret that is imported with the id, as text or as hash.
complaint check_imported_secret(const client& c, const client_metadata& m) {
  const auto is_imported = m.client_secret || m.client_secret_hash;
  const auto name = std::string{m.client_secret ? "client_secret" : "client_secret_hash"};
  if (m.client_secret && m.client_secret_hash) return bad_request(secret_or_hash);
  const auto has_secret = proof_of(c.method) == client_proof::secret;
  if (is_imported && c.is_public()) return bad_request(name + " cannot belong to a public client");
  if (is_imported && !has_secret)
    return bad_request(name + " cannot belong to a client that authenticates by " +
                       std::string{to_string(c.method)});
  if (m.client_secret_hash && row_of(auth_methods, c.method).needs_secret_text)
    return bad_request(hash_for_text_method);
  if (is_imported && !m.client_id) return bad_request("client_id is required with " + name);
  if (m.client_id && !is_imported && has_secret)
    return bad_request("client_secret or client_secret_hash is required with client_id");
  if (m.client_secret) return check_chosen_secret(*m.client_secret);
  if (m.client_secret_hash) return check_secret_hash(*m.client_secret_hash);
  return std::nullopt;
}

/// Sets how the client authenticates: its method, and its id and secret if they are imported.
complaint set_identity(client& c, const client_metadata& m) {
  if (m.token_endpoint_auth_method) {
    const auto method = find_named(auth_methods, *m.token_endpoint_auth_method);
    if (!method || row_of(auth_methods, *method).endpoints.empty()) {
      return bad_request("token_endpoint_auth_method must be " + one_of(registrable_methods()));
    }
    c.method = *method;
  }
  if (m.client_id) {
    if (m.client_id->empty() || m.client_id->size() > max_id || !is_visible_ascii(*m.client_id)) {
      return bad_request("client_id must be 1 to 128 printable ASCII characters without spaces");
    }
    c.id = *m.client_id;
  }
  if (auto bad = check_imported_secret(c, m)) return bad;
  return check_secret_expiry(m.client_secret_expires_at);
}

std::string make_client_id(crypto::random_source& random) {
  auto id = std::string{"cl_"};
  crypto::base64url_append(id, random.take<16>());
  return id;
}

std::uint64_t make_incarnation(crypto::random_source& random) {
  auto value = std::uint64_t{0};
  for (const auto octet : random.take<8>()) value = value << 8 | octet;
  return value;
}

}  // namespace

complaint check_lives(const token_lives& own, const options& o) {
  const auto within = [](seconds life, const char* name, seconds longest,
                         const char* key) -> complaint {
    if (life <= longest) return std::nullopt;
    return bad_request(std::string{name} + " must be at most " + std::to_string(longest.count()) +
                       " seconds, because of " + key);
  };
  const auto signed_life = longest_signed_life(o);
  if (auto bad = within(own.access, "access_token_ttl", signed_life, "keys.overlap")) return bad;
  if (auto bad = within(own.id, "id_token_ttl", signed_life, "keys.overlap")) return bad;
  constexpr auto key = "tokens.refresh_absolute";
  if (auto bad = within(own.refresh_absolute, "refresh_absolute", o.refresh_absolute, key)) {
    return bad;
  }
  const auto longest_idle =
      own.refresh_absolute == seconds{0} ? o.refresh_absolute : own.refresh_absolute;
  return within(own.refresh_idle, "refresh_idle", longest_idle,
                own.refresh_absolute == seconds{0} ? key : "refresh_absolute");
}

admin_result<client> make_client(const client_metadata& m, instant now,
                                 crypto::random_source& random) {
  auto made = client{};
  if (auto bad = set_identity(made, m)) return tl::unexpected{std::move(*bad)};
  made.refresh_mode = made.is_public() ? rt_mode::rotating : rt_mode::static_;
  if (m.client_id) made.assertion_aud = aud_mode::compat;
  if (auto bad = apply(made, m)) return tl::unexpected{std::move(*bad)};
  if (m.client_secret) {
    if (auto bad = check_secret_length(made, *m.client_secret))
      return tl::unexpected{std::move(*bad)};
  }
  made.issued_at = now;
  if (made.id.empty()) made.id = make_client_id(random);
  made.incarnation = make_incarnation(random);
  return made;
}

admin_result<client> change_client(const client& before, const client_metadata& m) {
  if (m.client_id) return tl::unexpected{*bad_request("client_id cannot be changed")};
  if (m.client_secret) return tl::unexpected{*bad_request("client_secret cannot be changed")};
  if (m.client_secret_hash)
    return tl::unexpected{*bad_request("client_secret_hash cannot be changed")};
  if (m.token_endpoint_auth_method) {
    return tl::unexpected{*bad_request("token_endpoint_auth_method cannot be changed")};
  }
  if (auto bad = check_secret_expiry(m.client_secret_expires_at))
    return tl::unexpected{std::move(*bad)};
  auto changed = before;
  if (auto bad = apply(changed, m)) return tl::unexpected{std::move(*bad)};
  if (m.client_secret_expires_at) {
    if (changed.secrets.empty()) {
      return tl::unexpected{*bad_request("client_secret_expires_at needs a client secret")};
    }
    const auto newest = std::max_element(
        changed.secrets.begin(), changed.secrets.end(),
        [](const stored_secret& a, const stored_secret& b) { return a.number < b.number; });
    newest->expires = secret_expiry(m.client_secret_expires_at);
  }
  ++changed.version;
  return changed;
}

}  // namespace mintage::oauth
