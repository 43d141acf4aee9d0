/// @file
/// Client certificates in the header fields of trusted proxies. (CAU-15) Internal to net/.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/certificate.hpp"
#include "net/http/request_parser.hpp"
#include "net/options.hpp"
#include "oauth/types.hpp"

namespace mintage::net {

/// Reads the value of the field. The DER is not parsed. An empty value, or an empty item (`::`),
/// says that the client has no certificate.
/// @returns the DER, empty when there is no certificate; nothing when the value is not of the form.
/// @see RFC 9440 §2.2; nginx, $ssl_client_escaped_cert; Envoy, x-forwarded-client-cert
[[nodiscard]] std::optional<std::string> read_certificate_header(certificate_header form,
                                                                 std::string_view value);

/// What the second field says of the chain.
[[nodiscard]] crypto::chain_verdict read_verified_header(std::optional<std::string_view> value);

/// The certificate that a trusted proxy passes on with a request; null when there is none.
/// @param head of a request whose parser was given the fields.
/// @returns invalid_request when one of the fields is repeated, or the certificate is malformed.
[[nodiscard]] oauth::result<std::shared_ptr<const crypto::certificate>> passed_on_certificate(
    certificate_header form, const request_head& head);

}  // namespace mintage::net
