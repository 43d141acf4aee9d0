#include "oauth/token/access_token.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base64.hpp"
#include "oauth/token/jwt_verifier.hpp"
#include "oauth/token/token_text.hpp"

namespace mintage::oauth {
namespace {

constexpr auto opaque_prefix = std::string_view{"mat_"};
/// The parts of `make_jti`: slot, then base64url of the family id and 8 more octets.
constexpr auto slot_size = std::size_t{2};
constexpr auto jti_octets = std::tuple_size_v<family_id> + 8;

/// @returns false when `jti` was not made by this server.
bool read_jti(access_token& out) {
  const auto jti = std::string_view{out.jti};
  if (jti.size() != slot_size + crypto::base64url_size(jti_octets)) return false;
  const auto where = slot::parse(jti.substr(0, slot_size));
  const auto octets = crypto::base64url_decode(jti.substr(slot_size));
  if (!where || !octets) return false;
  out.where = *where;
  // A client's own token has no grant. Its subject is the client, which no person's can equal
  // (CCG-01).
  if (out.sub == out.client_id) return true;
  auto& family = out.family.emplace();
  std::copy_n(octets->begin(), family.size(), family.begin());
  return true;
}

bool read_text(const json_object& claims, std::string_view name, std::string& to) {
  const auto text = claims.string(name);
  if (!text || text->empty()) return false;
  to = *text;
  return true;
}

bool read_audience(const json_object& claims, std::vector<std::string>& to) {
  if (const auto one = claims.string("aud")) {
    to.emplace_back(*one);
    return true;
  }
  const auto several = claims.strings("aud");
  if (!several || several->empty()) return false;
  to.assign(several->begin(), several->end());
  return true;
}

}  // namespace

crypto::secret_string make_opaque_token(slot s, crypto::random_source& random) {
  return draw_token_text(opaque_prefix, s, random);
}

std::optional<access_token_ref> find_opaque_token(std::string_view text,
                                                  crypto::sha256_hasher& hash) {
  const auto where = slot_of_token_text(opaque_prefix, text);
  if (!where) return std::nullopt;
  return access_token_ref{*where, hash(text)};
}

access_token_ref revoked_jwt_ref(const access_token& jwt, crypto::sha256_hasher& hash) {
  return {jwt.where, hash(jwt.jti)};
}

instant deny_until(const access_token& jwt) noexcept {
  return jwt.expires + clock_skew;
}

access_token describe(const grant& g, const issuance& out, instant now, const options& o) {
  auto token = access_token{};
  token.client_id = g.who.client_id;
  token.incarnation = g.who.incarnation;
  token.sub = g.who.subject();
  token.scope = out.scope_of(g.who.scope);
  for (const auto& t : out.targets_of(g.who.targets)) {
    token.audience.push_back(t.identifier);
  }
  token.issued = now;
  token.expires = now + resolve(out.lives, o).access;
  if (g.who.auth_time != instant{}) token.auth_time = numeric_date(g.who.auth_time);
  token.acr = g.who.acr;
  token.bound_to = out.bound_to;
  token.where = g.where;
  if (g.who.sub != g.who.client_id) token.family = g.family;
  return token;
}

std::optional<unverified_jwt> find_jwt_access_token(std::string_view text, const key_ring& keys) {
  auto jwt = read_jwt(keys, text, "at+jwt");
  return jwt ? std::optional{std::move(*jwt)} : std::nullopt;
}

std::optional<access_token> read_jwt_access_token(const unverified_jwt& verified, instant now,
                                                  const options& o) {
  const auto claims = read_claims(verified);
  if (!claims || claims->string("iss") != o.issuer) return std::nullopt;
  const auto expires = claims->integer("exp");
  const auto issued = claims->integer("iat");
  if (!expires || !issued) return std::nullopt;
  auto out = access_token{};
  out.expires = instant{seconds{*expires}};
  out.issued = instant{seconds{*issued}};
  if (now >= out.expires || !read_text(*claims, "client_id", out.client_id) ||
      !read_text(*claims, "sub", out.sub) || !read_text(*claims, "jti", out.jti) ||
      !read_audience(*claims, out.audience) || !read_jti(out)) {
    return std::nullopt;
  }
  const auto bound_to = read_confirmation(*claims);
  if (!bound_to) return std::nullopt;
  out.bound_to = *bound_to;
  out.scope = claims->string("scope").value_or("");
  out.auth_time = claims->integer("auth_time");
  out.acr = claims->string("acr").value_or("");
  return out;
}

}  // namespace mintage::oauth
