/// @file
/// Reasons of client assertions: row P15 for private_key_jwt and client_secret_jwt. Internal to
/// oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row assertion_rows[] = {
    // oauth/token/presented_jwt.cpp
    {"token is longer than 16 KiB", "JWS-02", "RFC 8725 §3.10", "A JWT has at most 16 KiB.", ""},
    {"token is not a compact JWS of three parts", "JWS-02", "RFC 7515 §3.1",
     "A JWT is header, payload and signature with dots between them; encrypted ones are not read.",
     ""},
    {"JOSE header is not strict base64url of a strict JSON object", "JWS-02", "RFC 7515 §4",
     "The header is unpadded base64url of one JSON object without repeated members.", "",
     came::assertion},
    {"JOSE header has crit or b64", "JWS-02", "RFC 7515 §4.1.11",
     "The header has neither crit nor b64.", "", came::assertion},
    {"signature is not strict base64url", "JWS-02", "RFC 7515 §2",
     "The signature is unpadded base64url.", "", came::assertion},
    {"claims are not strict base64url of a strict JSON object", "JWS-02", "RFC 7519 §7.2",
     "The payload is unpadded base64url of one JSON object without repeated members.", "",
     came::assertion},

    // oauth/client/assertion.cpp
    {"typ of the assertion is that of another kind of JWT", "CAU-06", "RFC 8725 §3.11",
     "typ is absent, JWT, or client-authentication+jwt.", "", came::assertion},
    {"alg of the assertion is not supported", "CAU-10", "RFC 7518 §3.1",
     "alg is one of token_endpoint_auth_signing_alg_values_supported in the discovery documents.",
     "", came::assertion},
    {"assertion has no sub", "CAU-06", "RFC 7523 §3", "sub is the client_id.", "", came::assertion},
    {"iss and sub of the assertion differ", "CAU-06", "RFC 7523 §3",
     "iss and sub are both the client_id.", "", came::assertion},
    {"alg of the assertion is not one of the client's method", "CAU-10", "OpenID Connect Core §9",
     "private_key_jwt is signed by a private key, client_secret_jwt by HS256, HS384 or HS512.",
     "client.token_endpoint_auth_method", came::assertion},
    {"alg of the assertion is not the registered one", "CAU-06", "RFC 7591 §2",
     "alg is the registered one.", "client.token_endpoint_auth_signing_alg", came::assertion},
    {"alg of the assertion is not allowed by FAPI 2.0", "FAP-09", "FAPI 2.0 §5.4",
     "alg is PS256, ES256 or EdDSA.", "client.profile", came::assertion},
    {"no key of the client fits alg and kid of the assertion", "JWS-05", "RFC 7517 §4",
     "The client's key set has a key for that alg, with that kid if the assertion names one.",
     "client.jwks", came::assertion},
    {"signature of the assertion does not verify", "CAU-06", "RFC 7523 §3",
     "The assertion is signed by the client's key: the registered public key is its other half.",
     "client.jwks", came::assertion},
    {"the client's jwks_uri could not be fetched", "CAU-11", "RFC 7591 §2",
     "The key set at jwks_uri can be fetched over https from a public address; the log says more.",
     "client.jwks_uri"},
    {"assertion is of another client", "CAU-02", "RFC 7521 §4.2",
     "client_id in the body is the sub of the assertion.", "", came::assertion},
    {"aud of the assertion is not this server", "CAU-08", "RFC 7523 §3",
     "aud is the issuer alone; in compat mode it may also be URLs of this server's endpoints.",
     "client.assertion_aud_mode", came::assertion},
    {"assertion has no exp that is a number", "CAU-06", "RFC 7523 §3",
     "exp is a number of seconds since 1970.", "", came::assertion},
    {"iat of the assertion is not a number", "CAU-09", "RFC 7519 §4.1.6",
     "iat is a number of seconds since 1970, or absent.", "", came::assertion},
    {"nbf of the assertion is not a number", "CAU-09", "RFC 7519 §4.1.5",
     "nbf is a number of seconds since 1970, or absent.", "", came::assertion},
    {"assertion has expired", "CAU-09", "RFC 7523 §3",
     "exp is in the future, give or take 30 seconds; see the clock of the client.", "",
     came::assertion},
    {"assertion is not valid yet", "CAU-09", "RFC 7523 §3",
     "nbf is at most 30 seconds in the future; see the clock of the client.", "", came::assertion},
    {"assertion was issued in the future", "CAU-09", "RFC 7523 §3",
     "iat is at most 30 seconds in the future; see the clock of the client.", "", came::assertion},
    {"assertion without iat lives longer than 300 seconds", "CAU-09", "RFC 7523 §3",
     "An assertion without iat expires within 300 seconds.", "", came::assertion},
    {"assertion was issued more than 300 seconds ago", "CAU-09", "RFC 7523 §3",
     "An assertion is made for its request, at most 300 seconds before.", "", came::assertion},
    {"jti of the assertion is not 1 to 256 characters", "CAU-06", "RFC 7523 §3",
     "jti is a string of 1 to 256 characters, new in each assertion.", "", came::assertion},
};

}  // namespace mintage::oauth
