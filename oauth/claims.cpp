#include "oauth/claims.hpp"

#include <algorithm>
#include <array>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "oauth/json_writer.hpp"

namespace mintage::oauth {
namespace {

/// base64url of the left half of a SHA-256.
using half_hash = std::array<char, crypto::base64url_size(16)>;

half_hash left_half(std::string_view access_token, crypto::jws_alg alg) {
  // One long-lived context per signing thread: at_hash is on the path of a request.
  thread_local auto sha256 = crypto::sha256_hasher{};
  auto hash = crypto::digest{};
  switch (alg) {
    case crypto::jws_alg::es256:
    case crypto::jws_alg::rs256:
      hash = sha256(access_token);
      break;
  }
  auto out = half_hash{};
  crypto::base64url_write(out.data(), crypto::bytes_view{hash}.first(hash.size() / 2));
  return out;
}

/// What both tokens tell of the login itself.
void append_login(json_writer& json, const login& who) {
  json.integer("auth_time", numeric_date(who.auth_time));
  if (!who.acr.empty()) json.string("acr", who.acr);
  if (!who.amr.empty()) json.strings("amr", who.amr);
}

}  // namespace

std::string make_jti(const grant& g, crypto::random_source& random) {
  const auto token = random.take<8>();
  auto octets = crypto::bytes<std::tuple_size_v<family_id> + std::tuple_size_v<decltype(token)>>{};
  std::copy(token.begin(), token.end(),
            std::copy(g.family.begin(), g.family.end(), octets.begin()));
  auto out = std::string{};
  out.reserve(34);
  g.where.append_to(out);
  crypto::base64url_append(out, octets);
  return out;
}

void append_access_token_claims(std::string& out, const grant& g, std::string_view jti, instant now,
                                const options& o) {
  const auto issued = numeric_date(now);
  auto json = json_writer{out};
  json.string("iss", o.issuer);
  json.integer("exp", issued + o.access_ttl.count());
  json.string("aud", base_url(o), "/userinfo");
  json.string("sub", g.who.sub);
  json.string("client_id", g.who.client_id);
  json.integer("iat", issued);
  json.string("jti", jti);
  if (!g.who.scope.empty()) json.string("scope", g.who.scope);
  append_login(json, g.who);
  json.end();
}

void append_id_token_claims(std::string& out, const grant& g, std::string_view access_token,
                            crypto::jws_alg alg, instant now, const options& o) {
  const auto issued = numeric_date(now);
  const auto covered = left_half(access_token, alg);
  auto json = json_writer{out};
  json.string("iss", o.issuer);
  json.string("sub", g.who.sub);
  json.string("aud", g.who.client_id);
  json.integer("exp", issued + o.id_ttl.count());
  json.integer("iat", issued);
  if (!g.who.nonce.empty()) json.string("nonce", g.who.nonce);
  append_login(json, g.who);
  json.string("at_hash", {covered.data(), covered.size()});
  if (!g.who.sid.empty()) json.string("sid", g.who.sid);
  json.end();
}

std::string at_hash(std::string_view access_token, crypto::jws_alg alg) {
  const auto covered = left_half(access_token, alg);
  return {covered.data(), covered.size()};
}

}  // namespace mintage::oauth
