/// @file
/// The rules of redirect URIs at their registration.
#pragma once

#include <string_view>

namespace mintage::oauth {

/// Whether a URI or an origin has a wildcard. Both are compared literally, so that it would only
/// match itself.
[[nodiscard]] bool has_wildcard(std::string_view text) noexcept;

/// @returns the error of a redirect URI, as the end of a sentence that begins with its name, or
///          null. A URI is absolute and has no fragment and at most 2048 octets; it uses https,
///          http on a loopback host, or a reversed domain name as its scheme.
/// @see RFC 8252 §7
[[nodiscard]] const char* fault_of_redirect_uri(std::string_view uri) noexcept;

}  // namespace mintage::oauth
