#include "oauth/grant.hpp"

#include <algorithm>

#include "crypto/base64.hpp"
#include "oauth/scope.hpp"

namespace mintage::oauth {
namespace {

/// SKEW of PROTOCOL.md: how long after its end a token may still be taken for valid somewhere.
constexpr auto skew = seconds{30};

using u16_octets = crypto::bytes<2>;
using u32_octets = crypto::bytes<4>;

constexpr u16_octets big_endian(std::uint16_t value) noexcept {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
constexpr u32_octets big_endian(std::uint32_t value) noexcept {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

/// The octets of all parts, one after the other; every part has a fixed width.
template <std::size_t... N>
crypto::bytes<(N + ...)> concatenate(const crypto::bytes<N>&... parts) noexcept {
  auto out = crypto::bytes<(N + ...)>{};
  auto to = out.begin();
  ((to = std::copy(parts.begin(), parts.end(), to)), ...);
  return out;
}

constexpr auto refresh_label = [] {
  constexpr auto text = std::string_view{"mintage refresh token 1"};
  auto octets = crypto::bytes<text.size()>{};
  std::copy(text.begin(), text.end(), octets.begin());
  return octets;
}();

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
  born.created = now;
  born.absolute_expiry = now + o.refresh_absolute;
  born.idle_expiry = now + o.refresh_idle;
  return born;
}

instant forget_at(const grant& g, const options& o) noexcept {
  const auto access_end = g.created + o.access_ttl + skew;
  return g.refreshable ? std::max(access_end, std::min(g.absolute_expiry, g.idle_expiry))
                       : access_end;
}

std::string make_refresh_token(const grant& g, crypto::hmac_sha256& mac_key) {
  const auto generation = big_endian(g.generation);
  const auto mac = mac_key(crypto::bytes_view{
      concatenate(refresh_label, big_endian(g.where.value), g.family, generation, g.seed)});
  auto out = std::string{};
  out.reserve(76);
  out.append("mrt_");
  g.where.append_to(out);
  crypto::base64url_append(out, concatenate(g.family, generation, mac));
  return out;
}

}  // namespace mintage::oauth
