/// @file
/// The claims of access tokens and ID tokens as JSON. (ATK-01, ATK-02, §3.3, IDT-01)
#pragma once

#include <string>
#include <string_view>

#include "crypto/key.hpp"
#include "oauth/grant/grant.hpp"
#include "oauth/grant/issuance.hpp"

namespace mintage::oauth {

/// Whether only this server may set a claim of that name, in ID tokens or userinfo answers; the
/// claims of a login must not (IDT-02). Includes names that it never sends but standards define.
[[nodiscard]] bool is_protocol_claim(std::string_view name) noexcept;

/// Draws a `jti`: slot, then base64url(family id ‖ 8 random octets); 34 characters. It begins with
/// the grant's slot (ATK-02) and contains the family id, so that later requests find the grant by
/// key.
[[nodiscard]] std::string make_jti(const grant& g, crypto::random_source& random);

/// Appends the claims of an RFC 9068 access token of `g`, as narrowed by `issued`, with `cnf` if it
/// is bound. Without targets,
/// `aud` is issuer + "/userinfo"; one target is a string, several an array (ATK-02).
void append_access_token_claims(std::string& out, const grant& g, const issuance& issued,
                                std::string_view jti, instant now, const options& o);

/// Appends the claims of an ID token. `at_hash` covers `access_token`, with the hash of `alg`.
/// After a refresh there is no nonce (RFT-09).
/// @pre `g.who.id_token_claims` has no protocol claim; minting ensures that.
void append_id_token_claims(std::string& out, const grant& g, const issuance& issued,
                            std::string_view access_token, crypto::jws_alg alg, instant now,
                            const options& o);

/// base64url of the left half of the token's hash, by the hash of `alg` (KAT-03).
[[nodiscard]] std::string at_hash(std::string_view access_token, crypto::jws_alg alg);

}  // namespace mintage::oauth
