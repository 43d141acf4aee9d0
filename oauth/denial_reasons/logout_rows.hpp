/// @file
/// Reasons of logouts that applications begin. Internal to oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row logout_rows[] = {
    // oauth/logout/logout_parameters.cpp
    {"logout request repeats a parameter", "LGO-02", "RP-Initiated Logout §2",
     "Each parameter comes once.", ""},
    {"logout request has a parameter that is too long", "LGO-02", "RP-Initiated Logout §2",
     "state has at most 512 octets, logout_hint and ui_locales 256, client_id 255.", ""},

    // oauth/logout/end_session.cpp
    {"id_token_hint of a logout is of another client or issuer", "LGO-02", "RP-Initiated Logout §2",
     "id_token_hint was issued by this server, to the client; client_id names it when aud has "
     "several members.",
     ""},
    {"logout request of an unknown client", "LGO-02", "RP-Initiated Logout §4",
     "client_id, or aud of id_token_hint, is the id of an active client.", ""},
    {"post_logout_redirect_uri is not registered", "LGO-02", "RP-Initiated Logout §3",
     "post_logout_redirect_uri is one of those of the client, octet for octet. The client is named "
     "by id_token_hint or client_id.",
     "client.post_logout_redirect_uris"},

    // actors/stages/logout_validation.cpp
    {"unknown logout request", "LGO-02", "",
     "The login page has authorization.request_ttl to answer. The handle is the value of request, "
     "unchanged.",
     "authorization.request_ttl"},
};

}  // namespace mintage::oauth
