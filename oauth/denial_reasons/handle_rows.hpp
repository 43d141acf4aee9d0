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

    // actors/stages/authorization_verdicts.cpp
    {"unknown authorization request", "MINT-02", "",
     "The login page has authorization.request_ttl to answer. The handle is the value of request, "
     "unchanged; the client is still registered, with the same redirect URI.",
     "authorization.request_ttl"},
};

}  // namespace mintage::oauth
