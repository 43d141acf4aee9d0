/// @file
/// The claims of access tokens and ID tokens as JSON. (ATK-01, ATK-02, §3.3, IDT-01)
#pragma once

#include <string>
#include <string_view>

#include "crypto/key.hpp"
#include "oauth/grant/grant.hpp"
#include "oauth/grant/issuance.hpp"

namespace mintage::oauth {

/// Whether this server alone sets a claim of that name, in ID tokens or in answers of userinfo: the
/// claims of a login must not (IDT-02). Also those that it never sends but others give a meaning.
[[nodiscard]] bool is_protocol_claim(std::string_view name) noexcept;

/// `jti`: slot, then base64url(family id ‖ 8 random octets): 34 characters. It begins with the
/// grant's slot (ATK-02) and names the family, so that later requests find the grant by key.
[[nodiscard]] std::string make_jti(const grant& g, crypto::random_source& random);

/// Appends the claims of an RFC 9068 access token of `g` as `issued` has it. Without targets, `aud`
/// is issuer + "/userinfo"; one target makes a string, several an array (ATK-02).
void append_access_token_claims(std::string& out, const grant& g, const issuance& issued,
                                std::string_view jti, instant now, const options& o);

/// Appends the claims of an ID token; `access_token` is what `at_hash` covers, with the hash of
/// `alg`. A refreshed one has no nonce (RFT-09).
/// @pre none of `g.who.id_token_claims` is a protocol claim: minting sees to it.
void append_id_token_claims(std::string& out, const grant& g, const issuance& issued,
                            std::string_view access_token, crypto::jws_alg alg, instant now,
                            const options& o);

/// base64url of the left half of the hash that `alg` names (KAT-03).
[[nodiscard]] std::string at_hash(std::string_view access_token, crypto::jws_alg alg);

}  // namespace mintage::oauth
