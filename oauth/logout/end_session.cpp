#include "oauth/logout/end_session.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "crypto/base64.hpp"
#include "oauth/authorization/description.hpp"
#include "oauth/authorization/octets.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/request/json_writer.hpp"
#include "oauth/request/uri.hpp"

namespace mintage::oauth {
namespace {

constexpr auto handle_prefix = std::string_view{"l."};
constexpr auto version = std::uint8_t{1};

/// The texts of a request, in their order. Part of what is sealed.
constexpr auto texts = std::array{
    &logout_request::client_id, &logout_request::sub,  &logout_request::sid,
    &logout_request::state,     &logout_request::hint, &logout_request::ui_locales,
};

refusal other_hint() {
  return refusal{denial{errc::invalid_request, "id_token_hint is not for this client and server",
                        "id_token_hint of a logout is of another client or issuer"}};
}

std::vector<std::string_view> audience_of(const json_object& claims) {
  if (const auto one = claims.string("aud")) return {*one};
  return claims.strings("aud").value_or(std::vector<std::string_view>{});
}

redirect_uri_digest digest_of(std::string_view uri, crypto::sha256_hasher& hash) {
  const auto whole = hash(uri);
  auto out = redirect_uri_digest{};
  std::copy_n(whole.begin(), out.size(), out.begin());
  return out;
}

instant read_instant(octet_reader& in) noexcept {
  return instant{milliseconds{static_cast<std::int64_t>(in.big_endian())}};
}
void append_instant(std::string& out, instant t) {
  append_big_endian(out, static_cast<std::uint64_t>(t.time_since_epoch().count()));
}

result<logout_hint> read_hint(std::string_view payload, std::string_view client_id,
                              const options& o) {
  const auto claims = read_jwt_claims(payload);
  if (!claims || claims->string("iss") != o.issuer) return other_hint();
  const auto audience = audience_of(*claims);
  if (client_id.empty() && audience.size() == 1) client_id = audience.front();
  const auto sub = claims->string("sub").value_or("");
  const auto is_for_client =
      std::find(audience.begin(), audience.end(), client_id) != audience.end();
  if (sub.empty() || client_id.empty() || !is_for_client) return other_hint();
  return logout_hint{.client_id = std::string{client_id},
                     .sub = std::string{sub},
                     .sid = std::string{claims->string("sid").value_or("")}};
}

}  // namespace

result<logout_hint> read_logout_hint(const unverified_jwt& hint, std::string_view client_id,
                                     const options& o) {
  return read_hint(hint.payload, client_id, o);
}

std::optional<logout_hint> read_outdated_hint(const key_ring& ring, std::string_view compact,
                                              std::string_view client_id, const options& o) {
  const auto jwt = read_presented_jwt(compact);
  if (!jwt || !jwt->has_typ("jwt")) return std::nullopt;
  const auto kid = jwt->kid().value_or("");
  if (kid.empty() || ring.find(kid) != nullptr) return std::nullopt;
  const auto said = read_hint(jwt->payload, client_id, o);
  if (!said) return std::nullopt;
  return logout_hint{.client_id = said->client_id, .sub = {}, .sid = {}};
}

result<logout_request> check_logout(const logout_parameters& asked,
                                    const std::optional<logout_hint>& hint,
                                    const client_registry& known, instant now, const options& o,
                                    crypto::sha256_hasher& hash) {
  auto out = logout_request{};
  out.client_id = hint ? hint->client_id : std::string{asked.client_id};
  const auto* const c = client_of(out, known);
  if (!out.client_id.empty() && c == nullptr)
    return deny(errc::invalid_request, "the application is not known here",
                "logout request of an unknown client");
  if (const auto uri = asked.post_logout_redirect_uri; !uri.empty()) {
    if (c == nullptr ||
        std::ranges::find(c->post_logout_redirect_uris, uri) == c->post_logout_redirect_uris.end())
      return deny(errc::invalid_request, "post_logout_redirect_uri is not registered",
                  "post_logout_redirect_uri is not registered");
    out.redirect_uri = digest_of(uri, hash);
    out.state = asked.state;
  }
  if (hint) {
    out.sub = hint->sub;
    out.sid = hint->sid;
  }
  out.hint = asked.logout_hint;
  out.ui_locales = asked.ui_locales;
  out.requested = now;
  out.expires = now + o.request_ttl;
  return out;
}

std::string make_logout_handle(const logout_request& r, url_seal& seal, instant now) {
  auto octets = std::string{};
  octets += static_cast<char>(version);
  append_octets(octets, r.browser);
  append_instant(octets, r.requested);
  append_instant(octets, r.expires);
  octets += static_cast<char>(r.redirect_uri.has_value());
  append_octets(octets, r.redirect_uri.value_or(redirect_uri_digest{}));
  for (const auto text : texts) append_text(octets, r.*text);
  auto out = std::string{handle_prefix};
  crypto::base64url_append(out,
                           crypto::as_bytes(seal.seal(sealed_kind::logout_handle, octets, now)));
  return out;
}

std::optional<logout_request> open_logout_handle(std::string_view text, url_seal& seal,
                                                 instant now) {
  if (!text.starts_with(handle_prefix)) return std::nullopt;
  const auto sealed = crypto::base64url_decode(text.substr(handle_prefix.size()));
  if (!sealed) return std::nullopt;
  const auto octets = seal.open(sealed_kind::logout_handle, *sealed, now);
  if (!octets) return std::nullopt;
  auto in = octet_reader{octets->reveal()};
  if (in.octet() != version) return std::nullopt;
  auto out = logout_request{};
  out.browser = in.octets<sizeof(browser_binding)>();
  out.requested = read_instant(in);
  out.expires = read_instant(in);
  const auto has_redirect = in.octet();
  const auto digest = in.octets<sizeof(redirect_uri_digest)>();
  if (has_redirect != 0) out.redirect_uri = digest;
  for (const auto member : texts) out.*member = in.text();
  if (!in.is_whole() || out.expires <= now) return std::nullopt;
  return out;
}

std::string logout_page_url(std::string_view handle, const options& o) {
  auto out = o.logout_url;
  out += out.find('?') == out.npos ? '?' : '&';
  return out.append("request=").append(handle);
}

const client* client_of(const logout_request& r, const client_registry& known) {
  const auto* const c = r.client_id.empty() ? nullptr : known.find(r.client_id);
  return c != nullptr && c->status == client_status::active ? c : nullptr;
}

std::string_view redirect_uri_of(const logout_request& r, const client* c,
                                 crypto::sha256_hasher& hash) {
  if (!r.redirect_uri || c == nullptr) return {};
  for (const auto& uri : c->post_logout_redirect_uris)
    if (digest_of(uri, hash) == *r.redirect_uri) return uri;
  return {};
}

std::string describe(const logout_request& r, const client* c, std::string_view redirect_uri) {
  auto out = std::string{};
  auto json = json_writer{out};
  if (c != nullptr) json.raw("client", describe_client(*c));
  if (!redirect_uri.empty()) json.string("redirect_host", shown_host(redirect_uri));
  json.boolean("confirm", r.needs_confirmation());
  if (!r.sid.empty()) json.string("sid", r.sid);
  if (!r.sub.empty()) json.string("hint_sub", r.sub);
  if (!r.hint.empty()) json.string("logout_hint", r.hint);
  if (const auto words = split_words(r.ui_locales); !words.empty())
    json.strings("ui_locales", words);
  json.integer("requested_at", numeric_date(r.requested));
  json.integer("expires_at", numeric_date(r.expires));
  json.end();
  return out;
}

}  // namespace mintage::oauth
