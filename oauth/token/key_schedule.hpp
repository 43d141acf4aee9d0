/// @file
/// The states of signing keys: pending, active, retiring, removed. (JWS-06)
///
/// A key is published before it signs, for as long as a key set without it may be in a cache. It
/// stays published after it signed, for as long as its tokens are valid. So a client that caches
/// the key set for its max-age at most always has the key of a token.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "oauth/admin/error.hpp"
#include "oauth/admin/keys.hpp"
#include "oauth/options.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::oauth {

/// Time from the publication of a key to its first signature.
inline constexpr seconds publication_wait = documents_max_age + clock_skew;
/// Number of keys of one algorithm that may be published at once; beyond it, rotations by hand are
/// refused.
inline constexpr std::size_t max_published_keys = 16;

struct key_rules {
  /// Each has one active key.
  std::vector<crypto::jws_alg> algorithms;
  /// 0 = never.
  seconds rotation_period{};
  seconds overlap{};
};

/// Makes a key for an algorithm. RSA may take a second.
using key_maker = std::function<crypto::signing_key(crypto::jws_alg)>;

/// Does everything that is due at `now`. A key that signs is replaced only by one that was
/// published for long enough, however late that is; so there is always an active key.
///
/// In an empty ring new keys are active at once, because no older set can be in a cache. Active
/// keys of algorithms that are not listed any more retire when all listed algorithms have theirs.
/// @returns an equal ring when nothing is due. Arranged, as all returned rings.
[[nodiscard]] key_ring advance(const key_ring& before, const key_rules& rules, instant now,
                               const key_maker& make);

/// Makes a new key for one algorithm or for all: pending first, or, with `now`, active at once. An
/// existing pending key is then activated instead.
/// @returns invalid_request when the algorithm is not listed; conflict when a rotation is in
///          progress or max_published_keys are reached.
[[nodiscard]] admin_result<key_ring> rotate(const key_ring& before, const rotate_keys& call,
                                            const key_rules& rules, instant now,
                                            const key_maker& make);

/// Removes a key without retirement. If it was active, the pending key of its algorithm replaces
/// it, or a new one. Clients with an older key set cannot verify the new tokens until they fetch it
/// again.
/// @returns not_found.
[[nodiscard]] admin_result<key_ring> remove(const key_ring& before, std::string_view kid,
                                            const key_rules& rules, instant now,
                                            const key_maker& make);

/// Whether state and times are the same. @pre the same key.
[[nodiscard]] bool is_unchanged(const ring_key& a, const ring_key& b) noexcept;

}  // namespace mintage::oauth
