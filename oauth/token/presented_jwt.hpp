/// @file
/// The one reader of every JWT that a request presents: access tokens, client assertions, DPoP
/// proofs. Form and header, before a key is chosen and a claim is believed. (JWS-02)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "oauth/denial_reason.hpp"
#include "oauth/request/json_reader.hpp"

namespace mintage::oauth {

/// The longest compact JWS that is accepted (JWS-02).
inline constexpr std::size_t max_jwt_size = 16 * 1024;

/// A compact JWS in its parts. Nothing of it is verified. Views are of the text that was read.
struct presented_jwt {
  json_object header;
  /// Header and payload in base64url, with the dot between them.
  std::string_view signed_text;
  /// In base64url.
  std::string_view payload;
  std::string signature;  ///< its octets

  /// The `alg` header parameter; empty when it is absent or no string.
  [[nodiscard]] std::string_view alg() const { return header.string("alg").value_or(""); }
  /// The `kid` header parameter: nothing when it is absent, empty when it is no string.
  [[nodiscard]] std::optional<std::string_view> kid() const;
  /// Whether `typ` is this one. Compared case-insensitively, with or without "application/" in
  /// front (RFC 7515 §4.1.9).
  /// @param wanted in lower case.
  [[nodiscard]] bool has_typ(std::string_view wanted) const;
  [[nodiscard]] bool has_no_typ() const { return !header.has("typ"); }
};

/// Reads a compact JWS: at most 16 KiB, exactly three parts of strict base64url, a header that is
/// one JSON object without repeated members, at most 16 levels deep, and neither `crit` nor `b64`
/// in it. `jku`, `x5u`, `x5c` and other header parameters are ignored (JWS-07): no key is ever
/// found by them. Pure.
/// @returns views of `compact`, or the reason of the refusal.
/// @see RFC 7515 §5.2, RFC 8725 §3
[[nodiscard]] tl::expected<presented_jwt, denial_reason> read_presented_jwt(
    std::string_view compact);

/// Reads the claims: strict base64url of one JSON object without repeated members, at most 16
/// levels deep. A caller that reads them before the signature is verified only prepares.
/// @param payload as in `presented_jwt`.
/// @returns the claims, or the reason of the refusal.
[[nodiscard]] tl::expected<json_object, denial_reason> read_jwt_claims(std::string_view payload);

}  // namespace mintage::oauth
