/// @file
/// Reasons of the parsers of forms and credentials: rows P06 to P13. Internal to
/// oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row request_rows[] = {
    // oauth/request/form.cpp
    {"broken form encoding", "TOK-04", "RFC 6749 Appendix B",
     "Names and values are UTF-8 without NUL, form-encoded with two hexadecimal digits after %.",
     ""},
    {"more parameters than allowed", "TOK-08", "", "The body has at most 64 parameters.", ""},

    // oauth/request/request_parameters.cpp
    {"parameter value too long", "TOK-08", "",
     "A value has at most 4 KiB; assertions and tokens may have 16 KiB.", ""},
    {"repeated parameter", "TOK-06", "RFC 6749 §3.2",
     "Each parameter is sent once; resource and audience up to eight times.", ""},
    {"no content type", "TOK-03", "RFC 6749 §4.1.3",
     "Content-Type is application/x-www-form-urlencoded, sent once.", ""},
    {"wrong content type", "TOK-03", "RFC 6749 §4.1.3",
     "Content-Type is application/x-www-form-urlencoded, with no charset but utf-8; JSON is not "
     "read here.",
     "", came::content_type},
    {"parameter in the query string", "TOK-07", "RFC 6749 §2.3.1",
     "All parameters are in the body; the URL has none.", ""},
    {"several client authentication mechanisms", "CAU-01", "RFC 6749 §2.3",
     "One of Authorization, client_secret and client_assertion is sent.", ""},
    {"client_assertion without its type, or the reverse", "CAU-06", "RFC 7521 §4.2",
     "client_assertion and client_assertion_type are sent together.", ""},
    {"unknown client_assertion_type", "CAU-06", "RFC 7523 §2.2",
     "client_assertion_type is urn:ietf:params:oauth:client-assertion-type:jwt-bearer.", ""},
    {"contradictory client ids", "CAU-02", "RFC 6749 §3.2.1",
     "client_id in the body names the client that the other credentials name.", ""},

    // oauth/request/token_request.cpp
    {"no grant_type", "OTH-01", "RFC 6749 §4.1.3", "grant_type is sent, and not empty.", ""},
    {"unsupported grant_type", "OTH-01", "RFC 6749 §5.2",
     "grant_type is one of grant_types_supported in the discovery documents.", ""},

    // oauth/grant/code.cpp, pkce.cpp, refresh.cpp: their readers
    {"no code", "COD-01", "RFC 6749 §4.1.3", "code is sent, and not empty.", ""},
    {"malformed code_verifier", "PKC-03", "RFC 7636 §4.1",
     "code_verifier has 43 to 128 characters of A-Z, a-z, 0-9 and -._~.", ""},
    {"no refresh_token", "RFT-01", "RFC 6749 §6", "refresh_token is sent, and not empty.", ""},
};

}  // namespace mintage::oauth
