/// @file
/// Access tokens presented to introspection, revocation and userinfo. (ATK-05, ATK-06)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "oauth/grant/grant.hpp"
#include "oauth/grant/issuance.hpp"
#include "oauth/token/jwt_verifier.hpp"
#include "oauth/token/key_ring.hpp"

namespace mintage::oauth {

/// The content of an access token: the claims of a JWT, or the record of an opaque one.
struct access_token {
  std::string client_id;
  /// Incarnation of the client; opaque tokens only. JWTs find it in their grant.
  std::uint64_t incarnation = 0;
  std::string sub;
  std::string scope;
  std::vector<std::string> audience;
  instant issued{};
  instant expires{};
  std::string jti;
  /// NumericDate; nothing when there was no login.
  std::optional<std::int64_t> auth_time;
  std::string acr;
  confirmation bound_to;
  /// Slot and family of its grant. A client's own token has no grant and no family.
  slot where;
  std::optional<family_id> family;
};

/// Draws an opaque token: `mat_`, slot, 43 base64url characters of 256 random bits; 49 characters.
[[nodiscard]] crypto::secret_string make_opaque_token(slot s, crypto::random_source& random);

/// The store's key of one access token: an opaque token's record (SHA-256 of its text), or the
/// revocation of a JWT (SHA-256 of its jti).
struct access_token_ref {
  slot where;
  crypto::digest hash;
};
/// @returns nothing when `text` does not have the form of an opaque token.
[[nodiscard]] std::optional<access_token_ref> find_opaque_token(std::string_view text,
                                                                crypto::sha256_hasher& hash);
[[nodiscard]] access_token_ref revoked_jwt_ref(const access_token& jwt,
                                               crypto::sha256_hasher& hash);
/// How long that denial is kept: until the JWT ends everywhere (SKEW).
[[nodiscard]] instant deny_until(const access_token& jwt) noexcept;

/// The record of an opaque token of grant `g`.
[[nodiscard]] access_token describe(const grant& g, const issuance& out, instant now,
                                    const options& o);

/// Checks what has the form of a JWT access token of this server: typ `at+jwt` or
/// `application/at+jwt` in any case, a published key (ATK-05, JWS-02).
/// @returns what is to be verified, views of `text` and `keys`; nothing for anything else,
///          including an ID token.
[[nodiscard]] std::optional<unverified_jwt> find_jwt_access_token(std::string_view text,
                                                                  const key_ring& keys);
/// Reads the claims of such a token: `iss`, times without skew, all claims (ATK-05).
/// @pre its signature was verified. @returns nothing when one is not right.
[[nodiscard]] std::optional<access_token> read_jwt_access_token(const unverified_jwt& verified,
                                                                instant now, const options& o);

}  // namespace mintage::oauth
