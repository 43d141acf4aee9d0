/// @file
/// Snapshots of all signing keys. (JWS-06, IDT-03, JWK-01)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// JWS-06: published and not used yet; used to sign; published and not used any more. After that
/// the key is removed.
enum class key_state : std::uint8_t { pending, active, retiring };
[[nodiscard]] std::string_view to_string(key_state s) noexcept;

/// A key and the times of its states: past ones as they were, future ones as planned. Nothing = not
/// planned. oauth/token/key_schedule.hpp changes states.
struct ring_key {
  crypto::signing_key key;
  key_state state = key_state::active;
  /// When it was made and published.
  instant created{};
  instant activate{};
  std::optional<instant> retire{};
  /// Set for retiring keys.
  std::optional<instant> remove{};
  /// Fields of the stored record that a newer version knows; written again with it.
  std::string newer_fields{};
};

/// An immutable snapshot. One response uses one snapshot only (IDT-03).
struct key_ring {
  std::vector<ring_key> keys;
  /// @returns null when no key of that algorithm is active.
  [[nodiscard]] const ring_key* active(crypto::jws_alg alg) const noexcept;
  /// @returns null when there is no such key, for example after its removal.
  [[nodiscard]] const ring_key* find(std::string_view kid) const noexcept;
};
using key_snapshot = std::shared_ptr<const key_ring>;

/// Sorts the keys: RS256 first, then by algorithm, then by age. All rings have this order, so that
/// documents change only when keys do.
void arrange(key_ring& ring);

/// The algorithms with an active key, in the order of the ring.
[[nodiscard]] std::vector<crypto::jws_alg> active_algorithms(const key_ring& ring);

/// The JWK set document with every published key. Contains public members only (NEG-197).
[[nodiscard]] std::string render_jwks(const key_ring& ring);

}  // namespace mintage::oauth
