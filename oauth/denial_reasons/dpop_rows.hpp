/// @file
/// Reasons of proofs of possession and of what is bound to keys. Internal to
/// oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row dpop_rows[] = {
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
};

}  // namespace mintage::oauth
