#include "oauth/authorization/request_object.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

/// FP2-02.
constexpr auto longest_fapi_life = seconds{60 * 60};

refusal refuse(std::string_view description, denial_reason reason) {
  return deny(errc::invalid_request_object, description, reason);
}

/// A NumericDate, a fraction too. @see RFC 7519 §2
std::optional<instant> date_of(const json_object& claims, std::string_view name) {
  // The years 1 to 9999; what is beyond is as much in the past or in the future.
  constexpr auto end = 253402300799.0;
  const auto since_1970 = claims.number(name);
  if (!since_1970) return std::nullopt;
  const auto within = std::clamp(*since_1970, -end, end);
  return instant{milliseconds{static_cast<std::int64_t>(std::floor(within * 1000))}};
}

/// Whether `aud` names this server.
bool is_for_us(const request_object& r, bool is_fapi, std::string_view issuer) {
  const auto text = r.claims.string("aud");
  if (text || is_fapi) return text == issuer;
  const auto texts = r.claims.strings("aud");
  return texts && std::find(texts->begin(), texts->end(), issuer) != texts->end();
}

result<void> check_life(const request_object& r, bool is_fapi, instant now) {
  const auto exp = date_of(r.claims, "exp");
  const auto nbf = date_of(r.claims, "nbf");
  const auto iat = date_of(r.claims, "iat");
  if ((r.claims.has("exp") && !exp) || (r.claims.has("nbf") && !nbf) ||
      (r.claims.has("iat") && !iat)) {
    return refuse("exp, nbf and iat of the request object must be numbers",
                  "a date of the request object is no number");
  }
  if ((exp && *exp <= now - clock_skew) || (nbf && *nbf > now + clock_skew) ||
      (iat && *iat > now + clock_skew)) {
    return refuse("the request object has expired or is not valid yet",
                  "request object has expired or is not valid yet");
  }
  const auto lives_too_long = [&] {
    return !exp || !nbf || *exp > *nbf + longest_fapi_life ||
           *nbf < now - longest_fapi_life - clock_skew;
  };
  if (is_fapi && lives_too_long()) {
    return refuse("the request object must have exp and nbf, at most 60 minutes apart",
                  "request object of FAPI 2.0 lives too long (FP2-02)");
  }
  return {};
}

}  // namespace

result<request_object> read_request_object(std::string_view compact) {
  auto jwt = read_presented_jwt(compact);
  if (!jwt) {
    return refuse("request must be a signed JWT in compact form",
                  "request object is not a compact JWS");
  }
  if (!jwt->has_no_typ() && !jwt->has_typ("oauth-authz-req+jwt") && !jwt->has_typ("jwt")) {
    return refuse("typ of the request object must be oauth-authz-req+jwt",
                  "typ of the request object is that of another kind of JWT");
  }
  const auto alg = parse_assertion_alg(jwt->alg());
  if (!alg || !row_of(assertion_algs, *alg).by_key) {
    return refuse("alg of the request object is not supported",
                  "alg of the request object is not supported");
  }
  auto claims = read_jwt_claims(jwt->payload);
  if (!claims) {
    return refuse("the claims of the request object are malformed",
                  "claims of the request object are no strict JSON object");
  }
  return request_object{std::move(*jwt), std::move(*claims), *alg};
}

result<key_candidates> find_keys(const request_object& r, const client& c, const key_set* keys) {
  if (c.only_request_object_alg && *c.only_request_object_alg != r.alg) {
    return refuse("alg of the request object is not the registered one",
                  "alg of the request object is not the registered one");
  }
  const auto& row = row_of(assertion_algs, r.alg);
  if (c.profile == client_profile::fapi2 && !row.is_for_fapi) {
    return refuse("alg of the request object is not one of the client's profile",
                  "alg of the request object is not allowed by FAPI 2.0");
  }
  if (keys == nullptr) {
    return refuse("the client has no keys registered", "client has no keys for request objects");
  }
  const auto found = keys->candidates(*row.by_key, r.jwt.kid());
  if (found.empty()) {
    return refuse("no key of the client fits alg and kid of the request object",
                  "no key of the client fits alg and kid of the request object");
  }
  return found;
}

bool needs_newer_keys(const request_object& r, const key_set& keys) noexcept {
  const auto kid = r.jwt.kid();
  return kid ? !keys.has_kid(*kid) : !keys.has_key_for(*row_of(assertion_algs, r.alg).by_key);
}

denial wrong_request_object_signature() noexcept {
  return {errc::invalid_request_object, "the signature of the request object does not verify",
          "signature of the request object does not verify"};
}

denial no_request_object_keys() noexcept {
  return {errc::invalid_request_object, "the keys of the client could not be fetched",
          "keys for the request object could not be fetched"};
}

result<void> check_claims(const request_object& r, const client& c, const options& o, instant now) {
  const auto is_fapi = c.profile == client_profile::fapi2;
  if (r.claims.string("iss") != c.id) {
    return refuse("iss of the request object must be the client_id",
                  "iss of the request object is not the client");
  }
  if (r.claims.string("client_id") != c.id) {
    return refuse("client_id of the request object must be that of the request",
                  "client_id of the request object is not the client");
  }
  if (!is_for_us(r, is_fapi, o.issuer)) {
    return refuse("aud of the request object must be the issuer of this server",
                  "aud of the request object is not this server");
  }
  if (r.claims.string("sub") == c.id) {
    return refuse("sub of the request object must not be the client_id",
                  "sub of the request object is the client");
  }
  if (r.claims.has("request") || r.claims.has("request_uri")) {
    return refuse("a request object must not contain another one",
                  "request object contains request or request_uri");
  }
  return check_life(r, is_fapi, now);
}

}  // namespace mintage::oauth
