/// @file
/// The two admin tokens, and their roles.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/digest.hpp"

namespace mintage::oauth {

/// The role of an admin token.
enum class admin_role : std::uint8_t { nobody, minter, admin };
/// Hashes of the two admin tokens (`mad_` and 43 characters each).
struct admin_tokens {
  crypto::digest admin{};
  crypto::digest minter{};
};
/// @param authorization the header's value: "Bearer" in any case, then the token.
[[nodiscard]] admin_role role_of(std::string_view authorization, const admin_tokens& tokens);

}  // namespace mintage::oauth
