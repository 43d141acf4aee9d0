/// @file
/// The note in the database that says which seal key is the newest, and holds the former ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/root_ring.hpp"

namespace mintage::app {

/// Sealed under the newest root, so that it proves this root, too. One write of it is what rotates
/// the seal key.
[[nodiscard]] std::string make_seal_note(const crypto::root_ring_content& ring);

/// @returns nothing when another root sealed the note.
/// @throws file_error when a newer version wrote it.
[[nodiscard]] std::optional<crypto::root_ring_content> open_seal_note(const crypto::root_key& root,
                                                                      std::string_view note);

}  // namespace mintage::app
