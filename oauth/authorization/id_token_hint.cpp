#include "oauth/authorization/id_token_hint.hpp"

#include <algorithm>
#include <utility>

#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {
namespace {

/// One description for all: a client can do the same about each.
constexpr auto not_ours =
    std::string_view{"id_token_hint is not an ID token of this server for the client"};

bool has_audience(const json_object& claims, std::string_view client_id) {
  if (const auto one = claims.string("aud")) return *one == client_id;
  const auto all = claims.strings("aud");
  return all && std::find(all->begin(), all->end(), client_id) != all->end();
}

}  // namespace

result<unverified_jwt> read_id_token_hint(const key_ring& ring, std::string_view compact) {
  auto jwt = read_jwt(ring, compact, "jwt");
  if (jwt) return std::move(*jwt);
  return deny(errc::invalid_request, not_ours, "id_token_hint is no ID token of this server");
}

result<hinted_login> read_hinted_login(const unverified_jwt& hint, std::string_view client_id,
                                       const options& o) {
  const auto claims = read_claims(hint);
  const auto sub = claims ? claims->string("sub").value_or("") : std::string_view{};
  if (sub.empty() || claims->string("iss") != o.issuer || !has_audience(*claims, client_id)) {
    return deny(errc::invalid_request, not_ours, "id_token_hint is of another client or issuer");
  }
  return hinted_login{.sub = std::string{sub},
                      .sid = std::string{claims->string("sid").value_or("")}};
}

denial wrong_hint_signature() noexcept {
  return {errc::invalid_request, not_ours, "signature of id_token_hint does not verify"};
}

}  // namespace mintage::oauth
