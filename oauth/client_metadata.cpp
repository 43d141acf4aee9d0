// What a client may be registered with: the rules of admin.hpp for its metadata and its secrets.
#include <algorithm>

#include "crypto/base64.hpp"
#include "oauth/admin.hpp"
#include "oauth/scope.hpp"
#include "oauth/text.hpp"
#include "oauth/uri.hpp"

namespace mintage::oauth {
namespace {

constexpr auto max_id = std::size_t{128};
constexpr auto max_name = std::size_t{256};
constexpr auto min_secret = std::size_t{8};
constexpr auto max_secret = std::size_t{256};
constexpr auto max_redirect_uris = std::size_t{512};
constexpr auto max_redirect_uri = std::size_t{2048};
constexpr auto max_scope_tokens = std::size_t{64};
constexpr auto max_scope = std::size_t{2048};
/// The end of the year 9999: later moments are mistakes, and would not fit into milliseconds.
constexpr auto max_date = std::int64_t{253402300799};

/// What a check found; nothing when all is well.
using complaint = std::optional<admin_error>;

complaint bad_request(std::string description) {
  return admin_error{errc::invalid_request, std::move(description)};
}

/// @returns what is wrong with a redirect URI, to be said after its name, or null.
const char* fault_of_redirect_uri(std::string_view uri) noexcept {
  if (uri.size() > max_redirect_uri) return "must be at most 2048 octets";
  const auto parts = split_uri(uri);
  if (!parts) return "must be an absolute URI";
  if (parts->has_fragment) return "must not have a fragment";
  const auto is_https = parts->has_scheme("https");
  if (is_https || parts->has_scheme("http")) {
    if (parts->host.empty()) return "must have a host";
    // What stands before the @ is easily taken for the host.
    if (parts->has_userinfo) return "must not have a user name";
    if (is_https || is_loopback_host(parts->host)) return nullptr;
    return "must use https, unless its host is a loopback host";
  }
  // Native apps: a reversed domain name (RFC 8252 §7.1); it keeps javascript: and data: out too.
  if (parts->scheme.find('.') != std::string_view::npos) return nullptr;
  return "must use https, http on a loopback host, or a scheme that is a reversed domain name";
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
  if (m.response_types && *m.response_types != std::vector<std::string>{"code"}) {
    return bad_request("response_types must be [code]");
  }
  if (!m.grant_types) return std::nullopt;
  if (m.grant_types->empty()) return bad_request("grant_types must not be empty");
  auto grants = std::vector<grant_type>{};
  for (auto i = std::size_t{0}; i < m.grant_types->size(); ++i) {
    const auto& name = (*m.grant_types)[i];
    if (name != "authorization_code" && name != "refresh_token") {
      return bad_request("grant_types[" + std::to_string(i) +
                         "] must be authorization_code or refresh_token");
    }
    const auto grant =
        name == "refresh_token" ? grant_type::refresh_token : grant_type::authorization_code;
    if (std::find(grants.begin(), grants.end(), grant) == grants.end()) grants.push_back(grant);
  }
  c.grant_types = std::move(grants);
  return std::nullopt;
}

complaint set_scope(client& c, const client_metadata& m) {
  if (!m.scope) return std::nullopt;
  auto tokens = parse_scope(*m.scope);
  if (!tokens || tokens->empty()) {
    return bad_request("scope must be scope tokens separated by single spaces");
  }
  if (tokens->size() > max_scope_tokens || m.scope->size() > max_scope) {
    return bad_request("scope must be at most 64 tokens and 2048 octets");
  }
  c.scopes = std::move(*tokens);
  return std::nullopt;
}

complaint set_plain_values(client& c, const client_metadata& m) {
  if (m.client_name) {
    if (m.client_name->size() > max_name || !is_printable_utf8(*m.client_name)) {
      return bad_request("client_name must be at most 256 octets of printable UTF-8");
    }
    c.name = *m.client_name;
  }
  if (m.id_token_signed_response_alg) {
    const auto alg = crypto::parse_jws_alg(*m.id_token_signed_response_alg);
    if (!alg) return bad_request("id_token_signed_response_alg must be ES256 or RS256");
    c.id_token_alg = *alg;
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
  return std::nullopt;
}

/// Rules between members, on the client as it will be.
complaint check_whole(const client& c) {
  if (c.has_grant(grant_type::authorization_code) && c.redirect_uris.empty()) {
    return bad_request("redirect_uris is required for the grant type authorization_code");
  }
  if (c.is_public() && !c.require_pkce) {
    return bad_request("require_pkce cannot be off for a public client");
  }
  // Nothing else than rotation shows that the refresh token of a public client was copied (RFT-02).
  if (c.is_public() && c.refresh_mode != rt_mode::rotating) {
    return bad_request("rt_mode must be rotating for a public client");
  }
  return std::nullopt;
}

/// Puts every member on `c` that creating and changing have in common.
complaint apply(client& c, const client_metadata& m) {
  for (const auto set : {set_redirect_uris, set_grant_types, set_scope, set_plain_values}) {
    if (auto bad = set(c, m)) return bad;
  }
  return check_whole(c);
}

complaint check_secret_expiry(std::optional<std::int64_t> date) {
  if (date && (*date < 0 || *date > max_date)) {
    return bad_request("client_secret_expires_at must be 0 or a time in seconds since 1970");
  }
  return std::nullopt;
}

complaint check_chosen_secret(const crypto::secret_string& chosen) {
  const auto text = chosen.reveal();
  if (text.size() < min_secret || text.size() > max_secret || !is_printable_ascii(text)) {
    return bad_request("client_secret must be 8 to 256 printable ASCII characters");
  }
  return std::nullopt;
}

bool is_live(const stored_secret& s, instant now) noexcept {
  return !s.expires || now < *s.expires;
}

std::size_t count_live(const client& c, instant now) noexcept {
  return static_cast<std::size_t>(
      std::count_if(c.secrets.begin(), c.secrets.end(),
                    [now](const stored_secret& s) { return is_live(s, now); }));
}

complaint check_room_for_secret(const client& c, instant now) {
  if (count_live(c, now) < max_live_secrets) return std::nullopt;
  return admin_error{errc::conflict, "two secrets are live already: end one of them first"};
}

std::optional<auth_method> parse_auth_method(std::string_view name) noexcept {
  if (name == "none") return auth_method::none;
  if (name == "client_secret_basic") return auth_method::client_secret_basic;
  if (name == "client_secret_post") return auth_method::client_secret_post;
  return std::nullopt;
}

/// How the client will prove who it is: its method, and id and secret if they are imported.
complaint set_identity(client& c, const client_metadata& m) {
  if (m.token_endpoint_auth_method) {
    const auto method = parse_auth_method(*m.token_endpoint_auth_method);
    if (!method) {
      return bad_request(
          "token_endpoint_auth_method must be client_secret_basic, client_secret_post or none");
    }
    c.method = *method;
  }
  if (m.client_id) {
    if (m.client_id->empty() || m.client_id->size() > max_id || !is_visible_ascii(*m.client_id)) {
      return bad_request("client_id must be 1 to 128 printable ASCII characters without spaces");
    }
    c.id = *m.client_id;
  }
  if (m.client_secret) {
    if (c.is_public()) return bad_request("client_secret cannot belong to a public client");
    if (!m.client_id) return bad_request("client_id is required with client_secret");
    if (auto bad = check_chosen_secret(*m.client_secret)) return bad;
  } else if (m.client_id && !c.is_public()) {
    return bad_request("client_secret is required with client_id");
  }
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

admin_result<client> make_client(const client_metadata& m, instant now,
                                 crypto::random_source& random) {
  auto made = client{};
  if (auto bad = set_identity(made, m)) return tl::unexpected{std::move(*bad)};
  made.refresh_mode = made.is_public() ? rt_mode::rotating : rt_mode::static_;
  if (auto bad = apply(made, m)) return tl::unexpected{std::move(*bad)};
  made.issued_at = now;
  if (made.id.empty()) made.id = make_client_id(random);
  made.incarnation = make_incarnation(random);
  return made;
}

admin_result<client> change_client(const client& before, const client_metadata& m) {
  if (m.client_id) return tl::unexpected{*bad_request("client_id cannot be changed")};
  if (m.client_secret) return tl::unexpected{*bad_request("client_secret cannot be changed")};
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

std::optional<instant> secret_expiry(std::optional<std::int64_t> date) noexcept {
  if (date.value_or(0) == 0) return std::nullopt;
  return instant{seconds{*date}};
}

complaint check_secret(const client& c, const secret_request& r, instant now) {
  if (c.is_public()) return bad_request("client_secret cannot belong to a public client");
  if (r.client_secret) {
    if (auto bad = check_chosen_secret(*r.client_secret)) return bad;
  }
  if (auto bad = check_secret_expiry(r.client_secret_expires_at)) return bad;
  return check_room_for_secret(c, now);
}

admin_result<client> with_secret(const client& before, stored_secret added, instant now) {
  if (auto bad = check_room_for_secret(before, now)) return tl::unexpected{std::move(*bad)};
  auto changed = before;
  std::erase_if(changed.secrets, [now](const stored_secret& s) { return !is_live(s, now); });
  ++changed.version;
  added.number = static_cast<std::uint32_t>(changed.version);
  changed.secrets.push_back(std::move(added));
  return changed;
}

admin_result<client> without_secret(const client& before, std::uint32_t number, instant now) {
  auto changed = before;
  const auto ended = std::find_if(changed.secrets.begin(), changed.secrets.end(),
                                  [number](const stored_secret& s) { return s.number == number; });
  if (ended == changed.secrets.end()) {
    return tl::unexpected{admin_error{errc::not_found, "no such secret"}};
  }
  const auto was_live = is_live(*ended, now);
  changed.secrets.erase(ended);
  if (changed.secrets.empty() || (was_live && count_live(changed, now) == 0)) {
    return tl::unexpected{
        admin_error{errc::conflict, "the last secret cannot be ended: add its successor first"}};
  }
  ++changed.version;
  return changed;
}

}  // namespace mintage::oauth
