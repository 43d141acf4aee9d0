/// @file
/// Reasons of oauth/client/certificate_auth.cpp.
#pragma once

#include "oauth/denial_reason.hpp"

namespace mintage::oauth {

inline constexpr denial_row certificate_rows[] = {
    {"no client certificate was presented", "CAU-14", "RFC 8705 §2",
     "The client presents its certificate in the TLS handshake, at a listener or proxy that asks "
     "for one.",
     "http.tls.client_certificates", came::credentials},
    {"the client certificate leads to no authority of client_ca", "CAU-14", "RFC 8705 §2.1",
     "The chain of the certificate leads to a trusted authority.", "http.tls.client_ca",
     came::credentials},
    {"the client certificate or an authority of it has expired or is not valid yet", "CAU-14",
     "RFC 8705 §2.1", "The certificate and its authorities are valid now.", "http.tls.client_ca",
     came::credentials},
    {"the client certificate or an authority of it is revoked", "CAU-14", "RFC 8705 §7.3",
     "Neither the certificate nor an authority of it is on a revocation list.",
     "http.tls.client_crl", came::credentials},
    {"an authority of the client certificate has no current revocation list", "CAU-14",
     "RFC 8705 §7.3", "The file has a current list of each authority of the chain.",
     "http.tls.client_crl", came::credentials},
    {"the client certificate has an unsound chain or is not for clients", "CAU-14", "RFC 8705 §2.1",
     "The chain is sound, and the extended key usage allows clientAuth.", "http.tls.client_ca",
     came::credentials},
    {"the proxy did not verify the client certificate", "CAU-15", "RFC 8705 §6.3",
     "The proxy says SUCCESS or 0 in its second field.", "http.client_verified_header",
     came::credentials},
    {"the proxy does not say whether it verified the client certificate", "CAU-15", "RFC 8705 §6.3",
     "The proxy says SUCCESS or 0 in its second field.", "http.client_verified_header",
     came::credentials},
    {"the client certificate has another subject", "CAU-14", "RFC 8705 §2.1.2",
     "The certificate has the registered name (openssl x509 -noout -subject -nameopt RFC2253).",
     "client.tls_client_auth_subject_dn", came::credentials},
    {"the key of the client certificate is not registered", "CAU-14", "RFC 8705 §2.2",
     "The public key of the certificate is in the client's JWK set; that of jwks_uri is fetched "
     "again "
     "once in 30 s.",
     "client.jwks", came::credentials},
    {"certificate-bound client presented no certificate", "MTL-01", "RFC 8705 §3",
     "A client whose tokens are bound presents a certificate with each request for tokens.",
     "client.tls_client_certificate_bound_access_tokens", came::credentials},
};

}  // namespace mintage::oauth
