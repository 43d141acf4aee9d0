/// @file
/// Reasons of the admin listener. Internal to oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row admin_rows[] = {
    // net/admin/session.cpp
    {"The connections for admin calls are all in use.", "TOK-19", "",
     "A place for another connection is left; only probes are served without one.",
     "http.max_connections"},
    {"Browsers may not use the admin listener.", "MINT-01", "",
     "Calls come from programs, which send neither Origin nor Sec-Fetch-Site.", ""},
    {"Without TLS the admin listener answers to localhost and loopback addresses only.", "MINT-01",
     "RFC 9110 §15.5.20", "Host is localhost or a loopback address, or the listener has TLS.",
     "admin.tls.certificate"},
    {"A valid admin token is needed.", "MINT-01", "RFC 6750 §3",
     "Authorization is Bearer with the content of the admin or the mint token file.",
     "admin.token_file"},
    {"This token is for login pages only.", "MINT-01", "",
     "Calls that mint no code, answer no authorization request and end no session carry the admin "
     "token.",
     "admin.token_file"},
    {"This path is not used with that method.", "MINT-01", "RFC 9110 §15.5.6",
     "The method is one of those in Allow.", "", came::path},
    {"The Content-Type must be application/json.", "MINT-01", "RFC 9110 §15.5.16",
     "The body is JSON, and Content-Type says so.", "", came::content_type},
    {"the JSON of an admin call is not valid", "MINT-01", "RFC 8259",
     "The body is one JSON object with known members of the right types; error_description names "
     "the first that is not.",
     ""},
    {"the query of an admin call is not valid", "MINT-01", "",
     "The query is empty, or last and a number of refusals.", ""},
};

}  // namespace mintage::oauth
