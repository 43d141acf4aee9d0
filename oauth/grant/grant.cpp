#include "oauth/grant/grant.hpp"

#include <algorithm>
#include <utility>

#include "oauth/grant/scope.hpp"

namespace mintage::oauth {
namespace {

bool gets_refresh_token(const login& who, const client_facts& client) noexcept {
  return client.may_refresh &&
         (client.rt_without_offline || scope_has(who.scope, "offline_access") ||
          !scope_has(who.scope, "openid"));
}

}  // namespace

new_grant_ids new_grant_ids::draw(crypto::random_source& random) {
  auto drawn = new_grant_ids{};
  random.fill(drawn.attempt);
  random.fill(drawn.family);
  random.fill(drawn.seed);
  return drawn;
}

grant issue_grant(const login& who, slot where, const client_facts& client,
                  const confirmation& shown, const new_grant_ids& draw, instant now,
                  const options& o) {
  auto new_grant = grant{};
  new_grant.who = who;
  new_grant.where = where;
  new_grant.family = draw.family;
  new_grant.refreshable = gets_refresh_token(who, client);
  if (client.is_public) new_grant.bound_to = shown;
  new_grant.mode = new_grant.bound_to.empty() ? client.refresh_mode : rt_mode::static_;
  new_grant.seed = draw.seed;
  new_grant.mac_key_id = o.refresh_key_id;
  new_grant.created = now;
  const auto lives = resolve(client.lives, o);
  new_grant.absolute_expiry = now + lives.refresh_absolute;
  new_grant.idle_expiry = now + lives.refresh_idle;
  return new_grant;
}

result<issuance> issue_of_code(const grant& new_grant, const token_request& request,
                               const options& o) {
  auto out = issuance{};
  if (request.resources_count != 0) {
    auto targets = narrow_targets(new_grant.who.targets, request.resources(), o);
    if (!targets) return refusal{targets.error()};
    out.targets = std::move(*targets);
  }
  if (new_grant.refreshable) out.refresh_generation = new_grant.generation;
  return out;
}

grant client_grant(const client_facts& client, slot where, std::string scope,
                   std::vector<target> targets, instant now, crypto::random_source& random) {
  auto own = grant{};
  own.who.client_id = client.id;
  own.who.incarnation = client.incarnation;
  own.who.sub = client.id;
  own.who.scope = std::move(scope);
  own.who.targets = std::move(targets);
  own.who.minted = now;
  own.where = where;
  random.fill(own.family);
  own.created = now;
  return own;
}

instant forget_at(const grant& g, const token_lives& own, const options& o) noexcept {
  const auto last_new_grant =
      g.refreshable ? std::max(g.created, std::min(g.absolute_expiry, g.idle_expiry)) : g.created;
  return last_new_grant + resolve(own, o).access + clock_skew;
}

}  // namespace mintage::oauth
