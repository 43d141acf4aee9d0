/// @file
/// What a token is bound to: the `cnf` claim. (DPO-12, MTL-01) @see RFC 7800 §3.1
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"

namespace mintage::oauth {

class json_object;

/// The keys that a token is bound to. Without one, whoever has the token may use it.
/// These are thumbprints of public keys and certificates, so they are no secrets.
struct confirmation {
  /// The RFC 7638 SHA-256 thumbprint of a DPoP key. @see RFC 9449 §6.1
  std::optional<crypto::digest> jkt{};
  /// SHA-256 of the DER of a client certificate. @see RFC 8705 §3.1
  std::optional<crypto::digest> x5t{};

  [[nodiscard]] bool empty() const noexcept { return !jkt && !x5t; }
  friend bool operator==(const confirmation&, const confirmation&) = default;
};

/// `token_type` of answers: a token that is bound to a DPoP key is not a bearer token (DPO-12).
/// One that is bound to a certificate alone is. @see RFC 8705 §3
[[nodiscard]] constexpr std::string_view token_type_of(const confirmation& c) noexcept {
  return c.jkt ? "DPoP" : "Bearer";
}

/// The value of `cnf` as the text of a JSON object. @pre `c` is not empty.
[[nodiscard]] std::string render(const confirmation& c);
/// Reads `cnf` of the claims of a token of this server; empty when there is none.
/// @returns nothing when `cnf` has no member that this version knows, or a malformed one. Such a
///          token cannot be checked.
[[nodiscard]] std::optional<confirmation> read_confirmation(const json_object& claims);

/// @param text 43 base64url characters in their one spelling.
/// @returns nothing for any other text.
[[nodiscard]] std::optional<crypto::digest> read_thumbprint(std::string_view text);

}  // namespace mintage::oauth
