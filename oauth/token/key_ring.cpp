#include "oauth/token/key_ring.hpp"

#include <algorithm>
#include <tuple>

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

const ring_key* key_ring::find(std::string_view kid) const noexcept {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const ring_key& k) { return k.key.kid() == kid; });
  return found == keys.end() ? nullptr : &*found;
}

void arrange(key_ring& ring) {
  // Clients that only read the first key should find the algorithm that all clients support.
  const auto rank = [](const ring_key& k) {
    return std::tuple{k.key.alg() != crypto::jws_alg::rs256, k.key.alg(), k.created,
                      std::string_view{k.key.kid()}};
  };
  std::sort(ring.keys.begin(), ring.keys.end(),
            [&](const ring_key& a, const ring_key& b) { return rank(a) < rank(b); });
}

std::vector<crypto::jws_alg> active_algorithms(const key_ring& ring) {
  auto found = std::vector<crypto::jws_alg>{};
  for (const auto& k : ring.keys) {
    if (k.state == key_state::active) found.push_back(k.key.alg());
  }
  return found;
}

std::string render_jwks(const key_ring& ring) {
  // Keys of every state are published: pending ones before their first use, retiring ones as long
  // as their tokens are valid (JWS-06).
  auto out = std::string{R"({"keys":[)"};
  for (const auto& k : ring.keys) {
    if (&k != &ring.keys.front()) out.push_back(',');
    out.append(k.key.public_part().jwk());
  }
  out.append("]}");
  return out;
}

}  // namespace mintage::oauth
