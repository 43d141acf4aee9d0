/// @file
/// Proof Key for Code Exchange, S256 only. (PKC-01 to PKC-07) @see RFC 7636
#pragma once

#include <string_view>

#include "oauth/types.hpp"

namespace mintage::oauth {

/// 43..128 characters of A-Za-z0-9-._~ (PKC-03). Row P13.
[[nodiscard]] bool is_code_verifier(std::string_view verifier) noexcept;
/// The denial for what is_code_verifier refuses.
[[nodiscard]] denial malformed_verifier() noexcept;
/// Exactly 43 base64url characters that decode to 32 octets (PKC-02).
[[nodiscard]] bool is_s256_challenge(std::string_view challenge) noexcept;

/// Checks that the caller of /token is the one that began the authorization.
/// @returns nothing; invalid_request if malformed (PKC-03); invalid_grant if it does not match
///          (PKC-04), in constant time.
/// @see RFC 7636 §4.1, §4.6
[[nodiscard]] result<void> check_pkce_s256(std::string_view verifier, std::string_view challenge);

}  // namespace mintage::oauth
