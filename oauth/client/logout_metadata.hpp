/// @file
/// The members of client metadata about logout. For oauth/client/metadata.cpp.
#pragma once

#include "oauth/admin/error.hpp"
#include "oauth/client/client.hpp"
#include "oauth/client/metadata.hpp"

namespace mintage::oauth {

/// Sets `post_logout_redirect_uris`, which follow the rules of redirect URIs, and
/// `backchannel_logout_uri`, an https URL without user name and fragment.
/// @returns invalid_request naming the member. @see OIDC RP-Initiated Logout 1.0 §3.1, OIDC
///          Back-Channel Logout 1.0 §2.2
[[nodiscard]] complaint set_logout(client& c, const client_metadata& m);

}  // namespace mintage::oauth
