/// @file
/// Rules for the secrets that are chosen elsewhere, shared by registration and rotation. For
/// oauth/*.cpp only; the rest is in admin.hpp.
#pragma once

#include <cstdint>
#include <optional>

#include "oauth/admin/admin.hpp"

namespace mintage::oauth {

/// @returns invalid_request naming the field, or nothing: 0 is never, else until the year 9999.
[[nodiscard]] std::optional<admin_error> check_secret_expiry(std::optional<std::int64_t> date);
/// @returns invalid_request naming the field, or nothing: 8 to 256 printable ASCII characters.
[[nodiscard]] std::optional<admin_error> check_chosen_secret(const crypto::secret_string& chosen);

}  // namespace mintage::oauth
