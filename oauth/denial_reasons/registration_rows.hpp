/// @file
/// Reasons of POST /register and of /register/{id}. Internal to oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row registration_rows[] = {
    // net/public/session.cpp
    {"This path is used with GET, PUT or DELETE.", "DCR-06", "RFC 7592 §2",
     "A client reads its registration with GET, replaces it with PUT and ends it with DELETE.", "",
     came::path},
    // net/public/session_registration.cpp
    {"the body of a registration is not JSON", "DCR-04", "RFC 7591 §3.1",
     "Content-Type is application/json.", "", came::content_type},
    {"the JSON of a registration is not valid", "DCR-04", "RFC 7591 §3.1",
     "The body is one JSON object whose known members have the right types; error_description "
     "names the first that has not.",
     ""},
    {"the metadata of a registration is not allowed", "DCR-04", "RFC 7591 §3.2.2",
     "The members are those that error_description asks for.", "registration.mode"},
    {"a redirect URI of a registration is not allowed", "DCR-05", "RFC 7591 §3.2.2",
     "Web clients use https; native ones (application_type) http on a loopback host, https, or a "
     "scheme that is a reversed domain name.",
     ""},
    {"software statements are not accepted", "DCR-08", "RFC 7591 §2.3",
     "The request has no software_statement.", ""},
    {"the initial access token is missing or wrong", "DCR-01", "RFC 7591 §3",
     "Authorization is Bearer with a token of mintage registration-token add that has not expired "
     "and may register another client.",
     "registration.mode"},
    {"the registration access token is missing or wrong", "DCR-06", "RFC 7592 §2",
     "Authorization is Bearer with the newest registration_access_token of this client, which "
     "exists.",
     "registration.rotate_tokens"},
    {"a suspended client may not manage itself", "DCR-06", "RFC 7592 §2",
     "The operator has not suspended the client.", "client.status"},
    {"the limit of registrations is reached", "DCR-01", "",
     "This network has registered less in the last hour, and there are fewer registered clients.",
     "registration.per_source_per_hour"},
    {"the change of a registration could not be stored", "TOK-19", "",
     "The disk takes data, and all nodes know the change in time.", ""},
};

}  // namespace mintage::oauth
