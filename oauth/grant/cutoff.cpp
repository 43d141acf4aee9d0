#include "oauth/grant/cutoff.hpp"

#include <algorithm>

#include "oauth/grant/scope.hpp"

namespace mintage::oauth {

crypto::digest cutoff_key(cutoff_kind kind, std::string_view name, crypto::sha256_hasher& hash) {
  hash.begin();
  hash.add(crypto::bytes<1>{static_cast<std::uint8_t>(kind)});
  hash.add(crypto::as_bytes(name));
  return hash.end();
}

bool is_cut_off(const login& who, const cutoffs& cut) noexcept {
  if (cut.epoch && who.minted <= *cut.epoch) return true;
  if (cut.subject && who.minted <= *cut.subject) return true;
  return cut.session && who.minted <= *cut.session && !scope_has(who.scope, "offline_access");
}

seconds cutoff_life(const options& o) noexcept {
  // Minted, redeemed as late as possible, refreshed to the end, and the life of the last token.
  constexpr auto longest_code = seconds{600};
  // Clients have lives of their own, up to the longest.
  return longest_code + o.refresh_absolute +
         std::max({o.access_ttl, o.id_ttl, longest_signed_life(o)}) + clock_skew;
}

}  // namespace mintage::oauth
