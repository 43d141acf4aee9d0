#include "oauth/grant/refresh.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "crypto/base64.hpp"
#include "oauth/denial_reasons.hpp"
#include "oauth/grant/scope.hpp"
#include "oauth/request/request_parameters.hpp"

namespace mintage::oauth {
namespace {

constexpr auto prefix = std::string_view{"mrt_"};
constexpr auto slot_size = std::size_t{2};

using generation_octets = crypto::bytes<4>;
constexpr auto family_size = std::tuple_size_v<family_id>;
constexpr auto mac_size = std::tuple_size_v<crypto::digest>;
constexpr auto octets_size = family_size + std::tuple_size_v<generation_octets> + mac_size;
constexpr auto text_size = prefix.size() + slot_size + crypto::base64url_size(octets_size);
static_assert(text_size == 76);

constexpr crypto::bytes<2> big_endian(std::uint16_t value) noexcept {
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}
constexpr generation_octets big_endian(std::uint32_t value) noexcept {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

/// The octets of all parts in sequence; every part has a fixed width.
template <std::size_t... N>
crypto::bytes<(N + ...)> concatenate(const crypto::bytes<N>&... parts) noexcept {
  auto out = crypto::bytes<(N + ...)>{};
  auto to = out.begin();
  ((to = std::copy(parts.begin(), parts.end(), to)), ...);
  return out;
}

constexpr auto label = [] {
  constexpr auto text = std::string_view{"mintage refresh token 1"};
  auto octets = crypto::bytes<text.size()>{};
  std::copy(text.begin(), text.end(), octets.begin());
  return octets;
}();

/// Moves the next octets of a decoded token to `to`.
template <std::size_t N>
void take(std::string_view& from, crypto::bytes<N>& to) noexcept {
  std::copy_n(from.begin(), N, to.begin());
  from.remove_prefix(N);
}

crypto::digest mac(crypto::hmac_sha256& key, const grant& g, std::uint32_t generation) {
  return key(crypto::bytes_view{
      concatenate(label, big_endian(g.where.value), g.family, big_endian(generation), g.seed)});
}

/// One description for every refresh token that is refused (TOK-21).
denial no_such_token(denial_reason reason) noexcept {
  return {errc::invalid_grant,
          "the refresh token is unknown, expired, revoked, already used, or was issued to another "
          "client",
          reason};
}

/// RFT-08.
std::optional<denial> check_binding(const confirmation& bound_to,
                                    const confirmation& shown) noexcept {
  if (bound_to.jkt && !shown.jkt) {
    return denial{errc::invalid_dpop_proof, "this refresh token needs a DPoP proof by its key",
                  "DPoP proof is missing for a refresh token that is bound to a key (RFT-08)"};
  }
  if (bound_to.jkt && bound_to.jkt != shown.jkt) {
    return no_such_token("DPoP proof by another key than the refresh token is bound to (RFT-08)");
  }
  if (bound_to.x5t && !shown.x5t) {
    return denial{errc::invalid_request, "this refresh token needs its client certificate",
                  "certificate is missing for a refresh token that is bound to it (RFT-08)"};
  }
  if (bound_to.x5t && bound_to.x5t != shown.x5t) {
    return no_such_token("another certificate than the refresh token is bound to (RFT-08)");
  }
  return std::nullopt;
}

/// Refusals by the family's state, for any generation.
std::optional<denial> check_family(const grant& g, const client_facts& who,
                                   const confirmation& shown, const cutoffs& cut,
                                   instant now) noexcept {
  if (g.who.client_id != who.id) return no_such_token("refresh token of another client (RFT-01)");
  if (g.who.incarnation != who.incarnation) {
    return no_such_token("refresh token of a client that was removed and made again");
  }
  if (auto why = check_binding(g.bound_to, shown)) return why;
  if (g.revoked_at) return no_such_token("family revoked");
  if (cut.epoch && g.who.minted <= *cut.epoch) {
    return no_such_token("minted before the epoch was raised (NEG-212)");
  }
  if (is_cut_off(g.who, cut)) return no_such_token("subject or session revoked (RFT-11)");
  if (now >= g.absolute_expiry) return no_such_token("absolute life is over (RFT-10)");
  if (now >= g.idle_expiry) return no_such_token("idle life is over (RFT-10)");
  return std::nullopt;
}

/// The scope of the answer; empty = the grant's (RFT-07).
result<std::string> narrow_scope(std::string_view granted, std::string_view requested) {
  if (requested.empty()) return std::string{};
  const auto tokens = parse_scope(requested);
  if (!tokens) return refusal{tokens.error()};
  const auto is_granted = [&](const std::string& token) { return scope_has(granted, token); };
  if (!std::all_of(tokens->begin(), tokens->end(), is_granted)) {
    return deny(errc::invalid_scope, "scope has a token that was not granted",
                "scope wider than the grant (RFT-07)");
  }
  return join_scope(*tokens);
}

/// Whether a superseded token still gets the successor (RFT-06). When `now` is before the rotation,
/// the clock was set back: the successor is unused, and a wrong clock must not end the family.
bool is_in_grace(const grant& g, instant now, const options& o) noexcept {
  return now <= g.superseded_at + o.refresh_grace;
}

instant pushed_idle_end(const grant& g, instant now, seconds idle) noexcept {
  return std::min(now + idle, g.absolute_expiry);
}

/// Issues the current generation. The record changes only when its idle expiry is due to be moved.
void keep(refresh_judgement& judged, const grant& g, instant now, seconds idle) {
  const auto due = std::chrono::duration_cast<milliseconds>(idle) / 24;
  judged.out.refresh_generation = g.generation;
  judged.what = refresh_judgement::act::answer;
  const auto pushed = pushed_idle_end(g, now, idle);
  if (pushed - g.idle_expiry < due) return;
  judged.what = refresh_judgement::act::write;
  judged.next = g;
  judged.next.idle_expiry = pushed;
}

/// RFT-03.
void rotate(refresh_judgement& judged, const grant& g, instant now, seconds idle) {
  judged.what = refresh_judgement::act::write;
  judged.next = g;
  judged.next.generation = g.generation + 1;
  judged.next.superseded_at = now;
  judged.next.idle_expiry = pushed_idle_end(g, now, idle);
  judged.out.refresh_generation = judged.next.generation;
}

refresh_judgement deny_with(denial why) {
  auto judged = refresh_judgement{};
  judged.why = why;
  return judged;
}

/// Scope and resource, P19 and P20.
std::optional<denial> narrow(issuance& out, const grant& g, const token_request& request,
                             const options& o) {
  auto scope = narrow_scope(g.who.scope, request.scope);
  if (!scope) return scope.error();
  out.scope = std::move(*scope);
  if (request.resources_count == 0) return std::nullopt;
  auto targets = narrow_targets(g.who.targets, request.resources(), o);
  if (!targets) return targets.error();
  out.targets = std::move(*targets);
  return std::nullopt;
}

}  // namespace

result<void> read_refresh_grant(const parameters& sent, token_request& out) {
  if (!sent.has(parameter::refresh_token)) {
    return deny(errc::invalid_request, "refresh_token is missing", "no refresh_token");
  }
  out.refresh_token = sent[parameter::refresh_token];
  return {};
}

std::optional<presented_refresh_token> parse_refresh_token(std::string_view text) noexcept {
  if (text.size() != text_size || !text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  const auto where = slot::parse(text.substr(0, slot_size));
  const auto octets = crypto::base64url_decode(text.substr(slot_size));
  if (!where || !octets) return std::nullopt;
  auto out = presented_refresh_token{};
  out.where = *where;
  auto rest = std::string_view{*octets};
  take(rest, out.family);
  auto generation = generation_octets{};
  take(rest, generation);
  for (const auto octet : generation) out.generation = out.generation << 8 | octet;
  take(rest, out.mac);
  return out;
}

refresh_keys::refresh_keys(crypto::root_ring roots, std::uint32_t current)
    : roots_{std::move(roots)}, current_{current} {}

std::string refresh_keys::make(const grant& g, std::uint32_t generation) {
  auto out = std::string{};
  out.reserve(text_size);
  out.append(prefix);
  g.where.append_to(out);
  crypto::base64url_append(out, concatenate(g.family, big_endian(generation),
                                            mac(keys(g.mac_key_id).newest(), g, generation)));
  return out;
}

bool refresh_keys::proves(const presented_refresh_token& token, const grant& g) {
  return keys(g.mac_key_id).any([&](crypto::hmac_sha256& key) {
    return crypto::constant_time_equal(token.mac, mac(key, g, token.generation));
  });
}

crypto::mac_subkeys& refresh_keys::keys(std::uint32_t id) {
  auto found = keys_.find(id);
  if (found == keys_.end()) {
    auto made = crypto::subkeys{roots_, "mintage/refresh/" + std::to_string(id)};
    found = keys_.try_emplace(id, std::move(made)).first;
  }
  found->second.update();
  return found->second;
}

refresh_judgement judge_refresh(const grant& g, const presented_refresh_token& token,
                                refresh_keys& keys, const client_facts& who,
                                const token_request& request, const confirmation& shown,
                                const cutoffs& cut, instant now, const options& o) {
  if (!g.refreshable) return deny_with(no_such_token("grant without a refresh token"));
  if (!keys.proves(token, g)) return deny_with(no_such_token("MAC differs"));
  if (const auto why = check_family(g, who, shown, cut, now)) return deny_with(*why);

  const auto is_current = token.generation == g.generation;
  // A database restored from a backup lacks the latest rotations: not a reason to revoke.
  if (token.generation > g.generation) {
    return deny_with(no_such_token("generation ahead of the record"));
  }
  if (!is_current && (g.generation - token.generation > 1 || !is_in_grace(g, now, o))) {
    auto judged = deny_with(reused_refresh_token());
    judged.what = refresh_judgement::act::revoke;
    return judged;
  }
  const auto rotates = is_current && g.mode == rt_mode::rotating;
  // The next generation would wrap to 0, which makes all superseded tokens valid again.
  if (rotates && g.generation == std::numeric_limits<std::uint32_t>::max()) {
    return deny_with(no_such_token("family ran out of generations"));
  }

  auto judged = refresh_judgement{};
  judged.out.is_first = false;
  if (const auto why = narrow(judged.out, g, request, o)) return deny_with(*why);
  const auto idle = resolve(who.lives, o).refresh_idle;
  if (rotates) {
    rotate(judged, g, now, idle);
    if (who.is_public && g.bound_to.empty()) judged.next.bound_to = shown;
  } else if (is_current) {
    keep(judged, g, now, idle);
  } else {
    judged.what = refresh_judgement::act::answer;
    judged.out.refresh_generation = g.generation;
  }
  return judged;
}

denial unknown_refresh_token() noexcept {
  return no_such_token("unknown refresh token");
}
denial reused_refresh_token() noexcept {
  return no_such_token("superseded refresh token used again (RFT-04)");
}

}  // namespace mintage::oauth
