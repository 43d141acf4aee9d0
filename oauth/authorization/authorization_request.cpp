#include "oauth/authorization/authorization_request.hpp"

#include "oauth/denial_reasons.hpp"

namespace mintage::oauth {

response_target target_of(const authorization_request& r, const client& c) noexcept {
  // Without redirect_uri the client had one, and `recheck` has seen that it still has one.
  const auto uri = !r.redirect_uri.empty()   ? r.redirect_uri
                   : c.redirect_uris.empty() ? std::string_view{}
                                             : std::string_view{c.redirect_uris.front()};
  return {.redirect_uri = uri,
          .mode = r.mode,
          .state = r.state,
          .client_id = c.id,
          .alg = c.signs_responses_with()};
}

std::string asked_scope(const authorization_request& r, const client& c) {
  if (!r.scope.empty()) return std::string{r.scope};
  return default_scope(c);
}

std::string default_scope(const client& c) {
  auto out = std::string{};
  for (const auto& token : c.scopes) {
    if (token == "openid" || token == "offline_access") continue;
    if (!out.empty()) out += ' ';
    out += token;
  }
  return out;
}

replay_id replay_id_of(const authorization_request& r, crypto::sha256_hasher& hash) {
  const auto name = name_replay_id(replay_kind::authorization, {crypto::as_chars(r.id)}, hash);
  return {
      .where = name.where,
      .hash = name.hash,
      .expires = r.last_use + clock_skew,
      .when_known = denial{errc::already_answered, "the authorization request was answered already",
                           "authorization request answered a second time"},
      .usable_from = r.requested - clock_skew};
}

}  // namespace mintage::oauth
