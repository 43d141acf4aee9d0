/// @file
/// The signing keys as all parts see them at one moment. (JWS-06, IDT-03, JWK-01)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/key.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// JWS-06. The first slice makes keys active at once, on an empty database nobody can know an old
/// one.
enum class key_state : std::uint8_t { pending, active, retiring };
[[nodiscard]] std::string_view to_string(key_state s) noexcept;

struct ring_key {
  crypto::signing_key key;
  key_state state = key_state::active;
  instant created{};
};

/// An immutable snapshot; one is used for all of one response (IDT-03).
struct key_ring {
  std::vector<ring_key> keys;
  /// @returns null when no key of that algorithm is active.
  [[nodiscard]] const ring_key* active(crypto::jws_alg alg) const noexcept;
};
using key_snapshot = std::shared_ptr<const key_ring>;

/// The JWK set document with every published key. Public members only (NEG-197).
[[nodiscard]] std::string render_jwks(const key_ring& ring);

}  // namespace mintage::oauth
