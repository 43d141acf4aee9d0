/// @file
/// Verification of presented tokens of this server: signature and form, before a claim is read.
/// (JWS-02, JWS-03, ATK-05)
#pragma once

#include <string_view>
#include <tl/expected.hpp>

#include "oauth/request/json_reader.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::oauth {

/// The longest compact JWS that is accepted (JWS-02).
inline constexpr std::size_t max_jwt_size = 16 * 1024;

/// Verifies a compact JWS that this server signed. Pure. Costs one signature verification, 40 µs
/// and more. Does not check `exp`, `iss`, `aud` and revocation; callers do.
///
/// The key is the one in the ring that `kid` names, in any state; removed keys verify nothing
/// (JWS-06). `alg` must be the key's own. Header members other than `alg`, `kid`, `typ` are ignored
/// (JWS-07), except that `crit` and `b64` are refused.
/// @param typ required type, in lower case: "at+jwt" for access tokens, "jwt" for ID tokens.
///        Compared case-insensitively, with or without "application/" in front (ATK-05, RFC 7515
///        §4.1.9).
/// @returns the claims, or the reason of the refusal: a literal, for logs only.
/// @see RFC 8725 §3
[[nodiscard]] tl::expected<json_object, std::string_view> verify_jwt(const key_ring& ring,
                                                                     std::string_view compact,
                                                                     std::string_view typ);

}  // namespace mintage::oauth
