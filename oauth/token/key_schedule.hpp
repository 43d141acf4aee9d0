/// @file
/// The life of signing keys: pending, active, retiring, gone. (JWS-06)
///
/// A key is published before it signs, for as long as somebody may still use a key set that lacks
/// it; it stays published after it signed, for as long as its tokens live. So whoever keeps the key
/// set no longer than its max-age always finds the key of a token.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "oauth/admin/error.hpp"
#include "oauth/admin/keys.hpp"
#include "oauth/options.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::oauth {

/// From the publication of a key to its first signature.
inline constexpr seconds publication_wait = documents_max_age + clock_skew;
/// Keys of one algorithm that may be published at once; further rotations by hand are refused.
inline constexpr std::size_t max_published_keys = 16;

struct key_rules {
  /// One active key of each.
  std::vector<crypto::jws_alg> algorithms;
  /// 0 = never.
  seconds rotation_period{};
  seconds overlap{};
};

/// Makes a key for an algorithm. RSA may take a second.
using key_maker = std::function<crypto::signing_key(crypto::jws_alg)>;

/// The ring with all that is due at `now` done. A key that signs is replaced only by one that was
/// published long enough, however late it is: never is there a moment without an active key.
///
/// In an empty ring keys are active at once, because nobody can have kept an older set. Of
/// algorithms that are not listed any more, active keys retire when all listed ones have theirs.
/// @returns an equal ring when nothing is due. Arranged, as all rings that are returned here.
[[nodiscard]] key_ring advance(const key_ring& before, const key_rules& rules, instant now,
                               const key_maker& make);

/// A new key for one algorithm or all: pending first, or, with `now`, active at once; a pending one
/// that is there already is activated then.
/// @returns invalid_request when the algorithm is not listed; conflict when a rotation is under way
///          or max_published_keys are reached.
[[nodiscard]] admin_result<key_ring> rotate(const key_ring& before, const rotate_keys& call,
                                            const key_rules& rules, instant now,
                                            const key_maker& make);

/// Removes a key without retirement. If it was active, the pending one of its algorithm takes its
/// place, or a new one: tokens signed by it are unknown to those who keep an older key set until
/// they fetch it again.
/// @returns not_found.
[[nodiscard]] admin_result<key_ring> remove(const key_ring& before, std::string_view kid,
                                            const key_rules& rules, instant now,
                                            const key_maker& make);

/// Whether state and times are the same. @pre the same key.
[[nodiscard]] bool is_unchanged(const ring_key& a, const ring_key& b) noexcept;

}  // namespace mintage::oauth
