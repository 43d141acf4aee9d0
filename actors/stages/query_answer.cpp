#include "actors/stages/query_answer.hpp"

#include <utility>

#include "oauth/grant/scope.hpp"

namespace mintage::actors {
namespace {

bool finish(service::query_exchange& x, std::string body) {
  x.body = std::move(body);
  x.done = true;
  return false;
}

bool leave_to_signer(service::query_exchange& x, std::string claims, crypto::jws_alg alg) {
  x.claims = std::move(claims);
  x.alg = alg;
  return true;
}

bool introspect(service::query_exchange& x, const oauth::found_token& found, bool alive,
                const oauth::client_registry& known, oauth::instant now,
                const oauth::options& rules) {
  auto seen = oauth::render_introspection(found, alive, x.client.id, known, rules);
  if (!x.request.wants_jwt) return finish(x, std::move(seen));
  // The caller can verify the algorithm of its ID tokens.
  return leave_to_signer(x, oauth::introspection_claims(seen, x.client.id, now, rules),
                         x.client.id_token_alg);
}

bool tell_of_person(service::query_exchange& x, const oauth::found_token& found, bool alive,
                    const oauth::client_registry& known, const oauth::options& rules) {
  if (!alive || !found.access) {
    x.denied = oauth::dead_access_token();
    return false;
  }
  if (!found.family || !oauth::scope_has(found.access->scope, "openid")) {
    x.denied = oauth::userinfo_needs_openid();
    return false;
  }
  const auto alg = known.find(found.access->client_id)->userinfo_alg;  // a valid token: registered
  auto told = oauth::render_userinfo(*found.family, alg.has_value(), rules);
  return alg ? leave_to_signer(x, std::move(told), *alg) : finish(x, std::move(told));
}

}  // namespace

bool answer_query(service::query_exchange& x, const oauth::found_token& found, bool alive,
                  const oauth::client_registry& known, oauth::instant now,
                  const oauth::options& rules) {
  switch (x.request.purpose) {
    case oauth::query_purpose::introspect:
      return introspect(x, found, alive, known, now, rules);
    case oauth::query_purpose::userinfo:
      return tell_of_person(x, found, alive, known, rules);
    case oauth::query_purpose::revoke:
      break;
  }
  return finish(x, {});  // unknown or invalid: counts as revoked (REV-01)
}

}  // namespace mintage::actors
