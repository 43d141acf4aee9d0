#include "oauth/client/assertion.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "oauth/client/sealed_secret.hpp"
#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

/// Characters of a `jti` at most (CAU-06).
constexpr auto most_jti_characters = std::ptrdiff_t{256};

/// One description for every failure (TOK-21).
refusal refuse(denial_reason reason) {
  return deny(errc::invalid_client, "client authentication failed", reason);
}

std::ptrdiff_t count_characters(std::string_view utf8) {
  return std::ranges::count_if(utf8, [](char c) { return (c & 0xc0) != 0x80; });
}

/// Which `aud` is accepted, from the strictest (CAU-08).
enum class aud_rule : std::uint8_t { issuer_text, issuer_alone, known_urls };

aud_rule rule_of(const client_assertion& a, const client& c) noexcept {
  if (c.profile == client_profile::fapi2) return aud_rule::issuer_text;
  if (a.has_explicit_typ || c.assertion_aud == aud_mode::strict) return aud_rule::issuer_alone;
  return aud_rule::known_urls;
}

bool is_for_us(const client_assertion& a, const client& c, const assertion_audiences& to) {
  const auto text = a.claims.string("aud");
  const auto rule = rule_of(a, c);
  if (rule == aud_rule::issuer_text) return text == to.issuer;
  auto named = std::vector<std::string_view>{};
  if (text)
    named.push_back(*text);
  else if (auto texts = a.claims.strings("aud"))
    named = std::move(*texts);
  if (rule == aud_rule::issuer_alone) return named.size() == 1 && named.front() == to.issuer;
  const auto is_known = [&](std::string_view url) {
    return url == to.issuer || std::ranges::find(to.endpoints, url) != to.endpoints.end();
  };
  return !named.empty() && std::ranges::all_of(named, is_known);
}

/// The times of an assertion.
struct life {
  instant exp;
  std::optional<instant> iat;
  std::optional<instant> nbf;
};

/// A NumericDate, a fraction too. Dates outside the years 1 to 9999 become the nearest end, which
/// is as much in the past or in the future. @see RFC 7519 §2
std::optional<instant> date_of(const json_object& claims, std::string_view name) {
  constexpr auto end = 253402300799.0;
  const auto seconds_since = claims.number(name);
  if (!seconds_since) return std::nullopt;
  const auto within = std::clamp(*seconds_since, -end, end);
  return instant{milliseconds{static_cast<std::int64_t>(std::floor(within * 1000))}};
}

result<life> read_life(const json_object& claims) {
  const auto exp = date_of(claims, "exp");
  if (!exp) return refuse("assertion has no exp that is a number");
  auto read = life{*exp, date_of(claims, "iat"), date_of(claims, "nbf")};
  if (claims.has("iat") && !read.iat) return refuse("iat of the assertion is not a number");
  if (claims.has("nbf") && !read.nbf) return refuse("nbf of the assertion is not a number");
  return read;
}

/// CAU-09. Sets the times of `use`.
result<void> check_life(const client_assertion& a, instant now, assertion_use& use) {
  const auto times = read_life(a.claims);
  if (!times) return refusal{times.error()};
  const auto& [exp, iat, nbf] = *times;
  if (exp <= now - clock_skew) return refuse("assertion has expired");
  if (nbf && *nbf > now + clock_skew) return refuse("assertion is not valid yet");
  if (iat && *iat > now + clock_skew) return refuse("assertion was issued in the future");
  if (!iat && exp > now + assertion_max_age)
    return refuse("assertion without iat lives longer than 300 seconds");
  const auto end = iat ? std::min(exp, *iat + assertion_max_age) : exp;
  if (end <= now - clock_skew) return refuse("assertion was issued more than 300 seconds ago");
  use.expires = end + clock_skew;
  use.usable_from = iat ? *iat - clock_skew : exp - assertion_max_age;
  if (nbf) use.usable_from = std::max(use.usable_from, *nbf - clock_skew);
  return {};
}

bool fits_method(assertion_alg alg, auth_method method) noexcept {
  const auto has_key = row_of(assertion_algs, alg).by_key.has_value();
  return method == (has_key ? auth_method::private_key_jwt : auth_method::client_secret_jwt);
}

bool is_live(const stored_secret& s, instant now) noexcept {
  return !s.expires || now < *s.expires;
}

/// The keys of `decoy_keys`. Their private parts are dropped; the modulus is just a number.
const key_set& decoys() {
  static const auto made = [] {
    using enum crypto::jws_alg;
    auto text = std::string{R"({"keys":[)"};
    for (const auto alg : {es256, es384, es512, eddsa})
      text += crypto::signing_key::generate(alg).public_part().jwk() + ',';
    text += R"({"kty":"RSA","e":"AQAB","n":")" + std::string(341, 'x') + R"(w"}]})";
    return key_set::read(text).value();
  }();
  return made;
}

}  // namespace

result<client_assertion> read_assertion(std::string_view compact) {
  auto jwt = read_presented_jwt(compact);
  if (!jwt) return refuse(jwt.error());
  const auto is_explicit = jwt->has_typ("client-authentication+jwt");
  if (!is_explicit && !jwt->has_no_typ() && !jwt->has_typ("jwt"))
    return refuse("typ of the assertion is that of another kind of JWT");
  const auto alg = parse_assertion_alg(jwt->alg());
  if (!alg) return refuse("alg of the assertion is not supported");
  auto claims = read_jwt_claims(jwt->payload);
  if (!claims) return refuse(claims.error());
  const auto sub = claims->string("sub").value_or("");
  if (sub.empty()) return refuse("assertion has no sub");
  if (claims->string("iss") != sub) return refuse("iss and sub of the assertion differ");
  return client_assertion{std::move(*jwt), std::move(*claims), *alg, sub, is_explicit};
}

std::optional<std::string> peek_subject(std::string_view compact) {
  const auto jwt = read_presented_jwt(compact);
  if (!jwt) return std::nullopt;
  const auto claims = read_jwt_claims(jwt->payload);
  if (!claims) return std::nullopt;
  const auto sub = claims->string("sub");
  if (!sub) return std::nullopt;
  return std::string{*sub};
}

result<key_candidates> find_keys(const client_assertion& a, const client& c, const key_set& keys) {
  if (!fits_method(a.alg, c.method))
    return refuse("alg of the assertion is not one of the client's method");
  if (c.only_assertion_alg && *c.only_assertion_alg != a.alg)
    return refuse("alg of the assertion is not the registered one");
  const auto& row = row_of(assertion_algs, a.alg);
  if (c.profile == client_profile::fapi2 && !row.is_for_fapi)
    return refuse("alg of the assertion is not allowed by FAPI 2.0");
  if (!row.by_key) return key_candidates{};
  const auto found = keys.candidates(*row.by_key, a.jwt.kid());
  if (found.empty()) return refuse("no key of the client fits alg and kid of the assertion");
  return found;
}

bool needs_newer_keys(const client_assertion& a, const key_set& keys) noexcept {
  const auto by_key = row_of(assertion_algs, a.alg).by_key;
  if (!by_key) return false;
  const auto kid = a.jwt.kid();
  return kid ? !keys.has_kid(*kid) : !keys.has_key_for(*by_key);
}

denial wrong_assertion_signature() noexcept {
  return {errc::invalid_client, "client authentication failed",
          "signature of the assertion does not verify"};
}

denial no_keys_fetched() noexcept {
  return {errc::invalid_client, "client authentication failed",
          "the client's jwks_uri could not be fetched"};
}

bool verify_by_secrets(const client_assertion& a, const client& c, const crypto::subkeys& seal_keys,
                       instant now) {
  const auto& row = row_of(assertion_algs, a.alg);
  if (row.by_key) return false;
  auto matched = false;
  for (const auto& stored : c.secrets) {
    const auto secret = unseal_secret(c, stored, seal_keys);
    if (!secret || secret->reveal().size() < size_of(row.hash)) continue;
    const auto equal =
        crypto::is_hmac(row.hash, secret->reveal(), a.jwt.signed_text, a.jwt.signature);
    matched |= equal && is_live(stored, now);
  }
  return matched;
}

key_candidates decoy_keys(assertion_alg alg) {
  const auto by_key = row_of(assertion_algs, alg).by_key;
  return by_key ? decoys().candidates(*by_key, std::nullopt) : key_candidates{};
}

result<assertion_use> check_claims(const client_assertion& a, const client& c,
                                   const assertion_audiences& to, instant now) {
  if (a.client_id != c.id) return refuse("assertion is of another client");
  if (!is_for_us(a, c, to)) return refuse("aud of the assertion is not this server");
  auto use = assertion_use{};
  use.client_id = a.client_id;
  if (const auto alive = check_life(a, now, use); !alive) return refusal{alive.error()};
  use.jti = a.claims.string("jti").value_or("");
  if (use.jti.empty() || count_characters(use.jti) > most_jti_characters)
    return refuse("jti of the assertion is not 1 to 256 characters");
  return use;
}

}  // namespace mintage::oauth
