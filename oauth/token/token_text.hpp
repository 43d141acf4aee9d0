/// @file
/// The text of codes and opaque access tokens: prefix, slot, 256 random bits. (TOK-16)
#pragma once

#include <optional>
#include <string_view>

#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "oauth/grant/slot.hpp"

namespace mintage::oauth {

/// @param prefix four characters.
/// @returns `prefix`, slot, 43 base64url characters: 49 characters.
[[nodiscard]] crypto::secret_string draw_token_text(std::string_view prefix, slot s,
                                                    crypto::random_source& random);
/// @returns nothing unless `text` has that form, in its canonical encoding. Decodes nothing, since
///          that would allocate.
[[nodiscard]] std::optional<slot> slot_of_token_text(std::string_view prefix,
                                                     std::string_view text) noexcept;

}  // namespace mintage::oauth
