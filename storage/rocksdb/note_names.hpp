/// @file
/// The names of notes that hold more than a setting of the server. On the disk: DO NOT CHANGE.
#pragma once

#include <string_view>

namespace mintage::storage {

/// The epoch, in milliseconds since 1970.
constexpr auto epoch_note = std::string_view{"void-before"};
/// Initial access tokens are few, and stand among the notes: this and the id.
constexpr auto registration_token_prefix = std::string_view{"registration-token/"};
/// Entries of the outbox: this and the id.
constexpr auto outbox_prefix = std::string_view{"outbox/"};

}  // namespace mintage::storage
