#include "oauth/token/query_answer.hpp"

#include <algorithm>
#include <utility>

#include "oauth/grant/scope.hpp"

namespace mintage::oauth {
namespace {

query_answer introspect(bool wants_jwt, const client_facts& caller, const found_token& found,
                        bool alive, const client_registry& known, instant now, const options& o) {
  auto seen = render_introspection(found, alive, caller.id, known, o);
  if (!wants_jwt) return plain_answer{std::move(seen)};
  // The caller can verify the algorithm of its ID tokens.
  return claims_to_sign{introspection_claims(seen, caller.id, now, o), caller.id_token_alg};
}

/// Whether the token is for userinfo (RFC 9068 §4). The record of an opaque token without target
/// has no audience.
bool is_for_userinfo(const access_token& token, const options& o) {
  const auto& audience = token.audience;
  return audience.empty() ||
         std::find(audience.begin(), audience.end(), userinfo_audience(o)) != audience.end();
}

query_answer tell_of_person(const token_query_request& request, const confirmation& shown,
                            const found_token& found, bool alive, const client_registry& known,
                            const options& o) {
  if (!alive || !found.access) return dead_access_token();
  if (const auto why = check_possession(found.access->bound_to, request.is_dpop, shown))
    return *why;
  if (!found.family || !scope_has(found.access->scope, "openid")) return userinfo_needs_openid();
  if (!is_for_userinfo(*found.access, o)) return not_for_userinfo();
  const auto alg = known.find(found.access->client_id)->userinfo_alg;  // alive: it is registered
  auto told = render_userinfo(*found.family, alg.has_value(), o);
  if (alg) return claims_to_sign{std::move(told), *alg};
  return plain_answer{std::move(told)};
}

}  // namespace

query_answer answer_query(const token_query_request& request, const client_facts& caller,
                          const confirmation& shown, const found_token& found, bool alive,
                          const client_registry& known, instant now, const options& o) {
  switch (request.purpose) {
    case query_purpose::introspect:
      return introspect(request.wants_jwt, caller, found, alive, known, now, o);
    case query_purpose::userinfo:
      return tell_of_person(request, shown, found, alive, known, o);
    case query_purpose::revoke:
      break;
  }
  return plain_answer{};
}

}  // namespace mintage::oauth
