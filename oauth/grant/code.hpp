/// @file
/// Authorization codes: their text, their record, and the rules of redemption. (COD-*, PKC-*)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/random.hpp"
#include "crypto/secret.hpp"
#include "oauth/client/client.hpp"
#include "oauth/grant/confirmation.hpp"
#include "oauth/grant/resource.hpp"
#include "oauth/grant/slot.hpp"
#include "oauth/options.hpp"
#include "oauth/request/token_request.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// A person's login, as reported by the authorization front-end. Passed from the code to its grant.
struct login {
  std::string client_id;
  std::uint64_t incarnation = 0;
  /// The person's id at the front-end; revocations by subject use it.
  std::string sub;
  /// The person's id in tokens of a client with pairwise subjects; else empty.
  std::string pairwise_sub;
  /// Granted scope, space-separated.
  std::string scope;
  /// What access tokens of the grant are for; empty = issuer + "/userinfo" (ATK-02).
  std::vector<target> targets;
  /// When the code was minted. Revocations of the subject or session at an earlier time do not
  /// affect it.
  instant minted{};
  /// 1970 when there was no login (client_credentials).
  instant auth_time{};
  /// Empty = the authorization request had none.
  std::string nonce;
  std::string acr;
  std::vector<std::string> amr;
  std::string sid;
  /// The person's user name, for introspection only (INT-02); empty = not known.
  std::string username;
  /// The `claims` of userinfo as one JSON object, or empty.
  std::string claims;
  /// Those of them that the `claims` request wants in the ID token, as one JSON object, or empty
  /// (IDT-02).
  std::string id_token_claims;
  /// Fields of the stored record that a newer version knows; written again with it.
  std::string newer_fields{};

  /// The `sub` of tokens and of userinfo.
  [[nodiscard]] const std::string& subject() const noexcept {
    return pairwise_sub.empty() ? sub : pairwise_sub;
  }
};

struct authorization_code {
  login who;
  std::string redirect_uri;
  /// Whether the authorization request had no redirect_uri. It is then the client's only one, and a
  /// redemption may leave it out as well (COD-02).
  bool is_uri_implied = false;
  /// S256 challenge; empty = the client explicitly used none. Covered by the binding.
  std::string challenge;
  instant expires{};
  /// Thumbprint of the DPoP key that must redeem it (COD-09). Covered by the binding.
  std::optional<crypto::digest> dpop_jkt{};
};

/// Draws a code: `mco_`, slot, 43 base64url characters of 256 random bits; 49 characters.
[[nodiscard]] crypto::secret_string make_code(slot s, crypto::random_source& random);

/// The key of a code: its slot, and the SHA-256 of the whole text. The text includes the slot, so a
/// code with another slot is unknown. The engine's key is the slot (2 octets, big-endian) and this
/// digest.
struct code_ref {
  slot where;
  crypto::digest hash;
};
/// @returns nothing when the text does not have the form of a code, which is then unknown.
[[nodiscard]] std::optional<code_ref> find_code(std::string_view text, crypto::sha256_hasher& hash);

/// SHA-256 over length-prefixed client id and incarnation, redirect URI, challenge or "none", and
/// the thumbprint of the DPoP key if there is one, so that one comparison decides a valid
/// redemption. The URI of a native app counts without its TCP port: when the code is consumed and
/// its URI is forgotten, a replay is known that leaves the URI out or has another port (COD-06).
/// While the code is live, its URI is compared octet for octet as well.
[[nodiscard]] crypto::digest make_binding(std::string_view client_id, std::uint64_t incarnation,
                                          std::string_view redirect_uri, std::string_view challenge,
                                          const std::optional<crypto::digest>& dpop_jkt,
                                          crypto::sha256_hasher& hash);
/// The binding that a request claims. Its challenge is the S256 of its verifier, or none.
/// @param redirect_uri of the request, or the one that it implies.
/// @param dpop_jkt thumbprint of the key of its proof; nothing for a code that is not bound.
[[nodiscard]] crypto::digest claimed_binding(const client_facts& who, const token_request& request,
                                             std::string_view redirect_uri,
                                             const std::optional<crypto::digest>& dpop_jkt,
                                             crypto::sha256_hasher& hash);
/// Whether a redemption of `code` may leave out redirect_uri (COD-02): the code was minted without
/// one, or with PKCE, which protects more, for a client that has only one redirect URI.
/// @param known the client's record; null when it is unknown.
/// @see OAuth 2.1 §4.1.3, which has no redirect_uri here
[[nodiscard]] bool may_omit_redirect_uri(const authorization_code& code,
                                         const client* known) noexcept;

/// The reason why a redemption fails whose claimed binding is not the stored one. Applies P18 in
/// order: client → redirect_uri → PKCE → DPoP key.
/// @param redirect_uri as of `claimed_binding`.
/// @param shown the keys that the request has proved.
/// @returns invalid_request or invalid_grant, never success.
[[nodiscard]] denial explain_mismatch(const authorization_code& code, const client_facts& who,
                                      const token_request& request, std::string_view redirect_uri,
                                      const confirmation& shown);

/// The denials of a code that cannot be redeemed. All have one description (TOK-21).
[[nodiscard]] denial unknown_code() noexcept;
[[nodiscard]] denial expired_code() noexcept;
[[nodiscard]] denial consumed_code() noexcept;
[[nodiscard]] denial dead_code() noexcept;  ///< too many failures (COD-05)
[[nodiscard]] denial void_code() noexcept;  ///< cut off (NEG-118, NEG-212)

/// Whether a valid replay revokes the family, or is a double submit within the window (COD-06,
/// COD-07), which clients of FAPI 2.0 do not have (FAP-05).
/// @param known the client's record; null when it was removed meanwhile.
[[nodiscard]] bool replay_revokes(instant received, instant consumed_at, const client* known,
                                  const options& o) noexcept;

}  // namespace mintage::oauth
