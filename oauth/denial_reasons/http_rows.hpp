/// @file
/// Reasons of net/http, net/connection and the sessions: rows P01 to P05. Internal to
/// oauth/denial_reasons.hpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row http_rows[] = {
    // net/http/framing.cpp
    {"A line ends without CRLF.", "TOK-10", "RFC 9112 §2.2",
     "Every line of the header section ends with CRLF.", ""},
    {"The header section is too large.", "TOK-08", "RFC 6585 §5",
     "Request line and header fields together stay below the limit.", "http.header_limit"},
    {"The header section holds a control octet.", "TOK-10", "RFC 9110 §5.5",
     "The header section holds no control octets besides its line ends.", ""},
    {"The request line is malformed.", "TOK-10", "RFC 9112 §3",
     "The request begins with METHOD, target and HTTP version, one space between them.", ""},
    {"Only HTTP/1.0 and HTTP/1.1 are spoken here.", "TOK-10", "RFC 9110 §15.6.6",
     "The request is HTTP/1.1 or HTTP/1.0; a proxy speaks HTTP/2 to its own clients.", ""},
    {"A header field is folded over several lines.", "TOK-10", "RFC 9112 §5.2",
     "Every header field is one line.", ""},
    {"The name of a header field is malformed.", "TOK-10", "RFC 9112 §5.1",
     "A header field is a name without blanks, a colon and a value.", ""},
    {"A header field holds a control octet.", "TOK-10", "RFC 9110 §5.5",
     "The value of a header field has no control octets.", ""},
    {"Host is repeated.", "TOK-10", "RFC 9112 §3.2", "The request has Host once.", ""},
    {"Host is malformed.", "TOK-10", "RFC 9112 §3.2", "Host is a host with an optional port.", ""},
    {"Content-Length is repeated.", "TOK-10", "RFC 9112 §6.3", "Content-Length is sent once.", ""},
    {"Content-Length is malformed.", "TOK-10", "RFC 9112 §6.3",
     "Content-Length is one decimal number.", ""},
    {"Host is missing.", "TOK-10", "RFC 9112 §3.2", "A request of HTTP/1.1 has a Host.", ""},
    {"Transfer-Encoding does not exist in HTTP/1.0.", "TOK-10", "RFC 9112 §6.1",
     "A request of HTTP/1.0 gives the length of its body by Content-Length.", ""},
    {"Content-Length and Transfer-Encoding exclude each other.", "TOK-10", "RFC 9112 §6.1",
     "The length of the body is stated in one way.", ""},
    {"The only transfer coding understood is chunked.", "TOK-10", "RFC 9112 §6.1",
     "Transfer-Encoding is exactly chunked, or absent.", ""},

    // net/connection.cpp
    {"A PROXY header is accepted from http.trusted_proxies with http.proxy_protocol only.",
     "TOK-02", "", "A PROXY header comes from a trusted proxy, and the listener expects it.",
     "http.proxy_protocol"},
    {"The header section is malformed.", "TOK-10", "RFC 9112 §5",
     "The header section is that of an HTTP/1 request.", ""},
    {"The request body is too large.", "TOK-08", "RFC 9110 §15.5.14",
     "The body stays below the limit of this endpoint.", "http.body_limit"},
    {"The only expectation understood is 100-continue.", "TOK-11", "RFC 9110 §10.1.1",
     "Expect is 100-continue, or absent.", ""},
    {"The request body must not have a content coding.", "TOK-09", "RFC 9110 §15.5.16",
     "The body is sent as it is: Content-Encoding is absent or identity.", "", came::path},
    {"The chunked body is malformed.", "TOK-10", "RFC 9112 §7.1",
     "A chunked body is chunks with sizes in hexadecimal, and a last chunk of size 0.", ""},

    // net/connection_life.cpp
    {"Plain HTTP is accepted from loopback and http.trusted_proxies only: this address is in "
     "neither.",
     "TOK-02", "RFC 6749 §3.2",
     "A peer that is no trusted proxy uses TLS, for which the listener needs a certificate.",
     "http.trusted_proxies"},
    {"the trusted proxy sent no PROXY header of version 2", "CAU-16", "",
     "Every connection of a trusted proxy begins with a PROXY header of version 2.",
     "http.proxy_protocol"},
    {"Too many connections of one source.", "TOK-19", "",
     "One address has at most as many connections as the limit allows.",
     "http.max_connections_per_source"},
    {"The request did not arrive in time.", "TOK-08", "RFC 9110 §15.5.9",
     "Header section and body arrive within their time limits.", "http.body_timeout"},
    {"closed for another connection: the listener is full", "TOK-19", "",
     "All connections were in use, and this one waited for its peer the longest.",
     "http.max_connections"},

    // net/http/certificate_header.cpp
    {"a field of the client certificate is repeated", "CAU-15", "RFC 9440 §2.4",
     "The proxy removes the field with the certificate from requests before it sets its own.",
     "http.client_certificate_header"},
    {"the proxy's field with the client certificate is malformed", "CAU-15", "RFC 9440 §2.1",
     "The proxy sends the certificate in the configured form.", "http.client_certificate_header"},

    // net/public/session.cpp, net/health/session.cpp
    {"There is nothing at this path.", "MET-02", "RFC 9110 §15.5.5",
     "The path is one that the discovery documents name; the issuer's path comes before it.",
     "issuer", came::path},
    {"This endpoint is used with POST.", "TOK-01", "RFC 6749 §3.2",
     "The method is POST, with the parameters in the body.", "", came::path},
    {"This document is read with GET.", "MET-03", "RFC 9110 §15.5.6", "The method is GET or HEAD.",
     "", came::path},
    {"This endpoint is used with GET or POST.", "UIN-01", "OpenID Connect Core §5.3.1",
     "The method is GET or POST.", "", came::path},
    {"This path is read with GET.", "TOK-01", "RFC 9110 §15.5.6", "The method is GET or HEAD.", "",
     came::path},
};

}  // namespace mintage::oauth
