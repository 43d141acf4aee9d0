/// @file
/// Reasons of proofs of possession and of what is bound to keys. Internal to
/// oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row dpop_rows[] = {
    // oauth/dpop/proof.cpp
    {"more than one DPoP proof (DPO-01)", "DPO-01", "RFC 9449 §4.3",
     "A request has one DPoP header field with one proof.", ""},
    {"DPoP proof is longer than 8 KiB (DPO-02)", "DPO-02", "", "A proof has 8 KiB at most.", ""},
    {"DPoP proof is not a compact JWS (DPO-02)", "DPO-02", "RFC 9449 §4.3",
     "The field is header.claims.signature, each in base64url without padding; the header is one "
     "JSON object without crit.",
     ""},
    {"DPoP proof of another typ (DPO-02)", "DPO-02", "RFC 9449 §4.2",
     "typ of the JOSE header is dpop+jwt.", ""},
    {"DPoP proof with an alg that is not supported (DPO-02)", "DPO-02", "RFC 9449 §4.3",
     "alg of the JOSE header is one of dpop_signing_alg_values_supported.", ""},
    {"DPoP proof without a jwk (DPO-03)", "DPO-03", "RFC 9449 §4.2",
     "The JOSE header has the public key as jwk, an object.", ""},
    {"DPoP proof with a jwk that is no sound public key (DPO-03)", "DPO-03", "RFC 9449 §4.3",
     "jwk is a public key of EC, OKP or RSA (2048 bits or more) without a private member.", ""},
    {"DPoP proof with a jwk that does not fit its alg (DPO-03)", "DPO-03", "RFC 8725 §3.1",
     "jwk is a key of the kind and curve of alg.", ""},
    {"DPoP proof lacks jti, htm, htu or iat, or one is malformed (DPO-04)", "DPO-04",
     "RFC 9449 §4.2",
     "The claims have jti (1 to 256 octets), htm, htu and iat; numbers are numbers.", ""},
    {"DPoP proof for another method (DPO-05)", "DPO-05", "RFC 9449 §4.3",
     "htm is the method of the request, in upper case.", ""},
    {"DPoP proof for another URL (DPO-06)", "DPO-06", "RFC 9449 §4.3",
     "htu is the URL of the endpoint as the discovery document names it.", "issuer"},
    {"DPoP proof without the nonce that is required (DPO-11)", "DPO-11", "RFC 9449 §8",
     "The proof has the nonce that the server sent last.", "dpop.nonces"},
    {"DPoP proof with a nonce that is stale or unknown (DPO-11)", "DPO-11", "RFC 9449 §8",
     "The nonce is one of the last two minutes; another comes with the refusal.", "dpop.nonces"},
    {"DPoP proof issued too long ago or in the future (DPO-07)", "DPO-07", "RFC 9449 §4.3",
     "iat is at most dpop.max_age ago, and at most 30 s ahead.", "dpop.max_age"},
    {"DPoP proof expired or not valid yet (DPO-07)", "DPO-07", "RFC 7519 §4.1.4",
     "exp is ahead and nbf is past, with 30 s of tolerance.", ""},
    {"DPoP proof without ath, or for another access token (UIN-02)", "UIN-02", "RFC 9449 §4.3",
     "ath is base64url of the SHA-256 of the access token.", ""},
    {"DPoP proof used before (DPO-08)", "DPO-08", "RFC 9449 §11.1",
     "Each request has a proof of its own with a new jti, a retry included.", ""},
    {"DPoP proof with a wrong signature (DPO-09)", "DPO-09", "RFC 9449 §4.3",
     "The proof is signed by the private key of its jwk; an ECDSA signature is R and S, not DER.",
     ""},
    {"DPoP proof with an alg that the FAPI profile forbids (FAP-09)", "FAP-09",
     "FAPI 2.0 Security Profile §5.4", "alg is ES256, PS256 or EdDSA.", "client.profile"},
    {"no DPoP proof from a client whose tokens must be bound (DPO-13)", "DPO-13", "RFC 9449 §5.2",
     "The client sends a proof with each request for tokens.", "client.dpop_bound_access_tokens"},
    {"access token in the scheme DPoP without a proof (UIN-02)", "UIN-02", "RFC 9449 §7.1",
     "An access token in the scheme DPoP comes with a proof in the DPoP header field.", ""},

    // oauth/grant/code.cpp
    {"DPoP proof is missing for a code that is bound to a key (COD-09)", "COD-09", "RFC 9449 §10",
     "The login had a dpop_jkt, so the code is redeemed with a proof by that key.", ""},
    {"DPoP proof by another key than the code is bound to (COD-09)", "COD-09", "RFC 9449 §10",
     "The thumbprint of the proof's jwk is the dpop_jkt of the login.", "", came::proof},

    // oauth/grant/refresh.cpp
    {"DPoP proof is missing for a refresh token that is bound to a key (RFT-08)", "RFT-08",
     "RFC 9449 §5", "The refresh token of a public client is used with a proof by its key.", ""},
    {"DPoP proof by another key than the refresh token is bound to (RFT-08)", "RFT-08",
     "RFC 9449 §5", "A public client refreshes with the key of its first token request.", "",
     came::proof},
    {"certificate is missing for a refresh token that is bound to it (RFT-08)", "RFT-08",
     "RFC 8705 §7.1", "The refresh token of a public client is used with its certificate.", ""},
    {"another certificate than the refresh token is bound to (RFT-08)", "RFT-08", "RFC 8705 §7.1",
     "A public client refreshes with the certificate of its first token request.", ""},

    // oauth/token/token_query.cpp
    {"access token that is bound to a DPoP key as a Bearer token (UIN-02)", "UIN-02",
     "RFC 9449 §7.2", "A bound access token is sent in the scheme DPoP, with a proof.", ""},
    {"DPoP proof by another key than the access token is bound to (UIN-02)", "UIN-02",
     "RFC 9449 §7.1", "cnf.jkt of the access token is the thumbprint of the proof's jwk.", ""},
    {"access token without the certificate that it is bound to (UIN-02)", "UIN-02", "RFC 8705 §3",
     "cnf of the access token has the hash of the connection's certificate.", ""},
};

}  // namespace mintage::oauth
