/// @file
/// Reasons of what is done with authorization requests once they were read.
/// Internal to oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row handle_rows[] = {
    // actors/stages/authorization_validation.cpp
    {"dpop_jkt differs from the key of the proof", "PAR-01", "RFC 9449 §10.1",
     "A pushed request names its DPoP key by dpop_jkt or by a proof; both name the same.", ""},
    {"no key for signed answers to the client (JRM-01)", "JRM-01", "",
     "The server has an active key of authorization_signed_response_alg, RS256 if it is not set.",
     "keys.algorithms"},

    // actors/stages/authorization_verdicts.cpp
    {"unknown authorization request", "MINT-02", "",
     "The login page has authorization.request_ttl to answer. The handle is the value of request, "
     "unchanged; the client is still registered, with the same redirect URI.",
     "authorization.request_ttl"},
};

}  // namespace mintage::oauth
