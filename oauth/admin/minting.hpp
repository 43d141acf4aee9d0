/// @file
/// The request of POST /admin/codes, and the rules of minting. (MINT-01, MINT-02, PKC-01, PKC-02)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/digest.hpp"
#include "oauth/admin/error.hpp"
#include "oauth/client/registry.hpp"
#include "oauth/grant/code.hpp"
#include "oauth/options.hpp"

namespace mintage::oauth {

/// Body of POST /admin/codes, or one line of it in bulk.
struct mint_request {
  std::string client_id;
  /// Empty = the authorization request had none; for a client with exactly one.
  std::string redirect_uri;
  std::string scope;
  std::string sub;
  /// NumericDate; required.
  std::optional<std::int64_t> auth_time;
  std::string nonce;
  std::string acr;
  std::vector<std::string> amr;
  std::string sid;
  /// For introspection (INT-02).
  std::string username;
  /// One JSON object as text, of at most options::claims_limit octets, or empty.
  std::string claims;
  /// From `claims_request`, the `claims` parameter of the authorization request (Core §5.5): the
  /// members of `claims` that its `id_token` names, as one JSON object, or empty; and the values of
  /// an essential `acr`, one of which must be met (MINT-02).
  std::string id_token_claims;
  std::vector<std::string> essential_acr;
  /// Values of `resource`.
  std::vector<std::string> resources;
  /// Nothing = not sent. Empty is a mistake.
  std::optional<std::string> code_challenge;
  std::optional<std::string> code_challenge_method;
  /// Thumbprint of the DPoP key that must redeem the code (COD-09); nothing = not sent.
  std::optional<std::string> dpop_jkt;
  /// 1..600 s; nothing = tokens.code_ttl.
  std::optional<std::int64_t> ttl;
};

/// Checks that the client may get such a code: client (known, active, authorization_code),
/// registered redirect_uri (client::has_redirect_uri), scope within the client's, PKCE rules
/// (PKC-01, PKC-02), sub (1..255 ASCII, not a client id: CCG-01), auth_time (at most 30 s in the
/// future), essential acr (MINT-02), resources (ATK-02, ATK-03), dpop_jkt, ttl.
/// @param known all clients and resources.
/// @param request moved from on success; unchanged when it is refused.
/// @param pairwise_key subkey of the seal key, for pairwise subjects.
/// @returns the code's record; else invalid_request, invalid_scope, invalid_target or
///          invalid_client, naming the field.
[[nodiscard]] admin_result<authorization_code> check_mint(const client_registry& known,
                                                          mint_request&& request, instant now,
                                                          const options& o,
                                                          const crypto::digest& pairwise_key);

/// The pairwise subject of a person in a sector: base64url of HMAC-SHA-256(key, length of the
/// sector (u32, big-endian) ‖ sector ‖ sub), 43 characters. @see Core §8.1
[[nodiscard]] std::string pairwise_subject(const crypto::digest& key, std::string_view sector,
                                           std::string_view sub);

}  // namespace mintage::oauth
