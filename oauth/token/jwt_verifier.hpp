/// @file
/// Presented tokens of this server: form, type and key, before a signature is verified and a claim
/// is read.
/// (JWS-02, JWS-03, ATK-05)
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "oauth/request/json_reader.hpp"
#include "oauth/token/key_ring.hpp"
#include "oauth/token/presented_jwt.hpp"

namespace mintage::oauth {

/// A compact JWS whose form, type and key are right, and whose signature is not verified yet.
struct unverified_jwt {
  /// Of the ring. Views of the text follow.
  const crypto::public_key* key = nullptr;
  std::string_view signed_text;
  std::string_view payload;
  std::string signature;  ///< its octets
};

/// Checks all of a compact JWS of this server but its signature, which `crypto::jws_verifier`
/// verifies, many together. Pure. Does not check `exp`, `iss`, `aud` and revocation; callers do.
///
/// The key is the one in the ring that `kid` names, in any state; removed keys verify nothing
/// (JWS-06). `alg` must be the key's own. Header members other than `alg`, `kid`, `typ` are ignored
/// (JWS-07), except that `crit` and `b64` are refused.
/// @param typ required type, in lower case: "at+jwt" for access tokens, "jwt" for ID tokens.
///        Compared case-insensitively, with or without "application/" in front (ATK-05, RFC 7515
///        §4.1.9).
/// @returns views of `compact` and `ring`, or the reason of the refusal: a literal, for logs only.
/// @see RFC 8725 §3
[[nodiscard]] tl::expected<unverified_jwt, std::string_view> read_jwt(const key_ring& ring,
                                                                      std::string_view compact,
                                                                      std::string_view typ);

/// Reads the claims. @pre the signature was verified.
/// @returns the claims, or the reason of the refusal.
[[nodiscard]] tl::expected<json_object, denial_reason> read_claims(const unverified_jwt& jwt);

}  // namespace mintage::oauth
