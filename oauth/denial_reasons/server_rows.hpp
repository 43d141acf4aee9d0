/// @file
/// Reasons for which the request is not to blame: overload and faults. Internal to
/// oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row server_rows[] = {
    // oauth/request/response.cpp
    {"limit of exchanges in flight reached", "TOK-19", "RFC 9110 §15.6.4",
     "The server had room for one more request; the client repeats it after Retry-After.",
     "http.max_in_flight"},
    {"exchange came home unanswered", "TOK-19", "RFC 9110 §15.6.4",
     "Actors and store answered the request; the log of that time says which did not.", ""},
    {"the reader of the audit stream is behind", "TOK-19", "RFC 9110 §15.6.4",
     "The reader of the audit stream takes its lines as fast as they are made.", "log.audit_wait"},

    // oauth/replay_id.cpp
    {"replay id could not be recorded (CAU-07, DPO-08)", "CAU-07", "RFC 7523 §3",
     "The store records the jti of every assertion and proof before its request is answered.", ""},

    // oauth/client/failure_limits.cpp
    {"too many failed client authentications from this source (CAU-16)", "CAU-16", "RFC 6585 §4",
     "A source fails at most so often per minute for one client; the right secret is never "
     "limited.",
     "http.failures_per_minute"},
    {"too many authorization requests from this source", "TOK-19", "RFC 6585 §4",
     "A source sends at most so many authorization requests per minute, and so many that are too "
     "long for a handle and must be stored.",
     "authorization.stored_per_minute"},
};

}  // namespace mintage::oauth
