/// @file
/// The members of client metadata about certificates. For oauth/client/metadata.cpp.
#pragma once

#include "oauth/admin/error.hpp"
#include "oauth/client/client.hpp"
#include "oauth/client/metadata.hpp"

namespace mintage::oauth {

/// Sets the subject of a client's certificate and whether its tokens are bound to one. A client
/// with `tls_client_auth` has exactly one subject, any other none; one that is sent replaces the
/// former.
/// @returns invalid_request naming the member. @see RFC 8705 §2.1.2, §3.4
[[nodiscard]] complaint set_certificate(client& c, const client_metadata& m);

}  // namespace mintage::oauth
