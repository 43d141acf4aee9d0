/// @file
/// Reasons of client authentication and of what a client is registered for: rows P15 and P16.
/// Internal to oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row client_rows[] = {
    // oauth/client/authentication.cpp
    {"no client identification", "ERR-03", "RFC 6749 §5.2",
     "The request names its client: by Authorization, or by client_id in the body.", "",
     came::credentials},
    {"Authorization is not decodable Basic with user and password", "CAU-03", "RFC 6749 §2.3.1",
     "Authorization is Basic with the Base64 of client_id, a colon and the secret; neither is "
     "empty.",
     "", came::credentials},
    {"client is not registered for assertions", "CAU-05", "RFC 7523 §2.2",
     "The client is registered for private_key_jwt or client_secret_jwt.",
     "client.token_endpoint_auth_method", came::credentials},
    {"assertion was used before (CAU-07)", "CAU-07", "RFC 7523 §3",
     "Each request carries an assertion of its own, with a jti that was not used before, also when "
     "the request before failed.",
     "", came::assertion},
    {"unknown client", "CAU-12", "RFC 6749 §5.2",
     "client_id is that of a registered client of this server.", ""},
    {"client is suspended", "TOK-21", "RFC 6749 §5.2",
     "The client is active; mintage client suspend --resume takes it back.", "client.status",
     came::credentials},
    {"client does not meet FAPI 2.0, which this server holds all clients to", "FAP-01",
     "FAPI 2.0 Security Profile §5.3.2.1",
     "The client is registered as the profile fapi2 demands; mintage client check says what is "
     "not.",
     "profile", came::credentials},
    {"public client presented a secret", "CAU-05", "RFC 6749 §2.3",
     "A public client sends client_id alone.", "client.token_endpoint_auth_method",
     came::credentials},
    {"confidential client presented no secret", "CAU-05", "RFC 6749 §3.2.1",
     "A confidential client proves itself by its registered method.",
     "client.token_endpoint_auth_method", came::credentials},
    {"wrong method", "CAU-05", "RFC 7591 §2",
     "A client with strict_auth_method sends its secret as it is registered: in Authorization, or "
     "in the body.",
     "client.strict_auth_method", came::credentials},
    {"wrong or expired secret", "CAU-12", "RFC 6749 §2.3.1",
     "The secret is one of the client's that have not expired.", "client.client_secret_expires_at",
     came::credentials},
    {"client changed while its secret was compared", "CAU-12", "",
     "The client stays as it is while a slow secret is compared; the same request succeeds now.",
     ""},
    {"grant type not registered for the client", "P16", "RFC 6749 §5.2",
     "The client is registered for this grant_type.", "client.grant_types", came::grant},

    // actors/stages/token_validator.cpp
    {"introspection by a public client (INT-01)", "INT-01", "RFC 7662 §2.1",
     "Introspection is for confidential clients.", "client.token_endpoint_auth_method",
     came::credentials},
};

}  // namespace mintage::oauth
