/// @file
/// Reasons of introspection, revocation and userinfo. Internal to oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row token_rows[] = {
    // oauth/token/token_query.cpp
    {"no token", "INT-01", "RFC 7662 §2.1", "token is sent, and not empty.", ""},
    {"access token in header and body", "UIN-01", "RFC 6750 §2",
     "The access token is in Authorization, or in the body of a POST.", ""},
    {"Authorization is not a Bearer token", "UIN-01", "RFC 6750 §2.1",
     "Authorization is Bearer and the access token.", ""},
    {"no access token", "UIN-01", "RFC 6750 §3.1",
     "The access token is in Authorization, or in the body of a POST; never in the URL.", ""},
    {"access token is not alive", "UIN-01", "RFC 6750 §3.1",
     "The access token is one of this server that is neither expired nor revoked; an ID token is "
     "none.",
     "tokens.access_ttl", came::token},
    {"access token without the audience of userinfo (ATK-02)", "ATK-02", "RFC 9068 §4",
     "aud of the access token has the URL of userinfo: name it as resource beside others.", "",
     came::token},
    {"userinfo without openid", "UIN-01", "OpenID Connect Core §5.3.1",
     "The access token has the scope openid.", "client.scope", came::token},
    {"revocation of another client's token (REV-02)", "REV-02", "RFC 7009 §2.1",
     "A token is revoked by the client that it was issued to.", "", came::token},
};

}  // namespace mintage::oauth
