/// @file
/// The signing keys as all parts see them at one moment. (JWS-06, IDT-03, JWK-01)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// JWS-06: published and not used yet; the one that signs; published and not used any more. After
/// that a key is gone.
enum class key_state : std::uint8_t { pending, active, retiring };
[[nodiscard]] std::string_view to_string(key_state s) noexcept;

/// A key and its times: those behind it as they were, those before it as planned. Nothing = not
/// planned. oauth/token/key_schedule.hpp moves keys on.
struct ring_key {
  crypto::signing_key key;
  key_state state = key_state::active;
  /// When it was made and published.
  instant created{};
  instant activate{};
  std::optional<instant> retire{};
  /// Of retiring keys only.
  std::optional<instant> remove{};
};

/// An immutable snapshot; one is used for all of one response (IDT-03).
struct key_ring {
  std::vector<ring_key> keys;
  /// @returns null when no key of that algorithm is active.
  [[nodiscard]] const ring_key* active(crypto::jws_alg alg) const noexcept;
  /// @returns null when there is none, as after its removal.
  [[nodiscard]] const ring_key* find(std::string_view kid) const noexcept;
};
using key_snapshot = std::shared_ptr<const key_ring>;

/// Puts the keys in the one order that all rings have: RS256 first, then by algorithm, then as they
/// came. The documents change only when the keys do.
void arrange(key_ring& ring);

/// What can be signed with now, in the order of the ring.
[[nodiscard]] std::vector<crypto::jws_alg> active_algorithms(const key_ring& ring);

/// The JWK set document with every published key. Public members only (NEG-197).
[[nodiscard]] std::string render_jwks(const key_ring& ring);

}  // namespace mintage::oauth
