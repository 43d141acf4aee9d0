/// @file
/// Tokens of this server that come back: signature and form, before anyone reads a claim. (JWS-02,
/// JWS-03, ATK-05)
#pragma once

#include <string_view>
#include <tl/expected.hpp>

#include "oauth/request/json_reader.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::oauth {

/// The longest compact JWS that is looked at (JWS-02).
inline constexpr std::size_t max_jwt_size = 16 * 1024;

/// Verifies a compact JWS that this server made. Pure; costs one signature verification, so 40 µs
/// and more. Says nothing of `exp`, `iss`, `aud`, revocation: those are the caller's.
///
/// The key is the one of the ring that `kid` names, in any state: gone ones verify nothing
/// (JWS-06). `alg` must be the key's own. Header members other than `alg`, `kid`, `typ` are ignored
/// (JWS-07), but `crit` and `b64` are refused.
/// @param typ what the header must have, in lower case: "at+jwt" for access tokens, "jwt" for ID
///        tokens. Compared case-insensitively, with or without "application/" in front (ATK-05,
///        RFC 7515 §4.1.9).
/// @returns the claims, or why it is none of ours: a literal, for logs only.
/// @see RFC 8725 §3
[[nodiscard]] tl::expected<json_object, std::string_view> verify_jwt(const key_ring& ring,
                                                                     std::string_view compact,
                                                                     std::string_view typ);

}  // namespace mintage::oauth
