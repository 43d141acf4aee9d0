/// @file
/// The metadata of a client about its software. For oauth/client/metadata.cpp. @see RFC 7591 §2,
/// OpenID Connect Registration §2
#pragma once

#include "oauth/admin/error.hpp"
#include "oauth/client/metadata.hpp"

namespace mintage::oauth {

/// Sets `application_type`, `software_id` and `software_version` where they were sent.
/// @returns invalid_request naming the field.
[[nodiscard]] complaint set_software(client& c, const client_metadata& m);

}  // namespace mintage::oauth
