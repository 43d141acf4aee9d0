/// @file
/// Authentication by client certificate, and tokens that are bound to one. (CAU-14, MTL-01)
#pragma once

#include <optional>

#include "crypto/certificate.hpp"
#include "oauth/client/client.hpp"
#include "oauth/denial_reason.hpp"
#include "oauth/types.hpp"

namespace mintage::oauth {

/// Whether a certificate proves that its holder is this client.
///
/// `tls_client_auth`: whoever received the certificate has verified its chain, and it has the one
/// registered field. `self_signed_tls_client_auth`: its key is one of the client's keys; neither
/// issuer nor validity matter. Whoever received the certificate has seen the proof of its key.
/// @param keys of the client, from `jwks` or `jwks_uri`; null = none.
/// @param presented null when the request came without one.
/// @pre the client is registered for one of these methods.
/// @returns the reason of the refusal, or nothing. @see RFC 8705 §2.1, §2.2
[[nodiscard]] std::optional<denial_reason> refusal_of_certificate(
    const client& c, const key_set* keys, const crypto::certificate* presented);

/// What a client's tokens are bound to by its registration (MTL-01): the certificate of the request
/// if it has `tls_client_certificate_bound_access_tokens`, whatever else they are bound to
/// (DPO-14).
/// @returns the thumbprint, or nothing for another client; invalid_request without a certificate.
/// @see RFC 8705 §3
[[nodiscard]] result<std::optional<crypto::digest>> bind_to_certificate(
    bool is_bound, const crypto::certificate* presented);

}  // namespace mintage::oauth
