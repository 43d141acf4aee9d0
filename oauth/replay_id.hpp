/// @file
/// Replay ids: the `jti` of what may be used once. (CAU-07, DPO-08)
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "crypto/digest.hpp"
#include "oauth/grant/slot.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// What a replay id is of. Hashed with the rest, so that they never meet. On the disk: DO NOT
/// CHANGE.
enum class replay_kind : std::uint8_t { client_assertion = 1, dpop_proof = 2, authorization = 3 };

/// A `jti` on its way to the replay store (storage::table::replay_ids), where it is recorded if it
/// is new.
struct replay_id {
  /// The first bits of `hash`, so that the same id always comes to the same shard.
  slot where;
  crypto::digest hash{};
  /// The end of the record: from then on the JWT is refused for its age. Includes SKEW.
  instant expires;
  /// The answer when the id was recorded before.
  denial when_known;
  /// The earliest time at which the JWT can have been accepted. An id that may have been recorded
  /// at or before the epoch (`engine::void_before`) counts as known, because its record may be
  /// lost (NEG-212).
  instant usable_from;
};

/// The name of a replay id in the store.
struct replay_name {
  slot where;
  crypto::digest hash{};
};
/// @param parts whose id it is, then the id: client and `jti` (CAU-07); `htu`, thumbprint and `jti`
///        (DPO-08); the id of an authorization request (PAR-01). Their lengths are hashed too.
[[nodiscard]] replay_name name_replay_id(replay_kind kind,
                                         std::initializer_list<std::string_view> parts,
                                         crypto::sha256_hasher& hash);

/// The replay ids of one request, in the order of their rows: assertion (P15), then proof (P17).
/// Empty for most requests, which it costs nothing.
class replay_ids {
 public:
  static constexpr std::size_t most = 2;

  [[nodiscard]] bool empty() const noexcept { return first_ == end_; }
  /// The next one to record. @pre not empty
  [[nodiscard]] const replay_id& front() const noexcept {
    assert(!empty());
    return *all_[first_];
  }
  /// @pre `add` was called less than `most` times since `clear`.
  void add(const replay_id& id) {
    assert(end_ < most);
    all_[end_++] = id;
  }
  /// @pre not empty
  void pop() noexcept {
    assert(!empty());
    ++first_;
  }
  void clear() noexcept { first_ = end_ = 0; }

 private:
  std::array<std::optional<replay_id>, most> all_;
  std::uint8_t first_ = 0;
  std::uint8_t end_ = 0;
};

/// The answer when the replay store cannot tell whether an id is new: 503, never skipped (NEG-205).
[[nodiscard]] denial replay_store_silent() noexcept;

}  // namespace mintage::oauth
