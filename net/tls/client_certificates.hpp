/// @file
/// Client certificates in TLS: asked for, never demanded, and judged. For net/tls/*.cpp only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/certificate.hpp"
#include "net/options.hpp"
#include "net/server.hpp"
#include "net/tls/openssl.hpp"
#include "oauth/options.hpp"

namespace mintage::net {

/// Makes the sessions of a context ask for a certificate in the handshake, and never later. A peer
/// without one is served. So is one whose certificate has no trusted chain: its key is proven by
/// the handshake, and the rules decide what it is good for (CAU-14). The peer is not told the names
/// of authorities, since many clients would then hold back a self-signed certificate.
///
/// A session with a certificate is not resumed: each connection proves the key and is judged by the
/// authorities and revocation lists that are in use when it begins.
/// @param prefix of the config keys that name the files.
/// @param ends gets those of the files.
/// @returns the errors of the files.
/// @see RFC 8446 §4.3.2, RFC 8705 §2
[[nodiscard]] std::vector<oauth::config_error> ask_for_certificates(SSL_CTX* context,
                                                                    const tls_options& o,
                                                                    const std::string& prefix,
                                                                    std::vector<file_end>& ends);

/// The certificate that the peer of a complete handshake presented; null when there is none.
[[nodiscard]] std::shared_ptr<const crypto::certificate> presented_certificate(const SSL* session);

}  // namespace mintage::net
