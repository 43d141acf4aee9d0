#include "oauth/grant.hpp"

#include <algorithm>
#include <utility>

#include "oauth/scope.hpp"

namespace mintage::oauth {
namespace {

/// SKEW of PROTOCOL.md: how long after its end a token may still be taken for valid somewhere.
constexpr auto skew = seconds{30};

bool gets_refresh_token(const login& who, const client_facts& client) noexcept {
  return client.may_refresh &&
         (client.rt_without_offline || scope_has(who.scope, "offline_access") ||
          !scope_has(who.scope, "openid"));
}

}  // namespace

birth_draw birth_draw::draw(crypto::random_source& random) {
  auto drawn = birth_draw{};
  random.fill(drawn.attempt);
  random.fill(drawn.family);
  random.fill(drawn.seed);
  return drawn;
}

grant bear_grant(const login& who, slot where, const client_facts& client, const birth_draw& draw,
                 instant now, const options& o) {
  auto born = grant{};
  born.who = who;
  born.where = where;
  born.family = draw.family;
  born.refreshable = gets_refresh_token(who, client);
  born.mode = client.refresh_mode;
  born.seed = draw.seed;
  born.mac_key_id = o.refresh_key_id;
  born.created = now;
  born.absolute_expiry = now + o.refresh_absolute;
  born.idle_expiry = now + o.refresh_idle;
  return born;
}

result<issuance> issue_of_code(const grant& born, const token_request& request) {
  auto out = issuance{};
  if (request.resources_count != 0) {
    auto targets = narrow_targets(born.who.targets, request.resources());
    if (!targets) return refusal{targets.error()};
    out.targets = std::move(*targets);
  }
  if (born.refreshable) out.refresh_generation = born.generation;
  return out;
}

grant client_grant(const client_facts& client, std::string scope, std::vector<target> targets,
                   instant now, crypto::random_source& random) {
  auto own = grant{};
  own.who.client_id = client.id;
  own.who.incarnation = client.incarnation;
  own.who.sub = client.id;
  own.who.scope = std::move(scope);
  own.who.targets = std::move(targets);
  own.who.minted = now;
  own.where = slot::draw(random);
  random.fill(own.family);
  own.created = now;
  return own;
}

instant forget_at(const grant& g, const options& o) noexcept {
  const auto last_birth =
      g.refreshable ? std::max(g.created, std::min(g.absolute_expiry, g.idle_expiry)) : g.created;
  return last_birth + o.access_ttl + skew;
}

}  // namespace mintage::oauth
