/// @file
/// Reasons of key sets that cannot be fetched: row P15.
/// Internal to oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row fetch_rows[] = {
    // actors/stages/key_set_cache.cpp
    {"the client's jwks_uri may not be fetched", "CAU-11", "RFC 7591 §2",
     "jwks_uri is https without user and fragment, at TCP port 443 or one from 1024 on, at a host "
     "that may be asked.",
     "fetch.allowed_hosts"},
    {"the client's jwks_uri is at no public address", "CAU-11", "RFC 6890 §2",
     "The host of jwks_uri has public addresses; else register the keys by value, as jwks.",
     "client.jwks_uri"},
    {"the client's jwks_uri cannot be reached", "CAU-11", "",
     "The host of jwks_uri has a name in the DNS, and answers.", "client.jwks_uri"},
    {"TLS to the client's jwks_uri failed", "CAU-11", "RFC 9525 §6",
     "The certificate of the host is valid for its name and leads to an authority that is trusted.",
     "fetch.ca_file"},
    {"the client's jwks_uri was not fetched in time", "CAU-11", "",
     "The host of jwks_uri answers within the time for one fetch.", "fetch.timeout"},
    {"the document at the client's jwks_uri is too large", "CAU-11", "",
     "The key set and its header section are within the limits.", "fetch.size_limit"},
    {"the client's jwks_uri redirects", "CAU-11", "",
     "jwks_uri is where the key set is: redirects are not followed.", "client.jwks_uri"},
    {"the client's jwks_uri has no status of 200", "CAU-11", "",
     "The host of jwks_uri answers with status 200.", "client.jwks_uri"},
    {"the document at the client's jwks_uri is no JSON", "CAU-11", "RFC 7517 §8.5",
     "Its Content-Type is application/json or application/jwk-set+json.", "client.jwks_uri"},
    {"the document at the client's jwks_uri is no key set", "CAU-11", "RFC 7517 §5",
     "The document is a JWK set with at most 50 keys.", "client.jwks_uri"},
    {"no room to fetch the client's jwks_uri", "CAU-11", "",
     "Fewer requests wait for key sets, and fewer fetches wait, than there is room for.",
     "fetch.waiting"},
    // oauth/client/assertion_authentication.cpp
    {"the client's key set was lost before it was used", "CAU-11", "",
     "The same request succeeds now.", ""},
};

}  // namespace mintage::oauth
