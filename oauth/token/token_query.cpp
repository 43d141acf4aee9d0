#include "oauth/token/token_query.hpp"

#include <algorithm>
#include <utility>

#include "oauth/client/static_claims.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/json_writer.hpp"
#include "oauth/request/request_parameters.hpp"
#include "oauth/request/text.hpp"

namespace mintage::oauth {
namespace {

constexpr auto introspection_jwt = std::string_view{"application/token-introspection+jwt"};

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The weight of one element of an Accept value in thousandths; 0 when it is malformed.
/// @see RFC 9110 §12.4.2
int weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const auto one = trimmed(parameters.substr(0, parameters.find(';')));
    parameters.remove_prefix(std::min(parameters.size(), parameters.find(';')));
    parameters.remove_prefix(std::min(parameters.size(), std::size_t{1}));
    if (!equals_lower(one.substr(0, 2), "q=")) continue;
    const auto digits = one.substr(2);
    constexpr auto longest = std::size_t{5};  // 0.123
    if (digits.empty() || digits.size() > longest || (digits[0] != '0' && digits[0] != '1'))
      return 0;
    auto weight = (digits[0] - '0') * 1000;
    auto scale = 100;
    for (auto i = std::size_t{2}; i < digits.size(); ++i, scale /= 10) {
      if (digits[i] < '0' || digits[i] > '9') return 0;
      weight += (digits[i] - '0') * scale;
    }
    return weight > 1000 || (digits.size() > 1 && digits[1] != '.') ? 0 : weight;
  }
  return 1000;
}

/// What an Accept value says of a media type.
struct acceptance {
  int weight = 0;
  /// 3 = by its name, 2 = `application/*`, 1 = `*/*`, 0 = not at all. The most specific range
  /// counts.
  int closeness = 0;
};

acceptance acceptance_of(std::string_view accept, std::string_view type) noexcept {
  auto found = acceptance{};
  while (!accept.empty()) {
    const auto element = accept.substr(0, accept.find(','));
    accept.remove_prefix(std::min(accept.size(), element.size() + 1));
    const auto range = trimmed(element.substr(0, element.find(';')));
    const auto closeness = equals_lower(range, type)              ? 3
                           : equals_lower(range, "application/*") ? 2
                           : range == "*/*"                       ? 1
                                                                  : 0;
    if (closeness <= found.closeness) continue;
    const auto parameters = element.substr(std::min(element.size(), element.find(';')));
    found = {weight_of(parameters), closeness};
  }
  return found;
}

/// Whether an Accept value prefers the signed answer: it names the type, since only a client that
/// names it understands it, with at least the weight of JSON (INT-03).
bool prefers_jwt(std::string_view accept) noexcept {
  const auto jwt = acceptance_of(accept, introspection_jwt);
  if (jwt.closeness != 3 || jwt.weight == 0) return false;
  return jwt.weight >= acceptance_of(accept, "application/json").weight;
}

bool is_b64token_character(char c) noexcept {
  return is_unreserved(c) || c == '+' || c == '/';
}

/// b64token of RFC 6750 §2.1.
bool is_b64token(std::string_view text) noexcept {
  const auto padding = text.find_last_not_of('=') + 1;
  return padding != 0 &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(padding),
                     is_b64token_character);
}

/// @returns the token; nothing for another scheme or an unreadable value.
std::string_view read_scheme(std::string_view authorization, std::string_view scheme) noexcept {
  if (!equals_lower(authorization.substr(0, scheme.size()), scheme)) return {};
  const auto token = trimmed(authorization.substr(scheme.size()));
  return is_b64token(token) ? token : std::string_view{};
}

/// The token in the form body of a POST; empty when there is none.
result<std::string_view> read_body_token(const token_query_head& head, std::span<char> body) {
  if (!head.content_type || !is_form_content_type(*head.content_type)) return std::string_view{};
  // A token in the query is ignored.
  const auto sent = read_parameters(head.content_type, {}, body);
  if (!sent) return refusal{sent.error()};
  return (*sent)[parameter::access_token];
}

bool is_registered(const client_registry& known, const found_token& t) noexcept {
  const auto& id = t.access ? t.access->client_id : t.family->who.client_id;
  const auto* c = known.find(id);
  if (c == nullptr) return false;
  if (t.family) return t.family->who.incarnation == c->incarnation;
  // A client's own JWT does not have the incarnation: it must not be older than the client's
  // record.
  return t.access->incarnation == 0 ? numeric_date(t.access->issued) >= numeric_date(c->issued_at)
                                    : t.access->incarnation == c->incarnation;
}

/// Who may see a token: its client, and for an access token also the servers of its resources.
bool may_see(const found_token& t, std::string_view caller, const client_registry& known) noexcept {
  if (!t.access) return t.family && t.family->who.client_id == caller;
  if (t.access->client_id == caller) return true;
  return std::any_of(t.access->audience.begin(), t.access->audience.end(), [&](const auto& aud) {
    const auto* r = known.find_resource(aud);
    return r != nullptr && std::find(r->resource_servers.begin(), r->resource_servers.end(),
                                     caller) != r->resource_servers.end();
  });
}

void append_username(json_writer& json, const std::optional<grant>& family) {
  if (family && !family->who.username.empty()) json.string("username", family->who.username);
}

/// @param family of the token's grant, if it has one.
void append_access_token(json_writer& json, const access_token& t,
                         const std::optional<grant>& family, const options& o) {
  if (!t.scope.empty()) json.string("scope", t.scope);
  json.string("client_id", t.client_id);
  append_username(json, family);
  json.string("token_type", token_type_of(t.bound_to));
  json.integer("exp", numeric_date(t.expires));
  json.integer("iat", numeric_date(t.issued));
  json.string("sub", t.sub);
  if (t.audience.empty()) {
    json.string("aud", base_url(o), row_of(endpoints, endpoint::userinfo).name);
  } else if (t.audience.size() == 1) {
    json.string("aud", t.audience.front());
  } else {
    json.strings("aud", std::span<const std::string>{t.audience});
  }
  json.string("iss", o.issuer);
  if (!t.jti.empty()) json.string("jti", t.jti);
  if (!t.acr.empty()) json.string("acr", t.acr);
  if (t.auth_time) json.integer("auth_time", *t.auth_time);
  if (!t.bound_to.empty()) json.raw("cnf", render(t.bound_to));
}

/// Those of now, since the record of an opaque token has none.
void append_static_claims(json_writer& json, const access_token& t, const client_registry& known) {
  const auto* const c = known.find(t.client_id);
  if (c == nullptr) return;
  const auto claims = merge_static_claims_of(*c, known, t.audience);
  if (!claims.empty()) json.members(claims);
}

void append_refresh_token(json_writer& json, const std::optional<grant>& family, const options& o) {
  const auto& g = *family;
  if (!g.who.scope.empty()) json.string("scope", g.who.scope);
  json.string("client_id", g.who.client_id);
  append_username(json, family);
  json.integer("exp", numeric_date(std::min(g.absolute_expiry, g.idle_expiry)));
  json.integer("iat", numeric_date(g.created));
  json.string("sub", g.who.subject());
  json.string("iss", o.issuer);
  if (!g.who.acr.empty()) json.string("acr", g.who.acr);
  json.integer("auth_time", numeric_date(g.who.auth_time));
  if (!g.bound_to.empty()) json.raw("cnf", render(g.bound_to));
}

}  // namespace

result<token_query_request> parse_token_query(query_purpose purpose, const token_query_head& head,
                                              std::span<char> authorization_octets,
                                              std::span<char> body) {
  const auto sent = read_parameters(head.content_type, head.query, body);
  if (!sent) return refusal{sent.error()};
  auto out = token_query_request{};
  out.purpose = purpose;
  auto authorization = std::optional<std::span<char>>{};
  if (head.authorization) authorization = authorization_octets;
  if (const auto known = read_credentials(authorization, *sent, out.who, out.decoded); !known) {
    return refusal{known.error()};
  }
  if (!sent->has(parameter::token)) {
    return deny(errc::invalid_request, "token is missing", "no token");
  }
  out.token = (*sent)[parameter::token];
  out.wants_jwt = purpose == query_purpose::introspect && prefers_jwt(head.accept);
  return out;
}

result<token_query_request> parse_userinfo_request(const token_query_head& head, bool is_post,
                                                   std::span<char> body) {
  auto in_body = std::string_view{};
  if (is_post) {
    const auto read = read_body_token(head, body);
    if (!read) return refusal{read.error()};
    in_body = *read;
  }
  if (head.authorization && !in_body.empty()) {
    return deny(errc::invalid_request, "the access token is sent in more than one way",
                "access token in header and body");
  }
  auto out = token_query_request{};
  out.purpose = query_purpose::userinfo;
  out.is_post = is_post;
  out.token = head.authorization ? read_scheme(*head.authorization, "bearer ") : in_body;
  if (out.token.empty() && head.authorization) {
    out.token = read_scheme(*head.authorization, "dpop ");
    out.is_dpop = true;
  }
  if (out.token.empty()) {
    return deny(errc::invalid_token, "",
                head.authorization ? denial_reason{"Authorization is not a Bearer token"}
                                   : denial_reason{"no access token"});
  }
  return out;
}

presented_token find_token(std::string_view text, const key_ring& keys,
                           crypto::sha256_hasher& hash) {
  if (const auto refresh = parse_refresh_token(text)) return *refresh;
  if (const auto opaque = find_opaque_token(text, hash)) return opaque_token{*opaque};
  if (auto jwt = find_jwt_access_token(text, keys)) return std::move(*jwt);
  return unknown_token{};
}

asked_token accept_jwt(const unverified_jwt& verified, instant now, const options& o) {
  if (auto jwt = read_jwt_access_token(verified, now, o)) return std::move(*jwt);
  return unknown_token{};
}

bool is_alive(const found_token& t, const client_registry& known, const cutoffs& cut,
              instant now) noexcept {
  if (t.is_denied) return false;
  if (cut.epoch && t.access && t.access->issued <= *cut.epoch) return false;
  const auto has_grant = !t.access || t.access->family;
  if (has_grant && !t.family) return false;
  if (t.family && (t.family->revoked_at || is_cut_off(t.family->who, cut))) return false;
  const auto end =
      t.access ? t.access->expires : std::min(t.family->absolute_expiry, t.family->idle_expiry);
  return now < end && is_registered(known, t);
}

std::string render_introspection(const found_token& t, bool alive, std::string_view caller_id,
                                 const client_registry& known, const options& o) {
  auto out = std::string{};
  auto json = json_writer{out};
  const auto shown = alive && may_see(t, caller_id, known);
  json.boolean("active", shown);
  if (shown && t.access) {
    append_access_token(json, *t.access, t.family, o);
    append_static_claims(json, *t.access, known);
  }
  if (shown && !t.access) append_refresh_token(json, t.family, o);
  json.end();
  return out;
}

std::string introspection_claims(std::string_view introspection, std::string_view caller_id,
                                 instant now, const options& o) {
  auto out = std::string{};
  auto json = json_writer{out};
  json.string("iss", o.issuer);
  json.string("aud", caller_id);
  json.integer("iat", numeric_date(now));
  json.raw("token_introspection", introspection);
  json.end();
  return out;
}

std::string render_userinfo(const grant& g, bool is_signed, const options& o) {
  auto out = std::string{};
  auto json = json_writer{out};
  if (is_signed) {
    json.string("iss", o.issuer);
    json.string("aud", g.who.client_id);
  }
  json.string("sub", g.who.subject());
  if (!g.who.claims.empty()) json.members(g.who.claims);
  json.end();
  return out;
}

denial dead_access_token() noexcept {
  return {errc::invalid_token, "the access token is unknown, expired or revoked",
          "access token is not alive"};
}

denial not_for_userinfo() noexcept {
  return {errc::invalid_token, "the access token is meant for another resource",
          "access token without the audience of userinfo (ATK-02)"};
}

denial userinfo_needs_openid() noexcept {
  return {errc::insufficient_scope, "the access token must have the scope openid",
          "userinfo without openid"};
}

std::optional<denial> check_possession(const confirmation& bound_to, bool is_dpop,
                                       const confirmation& shown) noexcept {
  if (bound_to.jkt && !is_dpop) {
    return denial{errc::invalid_token, "the access token is bound to a key and needs a DPoP proof",
                  "access token that is bound to a DPoP key as a Bearer token (UIN-02)"};
  }
  if (is_dpop && (!bound_to.jkt || bound_to.jkt != shown.jkt)) {
    return denial{errc::invalid_token, "the access token is not bound to the key of the DPoP proof",
                  "DPoP proof by another key than the access token is bound to (UIN-02)"};
  }
  if (bound_to.x5t && bound_to.x5t != shown.x5t) {
    return denial{errc::invalid_token, "the access token is bound to another client certificate",
                  "access token without the certificate that it is bound to (UIN-02)"};
  }
  return std::nullopt;
}

denial token_of_another_client() noexcept {
  return {errc::invalid_grant, "the token was issued to another client",
          "revocation of another client's token (REV-02)"};
}

}  // namespace mintage::oauth
