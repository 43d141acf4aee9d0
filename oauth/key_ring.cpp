#include "oauth/key_ring.hpp"

#include <algorithm>

namespace mintage::oauth {

std::string_view to_string(key_state s) noexcept {
  switch (s) {
    case key_state::pending:
      return "pending";
    case key_state::active:
      return "active";
    case key_state::retiring:
      return "retiring";
  }
  return "";
}

const ring_key* key_ring::active(crypto::jws_alg alg) const noexcept {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const ring_key& k) {
    return k.state == key_state::active && k.key.alg() == alg;
  });
  return found == keys.end() ? nullptr : &*found;
}

std::string render_jwks(const key_ring& ring) {
  // Every state of the ring is published: pending so that it is known before its first use,
  // retiring as long as tokens signed with it live (JWS-06).
  auto out = std::string{R"({"keys":[)"};
  for (const auto& k : ring.keys) {
    if (&k != &ring.keys.front()) out.push_back(',');
    out.append(k.key.public_jwk());
  }
  out.append("]}");
  return out;
}

}  // namespace mintage::oauth
