/// @file
/// Client assertions: JWTs that a client authenticates with. (CAU-06, CAU-08 to CAU-10, JWS-02 to
/// JWS-05) @see RFC 7523 §3, RFC 7521 §4.2
///
/// A caller reads the assertion, finds the client by `client_id`, finds the keys, verifies the
/// signature with one of them (many together, by crypto::jws_verifier) or with the secrets, checks
/// the claims, and records what `check_claims` returns. A refusal is invalid_client with one
/// description for all (TOK-21).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/root_ring.hpp"
#include "oauth/client/client.hpp"
#include "oauth/client/key_set.hpp"
#include "oauth/request/json_reader.hpp"
#include "oauth/token/presented_jwt.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// ASSERTION_MAX_AGE of PROTOCOL.md: the longest life that an assertion is given (CAU-09).
inline constexpr seconds assertion_max_age{300};

/// An assertion whose form and header are right. Nothing of it is verified. Views are of the text
/// that was read, or of members, which stay where they are when the object is moved.
struct client_assertion {
  presented_jwt jwt;
  json_object claims;
  assertion_alg alg = assertion_alg::es256;
  /// `iss` and `sub`.
  std::string_view client_id;
  /// `typ` is client-authentication+jwt, which forces the strict audience (CAU-08).
  bool has_explicit_typ = false;
};

/// Checks form (JWS-02), `typ`, that `alg` is known and not `none`, and that `iss` and `sub` are
/// one text that is not empty (CAU-06).
[[nodiscard]] result<client_assertion> read_assertion(std::string_view compact);

/// The `sub` of an assertion, for the comparison with `client_id` of the body (CAU-02, row P10).
/// @returns nothing when it cannot be read; row P15 then says why.
[[nodiscard]] std::optional<std::string> peek_subject(std::string_view compact);

/// The keys that may have signed it: `alg` is one of the client's method, of its profile and the
/// one that it registered, and its keys have such a one (JWS-05).
/// @param keys of the client, from `jwks` or `jwks_uri`; outlive the result.
/// @returns no keys for client_secret_jwt, which `verify_by_secrets` verifies. When no key fits a
///          fetched set, `needs_newer_keys` says whether fetching it again may help.
[[nodiscard]] result<key_candidates> find_keys(const client_assertion& a, const client& c,
                                               const key_set& keys);

/// Whether the assertion names a key that the set does not have (CAU-10).
[[nodiscard]] bool needs_newer_keys(const client_assertion& a, const key_set& keys) noexcept;

/// The refusal of an assertion whose signature no key verifies.
[[nodiscard]] denial wrong_assertion_signature() noexcept;
/// The refusal of an assertion of a client whose jwks_uri could not be fetched.
[[nodiscard]] denial no_keys_fetched() noexcept;

/// Verifies HS256, HS384 or HS512 with the sealed secrets of the client, all of which are compared.
/// A secret shorter than the hash verifies nothing. @see RFC 7518 §3.2
/// @param seal_keys open the secrets: oauth/client/sealed_secret.hpp.
[[nodiscard]] bool verify_by_secrets(const client_assertion& a, const client& c,
                                     const crypto::subkeys& seal_keys, instant now);

/// A key of each kind that nobody has, so that the assertion of an unknown client costs what a
/// wrong one costs (CAU-12).
[[nodiscard]] key_candidates decoy_keys(assertion_alg alg);

/// What `aud` of an assertion may name.
struct assertion_audiences {
  std::string_view issuer;
  /// The token endpoint, its mTLS alias, and the URL that receives the request: `compat` only.
  std::span<const std::string> endpoints;
};

/// What must be recorded, so that the assertion is used once (CAU-07). Views as in
/// `client_assertion`.
struct assertion_use {
  std::string_view client_id;
  std::string_view jti;
  /// From then on the assertion is refused for its age, SKEW included.
  instant expires{};
  /// It was refused before.
  instant usable_from{};
};

/// Checks `aud` (CAU-08), `exp`, `iat`, `nbf` (CAU-09) and `jti` (CAU-06).
[[nodiscard]] result<assertion_use> check_claims(const client_assertion& a, const client& c,
                                                 const assertion_audiences& to, instant now);

}  // namespace mintage::oauth
