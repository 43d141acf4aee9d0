/// @file
/// Authorization codes: their text, their record, and the judgement of a redemption. (COD-*, PKC-*)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "oauth/client/client.hpp"
#include "oauth/grant/resource.hpp"
#include "oauth/grant/slot.hpp"
#include "oauth/options.hpp"
#include "oauth/request/token_request.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// What the authorization front-end told of the person's login. It passes from the code to the
/// grant.
struct login {
  std::string client_id;
  std::uint64_t incarnation = 0;
  /// The person as the front-end knows them: what revocations by subject name.
  std::string sub;
  /// The person as tokens of this client name them, when it has pairwise subjects; else empty.
  std::string pairwise_sub;
  /// Granted scope, space-separated.
  std::string scope;
  /// What access tokens of the grant may be for; empty = issuer + "/userinfo" (ATK-02).
  std::vector<target> targets;
  /// When the code was minted: a revocation of the subject or the session before it is no matter.
  instant minted{};
  /// Epoch when there was no login (client_credentials).
  instant auth_time{};
  /// Empty = not in the authorization request.
  std::string nonce;
  std::string acr;
  std::vector<std::string> amr;
  std::string sid;
  /// How people know the person, for introspection alone (INT-02); empty = not said.
  std::string username;
  /// The `claims` for userinfo as one JSON object, or empty.
  std::string claims;
  /// Those of them that the `claims` request wants in the ID token, as one JSON object, or empty
  /// (IDT-02).
  std::string id_token_claims;

  /// The `sub` of tokens and of userinfo.
  [[nodiscard]] const std::string& subject() const noexcept {
    return pairwise_sub.empty() ? sub : pairwise_sub;
  }
};

struct authorization_code {
  login who;
  std::string redirect_uri;
  /// Whether the authorization request had no redirect_uri: it is then the client's only one, and a
  /// redemption may leave it out as well (COD-02).
  bool is_uri_implied = false;
  /// S256 challenge; empty means that the client explicitly used none. Covered by the binding.
  std::string challenge;
  instant expires{};
};

/// `mco_`, slot, 43 base64url characters of 256 random bits: 49 characters.
[[nodiscard]] crypto::secret_string make_code(slot s, crypto::random_source& random);

/// Where a code is kept: its slot and the SHA-256 of the whole text, slot included, so that a
/// respelled code is unknown. The engine's key is the slot (2 octets, big endian) and this digest.
struct code_ref {
  slot where;
  crypto::digest hash;
};
/// @returns nothing when the text does not have the form of a code; it is then as unknown as any.
[[nodiscard]] std::optional<code_ref> find_code(std::string_view text, crypto::sha256_hasher& hash);

/// SHA-256 over length-prefixed client id and incarnation, redirect URI, and challenge or "none":
/// the valid redemption is decided by one comparison.
[[nodiscard]] crypto::digest make_binding(std::string_view client_id, std::uint64_t incarnation,
                                          std::string_view redirect_uri, std::string_view challenge,
                                          crypto::sha256_hasher& hash);
/// The binding that a request claims: its challenge is S256 of its verifier, or none without one.
/// @param redirect_uri that of the request, or the one that it stands for.
[[nodiscard]] crypto::digest claimed_binding(const client_facts& who, const token_request& request,
                                             std::string_view redirect_uri,
                                             crypto::sha256_hasher& hash);
/// Whether a redemption of `code` may leave redirect_uri out (COD-02): it was minted without one,
/// or with PKCE, which protects more, for a client that has one redirect URI only.
/// @param known the client's record; null when it is unknown.
/// @see OAuth 2.1 §4.1.3, which has no redirect_uri here any more
[[nodiscard]] bool may_omit_redirect_uri(const authorization_code& code,
                                         const client* known) noexcept;

/// Finds out why a redemption fails whose claimed binding is not the stored one; walks P18 in
/// order: client → redirect_uri → PKCE.
/// @param redirect_uri as of `claimed_binding`.
/// @returns invalid_request or invalid_grant, never success.
[[nodiscard]] denial explain_mismatch(const authorization_code& code, const client_facts& who,
                                      const token_request& request, std::string_view redirect_uri);

/// The denials of a code that cannot be redeemed. All have one description (TOK-21).
[[nodiscard]] denial unknown_code() noexcept;
[[nodiscard]] denial expired_code() noexcept;
[[nodiscard]] denial consumed_code() noexcept;
[[nodiscard]] denial dead_code() noexcept;  ///< failure cap reached (COD-05)
[[nodiscard]] denial void_code() noexcept;  ///< cut off (NEG-118, NEG-212)

/// Whether a valid replay revokes the family, or is a double submit within the window (COD-06/07).
[[nodiscard]] bool replay_revokes(instant received, instant consumed_at, const options& o) noexcept;

}  // namespace mintage::oauth
