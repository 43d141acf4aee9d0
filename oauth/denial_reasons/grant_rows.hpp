/// @file
/// Reasons of the grants: rows P18 to P20. Internal to oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row grant_rows[] = {
    // oauth/grant/code.cpp
    {"code of another client", "COD-01", "RFC 6749 §4.1.3",
     "The code is redeemed by the client that it was issued to.", ""},
    {"code of a client that was removed and made again", "COD-01", "RFC 6749 §4.1.3",
     "The client was not removed since the code was issued.", ""},
    {"redirect_uri is missing (COD-02)", "COD-02", "RFC 6749 §4.1.3",
     "redirect_uri is sent again; only a client with PKCE and one registered URI may leave it out.",
     "client.redirect_uris", came::redirect_uri},
    {"redirect_uri differs", "COD-02", "RFC 6749 §4.1.3",
     "redirect_uri is that of the login, octet for octet.", "client.redirect_uris",
     came::redirect_uri},
    {"code_verifier without a stored challenge (PKC-06)", "PKC-06", "RFC 9700 §2.1.1",
     "A code_verifier is sent only if the login had a code_challenge.", "client.require_pkce"},
    {"code_verifier is missing (PKC-05)", "PKC-05", "RFC 7636 §4.5",
     "The login had a code_challenge, so its code_verifier is sent.", ""},
    {"code_verifier does not match (PKC-04)", "PKC-04", "RFC 7636 §4.6",
     "The SHA-256 of code_verifier, in base64url, is the code_challenge of the login.", ""},
    {"binding differs, but no part of it does", "COD-01", "",
     "The stored hash of a code's bindings is that of its parts: the record is damaged.", ""},
    {"unknown code", "COD-04", "RFC 6749 §4.1.2",
     "The code is one that this server issued and still remembers.", "tokens.code_tombstone"},
    {"code expired (COD-08)", "COD-08", "RFC 6749 §4.1.2",
     "The code is redeemed before it expires.", "tokens.code_ttl"},
    {"code already used (COD-06)", "COD-06", "RFC 6749 §4.1.2",
     "A code is sent once. A repetition revokes what was issued for it, except one that follows at "
     "once.",
     "tokens.code_dup_window"},
    {"code failed too often (COD-05)", "COD-05", "",
     "A code is dead after so many requests with a wrong client, redirect_uri or code_verifier.",
     "tokens.code_max_fail"},
    {"voided after it was minted: subject or session revoked, or epoch raised (NEG-118, NEG-212)",
     "RFT-11", "OpenID Connect Back-Channel Logout §2.7",
     "Subject and session of the login are not revoked, and no backup was restored since.", ""},

    // oauth/grant/pkce.cpp
    {"code_verifier does not match the code_challenge", "PKC-04", "RFC 7636 §4.6",
     "The SHA-256 of code_verifier, in base64url, is the code_challenge of the login.", ""},

    // oauth/grant/refresh.cpp
    {"refresh token of another client (RFT-01)", "RFT-01", "RFC 6749 §6",
     "The refresh token is used by the client that it was issued to.", ""},
    {"refresh token of a client that was removed and made again", "RFT-01", "RFC 6749 §6",
     "The client was not removed since the refresh token was issued.", ""},
    {"family revoked", "RFT-11", "RFC 7009 §2.1",
     "The login was not revoked: by /revoke, by a code or refresh token used again, or by an "
     "admin.",
     ""},
    {"minted before the epoch was raised (NEG-212)", "RFT-11", "",
     "No backup was restored since the login (mintage repair --restored).", ""},
    {"subject or session revoked (RFT-11)", "RFT-11", "OpenID Connect Back-Channel Logout §2.7",
     "The subject is not revoked, and the session lives or offline_access was granted.", ""},
    {"absolute life is over (RFT-10)", "RFT-10", "RFC 9700 §4.14.2",
     "The login is younger than the absolute life of its refresh tokens.",
     "tokens.refresh_absolute"},
    {"idle life is over (RFT-10)", "RFT-10", "RFC 9700 §4.14.2",
     "The refresh token is used before its idle life is over.", "tokens.refresh_idle"},
    {"scope wider than the grant (RFT-07)", "RFT-07", "RFC 6749 §6",
     "scope names only what was granted at login.", "", came::scope},
    {"grant without a refresh token", "RFT-01", "RFC 6749 §6",
     "A refresh token was issued for this login, which needs the grant refresh_token and "
     "offline_access.",
     "client.rt_without_offline"},
    {"MAC differs", "RFT-06", "RFC 6749 §10.4",
     "The refresh token is complete and unchanged, as this server issued it.",
     "keys.refresh_key_id"},
    {"generation ahead of the record", "RFT-06", "",
     "The database knows the last rotation: it was not restored from an older backup.", ""},
    {"family ran out of generations", "RFT-03", "", "A login is refreshed less than 2^32 times.",
     ""},
    {"unknown refresh token", "RFT-01", "RFC 6749 §6",
     "The refresh token is one that this server issued and still remembers.", ""},
    {"superseded refresh token used again (RFT-04)", "RFT-04", "RFC 9700 §4.14.2",
     "The client uses the refresh token of the newest answer. The login is revoked now.",
     "tokens.refresh_grace"},

    // oauth/grant/scope.cpp
    {"malformed scope", "RFT-07", "RFC 6749 §3.3",
     "scope is printable ASCII tokens without quotes and backslashes, separated by spaces.", "",
     came::scope},

    // oauth/grant/resource.cpp
    {"resource unknown or not allowed (ATK-03)", "ATK-03", "RFC 8707 §2",
     "resource is the identifier of a registered resource that the client may use.",
     "client.allowed_resources", came::resource},
    {"resource with an alg that FAPI 2.0 forbids (FAP-09)", "FAP-09",
     "FAPI 2.0 Security Profile §5.4.1",
     "The access tokens of the resource are signed by ES256, PS256 or EdDSA, or are opaque.",
     "resource.alg", came::resource},
    {"targets disagree (ATK-04, ATK-06)", "ATK-06", "RFC 8707 §2",
     "All resources of one request have access tokens of one format and one algorithm.",
     "resource.token_format", came::resource},
    {"scope with different default audiences (ATK-02)", "ATK-02", "RFC 9068 §3",
     "The scopes belong to one resource, or resource names the wanted ones.", "resource.scopes",
     came::scope},
    {"resource outside the grant (COD-10, RFT-12)", "COD-10", "RFC 8707 §2.2",
     "resource names only what was granted at login.", "", came::resource},

    // oauth/grant/client_credentials.cpp
    {"client_credentials by a public client (CCG-01)", "CCG-01", "RFC 6749 §4.4",
     "client_credentials is for confidential clients.", "client.token_endpoint_auth_method",
     came::credentials},
    {"no scope that client_credentials could have", "CCG-02", "RFC 6749 §3.3",
     "scope is sent, or the client is registered for one that is not about a person.",
     "client.scope", came::scope},
    {"scope beyond the client's own", "CCG-02", "RFC 6749 §3.3",
     "scope names only what the client is registered for, without openid and offline_access.",
     "client.scope", came::scope},
};

}  // namespace mintage::oauth
