#include "oauth/client/registration.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/grant/scope.hpp"
#include "oauth/request/text.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

constexpr auto most_redirect_uris = std::size_t{20};
constexpr auto most_name = std::size_t{256};
constexpr auto longest_token_life = std::int64_t{10} * 366 * 86400;
constexpr auto usual_token_life = std::int64_t{86400};
constexpr auto most_uses = std::int64_t{1'000'000};

complaint bad_metadata(std::string description) {
  return admin_error{errc::invalid_client_metadata, std::move(description)};
}
complaint bad_redirect_uri(std::string description) {
  return admin_error{errc::invalid_redirect_uri, std::move(description)};
}

template <class T>
bool holds(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::string joined(const std::vector<std::string>& words) {
  return join_scope(words);
}

/// A sentence of make_client about a redirect URI has its own code.
admin_error as_registration_error(admin_error bad) {
  if (bad.code != errc::invalid_request) return bad;
  bad.code = bad.description.starts_with("redirect_uris") ? errc::invalid_redirect_uri
                                                          : errc::invalid_client_metadata;
  return bad;
}

/// @returns the error of a redirect URI of a web client, as the end of a sentence, or null. Other
///          rules hold for every client: see make_client. (DCR-05, MCP-11)
const char* fault_of_web_uri(std::string_view uri) noexcept {
  const auto parts = split_uri(uri);
  if (!parts) return nullptr;
  if (!parts->has_scheme("https"))
    return "must use https, unless application_type is native (it is web when it is not sent)";
  if (is_loopback_host(parts->host))
    return "must not be on a loopback host, unless application_type is native";
  return nullptr;
}

complaint check_redirect_uris(const client_metadata& m, application_type type, bool is_needed) {
  const auto none = std::vector<std::string>{};
  const auto& uris = m.redirect_uris ? *m.redirect_uris : none;
  if (uris.empty() && is_needed)
    return bad_redirect_uri("redirect_uris is required for the grant type authorization_code");
  if (uris.size() > most_redirect_uris)
    return bad_redirect_uri("redirect_uris must be at most 20 URIs");
  for (auto i = std::size_t{0}; i < uris.size(); ++i) {
    const auto* fault = type == application_type::web ? fault_of_web_uri(uris[i]) : nullptr;
    if (fault != nullptr)
      return bad_redirect_uri("redirect_uris[" + std::to_string(i) + "] " + fault);
  }
  return std::nullopt;
}

/// Leaves the grants that the template allows; those of other servers are no mistake.
complaint narrow_grants(client_metadata& m, const registration_template& allows) {
  auto kept = std::vector<std::string>{};
  const auto wanted = m.grant_types.value_or(std::vector<std::string>{"authorization_code"});
  for (const auto& name : wanted) {
    const auto grant = parse_grant_type(name);
    if (grant && holds(allows.grant_types, *grant) && !holds(kept, name)) kept.push_back(name);
  }
  if (kept.empty()) {
    auto names = std::vector<std::string_view>{};
    for (const auto g : allows.grant_types) names.push_back(to_string(g));
    return bad_metadata("grant_types must have " + one_of(names));
  }
  m.grant_types = std::move(kept);
  return std::nullopt;
}

/// DCR-03: the grant authorization_code needs the response type code, and the reverse.
complaint check_response_types(client_metadata& m) {
  const auto sent = std::exchange(m.response_types, std::nullopt);
  if (!sent) return std::nullopt;
  const auto has_grant = holds(*m.grant_types, std::string{"authorization_code"});
  const auto has_code = holds(*sent, std::string{"code"});
  if (has_grant && !has_code)
    return bad_metadata("response_types must have code for the grant type authorization_code");
  if (!has_grant && has_code)
    return bad_metadata("grant_types must have authorization_code for the response type code");
  return std::nullopt;
}

/// Leaves the scope tokens that the template allows.
complaint narrow_scope(client_metadata& m, const registration_template& allows) {
  if (!m.scope) {
    m.scope = joined(allows.scopes);
    return std::nullopt;
  }
  auto tokens = parse_scope(*m.scope);
  if (!tokens) return bad_metadata("scope must be scope tokens separated by spaces");
  std::erase_if(*tokens, [&](const std::string& t) { return !holds(allows.scopes, t); });
  if (tokens->empty())
    return bad_metadata("scope must have one of these: " + joined(allows.scopes));
  m.scope = joined(*tokens);
  return std::nullopt;
}

/// The method of a client that names none.
auth_method default_method(const registration_template& allows, application_type type) noexcept {
  return allows.is_open && type == application_type::native ? auth_method::none
                                                            : auth_method::client_secret_basic;
}

complaint check_type(client_metadata& m) {
  if (!m.application_type || m.application_type->empty())
    m.application_type = std::string{to_string(application_type::web)};
  if (*m.application_type == to_string(application_type::web) ||
      *m.application_type == to_string(application_type::native))
    return std::nullopt;
  return bad_metadata("application_type must be web or native");
}

/// Checks what a client asks for and replaces what it may not have. @pre the method is set.
complaint fit(client_metadata& m, const registration_template& allows) {
  const auto is_native = m.application_type == to_string(application_type::native);
  if (allows.is_open && is_native &&
      *m.token_endpoint_auth_method != to_string(auth_method::none)) {
    return bad_metadata(
        "token_endpoint_auth_method must be none for a native client: it cannot keep a secret");
  }
  if (auto bad = narrow_grants(m, allows)) return bad;
  if (auto bad = check_response_types(m)) return bad;
  if (auto bad = narrow_scope(m, allows)) return bad;
  // Each end of a session costs the server a call to each of these; strangers get none.
  if (allows.is_open) {
    m.backchannel_logout_uri.reset();
    m.backchannel_logout_session_required.reset();
  }
  const auto type = is_native ? application_type::native : application_type::web;
  const auto is_needed = holds(*m.grant_types, std::string{"authorization_code"});
  return check_redirect_uris(m, type, is_needed);
}

/// What a request of either kind must not have.
complaint check_request(const registration_request& r) {
  if (r.has_software_statement) {
    return admin_error{errc::unapproved_software_statement,
                       "this server trusts no issuer of software statements"};
  }
  if (r.has_sector) return bad_metadata("sector_identifier_uri is not supported");
  return std::nullopt;
}

/// Sets every registrable member that was not sent to its default (RFC 7592 §2.2).
void reset_absent(client_metadata& m) {
  const auto reset = [](auto& member, auto value) {
    if (!member) member = std::move(value);
  };
  reset(m.redirect_uris, std::vector<std::string>{});
  reset(m.client_name, std::string{});
  reset(m.software_id, std::string{});
  reset(m.software_version, std::string{});
  reset(m.id_token_signed_response_alg, std::string{"RS256"});
  reset(m.userinfo_signed_response_alg, std::string{});
  reset(m.subject_type, std::string{"public"});
  reset(m.token_endpoint_auth_signing_alg, std::string{});
  reset(m.tls_client_certificate_bound_access_tokens, false);
  reset(m.dpop_bound_access_tokens, false);
  reset(m.require_pushed_authorization_requests, false);
  reset(m.authorization_signed_response_alg, std::string{});
  reset(m.request_object_signing_alg, std::string{});
  reset(m.client_uri, std::string{});
  reset(m.logo_uri, std::string{});
  reset(m.default_max_age, std::int64_t{-1});
  reset(m.require_auth_time, false);
  reset(m.post_logout_redirect_uris, std::vector<std::string>{});
  reset(m.backchannel_logout_uri, std::string{});
  reset(m.backchannel_logout_session_required, false);
  if (m.jwks || m.jwks_uri) return;  // one takes the place of the other
  m.jwks.emplace();
  m.jwks_uri.emplace();
}

std::string make_text(std::string_view prefix, crypto::random_source& random) {
  auto text = std::string{prefix};
  crypto::base64url_append(text, random.take<32>());
  return text;
}

complaint set_allowed(registration_template& to, const registration_token_request& r) {
  if (r.grant_types) {
    to.grant_types.clear();
    for (const auto& name : *r.grant_types) {
      const auto grant = parse_grant_type(name);
      if (!grant) return bad_request("grant_types must be " + one_of(names_of(grants)));
      if (!holds(to.grant_types, *grant)) to.grant_types.push_back(*grant);
    }
    if (to.grant_types.empty()) return bad_request("grant_types must not be empty");
  }
  if (r.scope) {
    auto tokens = parse_scope(*r.scope);
    if (!tokens || tokens->empty())
      return bad_request("scope must be scope tokens separated by spaces");
    to.scopes = std::move(*tokens);
  }
  if (r.allowed_resources) {
    for (const auto& one : *r.allowed_resources) {
      if (is_resource_identifier(one)) continue;
      return bad_request("allowed_resources must be absolute URIs without fragment and wildcard");
    }
    to.resources = *r.allowed_resources;
  }
  return std::nullopt;
}

}  // namespace

bool is_registrable(std::string_view member) noexcept {
  return std::ranges::find(registrable_members, member) != registrable_members.end();
}

registration_template open_template(const registration_options& o) {
  return {.scopes = o.scopes, .resources = o.resources, .is_open = true};
}

registration_template template_of(const client& c) {
  return {.grant_types = c.grant_types,
          .scopes = c.scopes,
          .resources = c.allowed_resources,
          .is_open = c.registered && c.registered->is_open()};
}

admin_result<registration_token> make_registration_token(const registration_token_request& r,
                                                         instant now,
                                                         crypto::random_source& random) {
  const auto within = [](std::int64_t value, std::int64_t most) {
    return 0 <= value && value <= most;
  };
  const auto life = r.expires_in.value_or(usual_token_life);
  const auto limit = r.limit.value_or(1);
  const auto name = r.name.value_or("");
  if (!within(life, longest_token_life))
    return tl::unexpected{*bad_request("expires_in must be at most ten years of seconds, or 0")};
  if (!within(limit, most_uses))
    return tl::unexpected{*bad_request("limit must be at most 1000000, or 0 for any number")};
  if (name.size() > most_name || !is_printable_utf8(name))
    return tl::unexpected{*bad_request("name must be at most 256 octets of printable UTF-8")};
  auto made = registration_token{};
  if (auto bad = set_allowed(made.allows, r)) return tl::unexpected{std::move(*bad)};
  made.id = "irt_";
  crypto::base64url_append(made.id, random.take<16>());
  made.name = name;
  made.created = now;
  if (life != 0) made.expires = now + seconds{life};
  made.limit = static_cast<std::uint32_t>(limit);
  return made;
}

crypto::secret_string make_initial_token(crypto::random_source& random) {
  return crypto::secret_string{make_text("mit_", random)};
}

crypto::secret_string make_management_token(crypto::random_source& random) {
  return crypto::secret_string{make_text("mrg_", random)};
}

admin_result<client> register_client(const registration_request& r,
                                     const registration_template& allows, instant now,
                                     crypto::random_source& random) {
  if (auto bad = check_request(r)) return tl::unexpected{std::move(*bad)};
  auto m = r.metadata;
  m.client_id.reset();  // those that the client may have sent are ours to choose
  m.client_secret.reset();
  if (auto bad = check_type(m)) return tl::unexpected{std::move(*bad)};
  if (!m.token_endpoint_auth_method) {
    const auto is_native = *m.application_type == to_string(application_type::native);
    const auto type = is_native ? application_type::native : application_type::web;
    m.token_endpoint_auth_method = std::string{to_string(default_method(allows, type))};
  }
  if (auto bad = fit(m, allows)) return tl::unexpected{std::move(*bad)};
  m.allowed_resources = allows.resources;
  return make_client(m, now, random).map_error(as_registration_error);
}

admin_result<client> update_registered(const client& before, const registration_request& r,
                                       const registration_template& allows) {
  if (auto bad = check_request(r)) return tl::unexpected{std::move(*bad)};
  if (!r.server_member.empty()) {
    return tl::unexpected{
        *bad_metadata(std::string{r.server_member} + " must not be in an update")};
  }
  auto m = r.metadata;
  if (!m.client_id || *m.client_id != before.id)
    return tl::unexpected{*bad_metadata("client_id must be that of the client")};
  const auto method = std::string{to_string(before.method)};
  if (m.token_endpoint_auth_method && *m.token_endpoint_auth_method != method)
    return tl::unexpected{*bad_metadata("token_endpoint_auth_method cannot be changed")};
  m.token_endpoint_auth_method = method;
  if (auto bad = check_type(m)) return tl::unexpected{std::move(*bad)};
  if (auto bad = fit(m, allows)) return tl::unexpected{std::move(*bad)};
  reset_absent(m);
  m.client_id.reset();
  m.client_secret.reset();
  m.token_endpoint_auth_method.reset();
  return change_client(before, m).map_error(as_registration_error);
}

/// A client that is used may have a `last_used` of so long ago.
constexpr auto use_noted_every = seconds{86400};

bool is_forgotten(const client& c, const registration_options& o, instant now) noexcept {
  if (!c.registered) return false;
  const auto& about = *c.registered;
  if (!about.last_used && about.is_open()) return now - c.issued_at >= o.unused_life;
  if (!about.last_used) return now - c.issued_at >= o.idle_life;
  return now - *about.last_used >= o.idle_life + use_noted_every;
}

bool is_use_due(const client& c, instant now) noexcept {
  return c.registered &&
         (!c.registered->last_used || now - *c.registered->last_used >= use_noted_every);
}

}  // namespace mintage::oauth
