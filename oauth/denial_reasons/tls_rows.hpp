/// @file
/// Reasons of failed TLS handshakes and sessions, for which there is no answer over HTTP. Internal
/// to oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row tls_rows[] = {
    // net/connection_life.cpp
    {"the TLS handshake or the PROXY header took too long", "TOK-08", "",
     "The handshake ends within the time limit of a header section.", "http.header_timeout"},

    // net/tls/session.cpp
    {"the peer refused the TLS handshake", "TOK-02", "RFC 8446 §6.2",
     "The peer trusts the server's certificate, and it names the host that the peer called.",
     "http.tls.certificate"},
    {"plain HTTP was sent where TLS is spoken", "TOK-02", "RFC 6749 §3.2",
     "The URL of a request begins with https.", "http.tls.certificate"},
    {"no TLS version in common", "TOK-02", "RFC 8446 §4.2.1",
     "The peer speaks a TLS version that the server allows.", "http.tls.min_version"},
    {"no TLS cipher suite in common", "TOK-02", "RFC 8446 §4.1.1",
     "The peer offers a cipher suite, group and signature algorithm that fit the server's "
     "certificates.",
     "http.tls.certificate"},
    {"the peer offered TLS, but not HTTP/1.1", "TOK-02", "RFC 7301 §3.2",
     "A peer that sends the ALPN extension offers http/1.1.", ""},
    {"the certificate of the peer has a key that is too weak", "CAU-14", "RFC 8705 §2",
     "The key of a client certificate has at least 2048 bits (RSA) or 224 bits (EC).",
     "http.tls.client_certificates"},
    {"the certificates of the peer are too large", "CAU-14", "RFC 8705 §7.3",
     "A client sends its certificate and few others: its chain is short.",
     "http.tls.client_certificates"},
    {"the TLS handshake was malformed", "TOK-02", "RFC 8446 §6.2",
     "The octets on the connection are a TLS handshake.", ""},
    {"the peer sent TLS handshake records instead of requests", "TOK-02", "RFC 8446 §4.6.3",
     "A peer that renews keys or renegotiates also sends requests.", ""},
    {"the peer left during the TLS handshake", "TOK-02", "",
     "The peer stays until the handshake has ended.", ""},
    {"a PROXY header came from an address outside http.trusted_proxies", "TOK-02", "",
     "A PROXY header comes from a trusted proxy.", "http.trusted_proxies"},
};

}  // namespace mintage::oauth
