/// @file
/// Revocation of everything that a person or a session had, by a time instead of a scan. (RFT-11,
/// NEG-118, NEG-145)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/digest.hpp"
#include "oauth/grant/code.hpp"

namespace mintage::oauth {

/// Part of the keys of cutoffs (`cutoff_key`). On the disk: DO NOT CHANGE.
enum class cutoff_kind : std::uint8_t { subject, session };

/// Key of the cutoff of a subject or a session: SHA-256 over kind and name.
[[nodiscard]] crypto::digest cutoff_key(cutoff_kind kind, std::string_view name,
                                        crypto::sha256_hasher& hash);

/// The times at which logins become void, as far as they concern one login.
struct cutoffs {
  std::optional<instant> subject;
  std::optional<instant> session;
  /// The epoch, which concerns every login: redemptions and revocations before it may be lost.
  /// Nothing when none were lost. (PROTOCOL.md §13, NEG-212)
  std::optional<instant> epoch{};
};

/// Whether what was minted for `who` is void: minted at or before the epoch or the cutoff of its
/// subject, or of its session, except that offline_access survives logout (RFT-11).
[[nodiscard]] bool is_cut_off(const login& who, const cutoffs& cut) noexcept;

/// How long a cutoff must be stored: as long as anything minted before it can be valid.
[[nodiscard]] seconds cutoff_life(const options& o) noexcept;

}  // namespace mintage::oauth
